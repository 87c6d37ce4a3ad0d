"""What a change must push whoever builds it: the new wheel, and all that is no wheel."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from integration.bench.builders import Builder
from integration.bench.project import Project
from integration.bench.sides import LAYERED
from integration.errors import SetupError
from integration.projects import pyproject
from integration.pushed import ImageLayer, pushed_layers
from integration.traffic import Watched

TAG = "latest"


def least_pushed(
    sent: Mapping[str, int], layers: Sequence[ImageLayer], own: Sequence[ImageLayer], wheel: str
) -> int:
    """Bytes of a push had the wheel (`name version`) been all that was sent of the environment.

    `sent` are bytes by path, `layers` those of the image, `own` those of an image in which the
    wheel has a layer to itself.
    """
    alone = [layer.size for layer in own if layer.ours and layer.made_by == wheel]
    if len(alone) != 1:
        raise SetupError(f"no layer holds `{wheel}` alone")
    wheels = {f"blobs/{layer.digest}" for layer in layers if layer.ours}
    return alone[0] + sum(size for path, size in sent.items() if path not in wheels)


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
    return pushed_layers(watched, repository, TAG)
