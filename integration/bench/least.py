"""What a change must push whoever builds it: the new wheel, and all that is no wheel."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from integration.bench.builders import Builder
from integration.bench.project import Project
from integration.bench.sides import LAYERED
from integration.bench.traffic import Watched
from integration.errors import SetupError
from integration.projects import pyproject

# How uvlayers/dockerfile/history.py marks the layers that it has added.
COMMENT = "uvlayers"

TAG = "latest"


@dataclass(frozen=True)
class ImageLayer:
    """A layer as it lies in a registry; `text` is what the image's history says of it."""

    digest: str
    size: int
    text: str
    # Whether it holds wheels.
    ours: bool


def least_pushed(
    sent: Mapping[str, int], layers: Sequence[ImageLayer], own: Sequence[ImageLayer], wheel: str
) -> int:
    """Bytes of a push had the wheel (`name version`) been all that was sent of the environment.

    `sent` are bytes by path, `layers` those of the image, `own` those of an image in which the
    wheel has a layer to itself.
    """
    alone = [layer.size for layer in own if layer.ours and layer.text == wheel]
    if len(alone) != 1:
        raise SetupError(f"no layer holds `{wheel}` alone")
    wheels = {f"blobs/{layer.digest}" for layer in layers if layer.ours}
    return alone[0] + sum(size for path, size in sent.items() if path not in wheels)


def image_layers(watched: Watched, repository: str, tag: str = TAG) -> list[ImageLayer]:
    """The layers of a pushed image."""
    manifest = watched.read(repository, f"manifests/{tag}")
    if "manifests" in manifest:
        # The others are attestations, for no platform at all.
        digest = next(
            each["digest"]
            for each in manifest["manifests"]
            if each.get("platform", {}).get("os") != "unknown"
        )
        manifest = watched.read(repository, f"manifests/{digest}")
    configuration = watched.read(repository, f"blobs/{manifest['config']['digest']}")
    return list(with_history(manifest, configuration))


def with_history(
    manifest: Mapping[str, Any], configuration: Mapping[str, Any]
) -> Iterator[ImageLayer]:
    """Layers and those entries of the history that made one, which go in step."""
    entries = [entry for entry in configuration["history"] if not entry.get("empty_layer")]
    for layer, entry in zip(manifest["layers"], entries, strict=True):
        text, comment = entry.get("created_by", ""), entry.get("comment", "")
        yield ImageLayer(layer["digest"], layer["size"], text, ours=comment == COMMENT)


def push_alone(
    builder: Builder, watched: Watched, project: Project, dockerfile: str, wheel: str
) -> list[ImageLayer]:
    """The layers of an image of a project that depends on a wheel (`name version`) only."""
    repository = f"{builder.repository}-alone"
    with TemporaryDirectory() as work:
        name, _, version = wheel.partition(" ")
        settings = tomllib.loads((project.directory / "pyproject.toml").read_text(encoding="utf-8"))
        requires = settings["project"].get("requires-python", ">=3.11")
        text = pyproject("alone", [f"{name}=={version}"]).replace(">=3.11", requires)
        (Path(work) / "pyproject.toml").write_text(text, encoding="utf-8")
        alone = Project(Path(work), project.environment)
        alone.lock()
        image_ref = watched.registry.image_ref(f"{repository}:{TAG}")
        builder.build(LAYERED, alone.directory, dockerfile, image_ref, push=True)
    return image_layers(watched, repository)
