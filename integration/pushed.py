"""Images as they lie in a registry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integration.traffic import Watched

# How uvlayers/dockerfile/history.py marks the layers that it has added.
COMMENT = "uvlayers"


@dataclass(frozen=True)
class ImageLayer:
    """A layer; `made_by` is what the image's history says of it."""

    digest: str
    size: int
    made_by: str
    # Whether it holds wheels.
    ours: bool


def pushed_layers(watched: Watched, repository: str, tag: str = "latest") -> list[ImageLayer]:
    """The layers of a pushed image, lowest first."""
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
        made_by, comment = entry.get("created_by", ""), entry.get("comment", "")
        yield ImageLayer(layer["digest"], layer["size"], made_by, ours=comment == COMMENT)
