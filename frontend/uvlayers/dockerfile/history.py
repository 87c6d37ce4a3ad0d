"""The image history, padded so that every layer that we add has an entry of its own.

BuildKit's exporter pairs the non-empty history entries with the layers by position
(`exporter/containerimage/writer.go`): N layers under one `RUN` would shift every later entry.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uvlayers.llb.graph import Graph, Output, Vertex

COMMENT = "uvlayers"


def layer_makers(graph: Graph) -> Iterator[Vertex]:
    """The ops that made the head's own layers, the last one first, down to the base image."""
    pending: list[Output] = [] if graph.head is None else [graph.head]
    while pending:
        vertex = pending.pop().vertex
        match vertex.op.WhichOneof("op"):
            case "merge":
                pending.extend(vertex.inputs)
            case "exec":
                yield vertex
                root = next(m for m in vertex.op.exec.mounts if m.dest == "/")
                if root.input >= 0:
                    pending.append(vertex.inputs[root.input])
            case "file":
                yield vertex
                first = vertex.op.file.actions[0].input
                if first >= 0:
                    pending.append(vertex.inputs[first])
            case _:
                return


def maker_of(vertex: Vertex) -> Vertex:
    """What makes the layer of the instruction that ends in `vertex`; `--link` ends in a merge."""
    return vertex.inputs[-1].vertex if vertex.op.WhichOneof("op") == "merge" else vertex


@dataclass(frozen=True, slots=True)
class AddedLayers:
    """The titles of layers that were added below a vertex's own, in this order, lowest first.

    `rest` are those that lie above the wheels in any case.
    """

    python: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    wheels: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


def titles_of(
    graph: Graph, added: Mapping[str, AddedLayers], sunk: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The titles of the layers that each vertex has added, lowest first.

    From the vertices `sunk` on, where the head stands on one of them, the wheels of all before it
    lie below their environments.
    """
    titles = {
        digest: (*each.python, *each.environment, *each.wheels, *each.rest)
        for digest, each in added.items()
    }
    makers = [maker.digest for maker in layer_makers(graph)]
    last = next((at for at, digest in enumerate(makers) if digest in sunk), len(makers))
    adding = [digest for digest in reversed(makers[last:]) if digest in added]
    wheels = tuple(title for digest in adding for title in added[digest].wheels)
    for digest in adding:
        each = added[digest]
        titles[digest] = (*each.python, *wheels, *each.environment, *each.rest)
        wheels = ()
    return titles


def pad_history(
    config: bytes,
    graph: Graph,
    added: Mapping[str, Sequence[str]],
    lowered: Mapping[str, tuple[str, Sequence[str]]],
    dropped: frozenset[str],
) -> bytes:
    """`config` (an OCI image config) with an entry for each layer that was added.

    `added` names, by digest of a delegated vertex, the layers that come right before its own,
    `lowered` those that come before the layer of the earlier vertex whose digest it has as well;
    `dropped` are the execs that no longer make a layer. A history that does not line up is left as
    it is.
    """
    image: dict[str, Any] = json.loads(config)
    history: list[dict[str, Any]] = image.get("history") or []
    makers = layer_makers(graph)
    padded: list[dict[str, Any]] = []
    waiting: dict[str, Sequence[str]] = {}
    for entry in reversed(history):
        if entry.get("empty_layer"):
            padded.append(entry)
            continue
        maker = next(makers, None)
        digest = "" if maker is None else maker.digest
        padded.append({**entry, "empty_layer": True} if digest in dropped else entry)
        if digest in lowered:
            lowest, texts = lowered[digest]
            waiting[lowest] = (*texts, *waiting.get(lowest, ()))
        texts = (*waiting.pop(digest, ()), *added.get(digest, ()))
        padded += [_entry(entry, text) for text in reversed(texts)]
    image["history"] = padded[::-1]
    return json.dumps(image, separators=(",", ":")).encode()


def _entry(beside: Mapping[str, Any], text: str) -> dict[str, Any]:
    created = {"created": beside["created"]} if "created" in beside else {}
    return {**created, "created_by": text, "comment": COMMENT}
