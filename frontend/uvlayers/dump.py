"""What each stage of the pipeline made of a build, as files to read: UVLAYERS_DEBUG.

What the plan shows are the decisions, not all that they were made from; everything in it is sorted,
so that two dumps can be compared line by line.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.protobuf.json_format import MessageToDict

from uvlayers.dockerfile.find import find_sync_exec
from uvlayers.dockerfile.split import Split
from uvlayers.layers.plan import Layer
from uvlayers.llb.graph import Graph, Vertex
from uvlayers.options import STAGES
from uvlayers.takeover import Takeover

DELEGATED, CUT, PLAN, LLB = STAGES


def dump(
    stages: Sequence[str],
    delegated: Graph,
    split: Split,
    takeovers: Mapping[str, Takeover],
    reasons: Mapping[str, str],
    rewritten: Graph,
) -> dict[str, bytes]:
    """Files of JSON by name, one for each of the `stages`.

    `takeovers` are by the digests of `split`, as are the `reasons` why RUNs are left as they are.
    """
    entries: dict[str, Iterator[dict[str, Any]]] = {
        DELEGATED: map(_vertex, delegated.vertices()),
        CUT: _cut(split),
        PLAN: _plan(split, takeovers, reasons),
        LLB: map(_vertex, rewritten.vertices()),
    }
    return {f"{stage}.json": _text(list(entries[stage])) for stage in stages}


def _text(value: object) -> bytes:
    return f"{json.dumps(value, indent=1, ensure_ascii=False)}\n".encode()


def _vertex(vertex: Vertex) -> dict[str, Any]:
    """A vertex as the daemon gets it; its inputs by digest and number of the output."""
    op = MessageToDict(vertex.op, preserving_proto_field_name=True)
    return {
        "digest": vertex.digest,
        "name": vertex.metadata.description.get("llb.customname", ""),
        "lines": _lines(vertex),
        "inputs": [f"{each.vertex.digest}#{each.index}" for each in vertex.inputs],
        "op": {key: value for key, value in op.items() if key != "inputs"},
    }


def _lines(vertex: Vertex) -> list[list[int]]:
    """First and last of each range of lines in the Dockerfile, from 1."""
    return [[at.start.line, at.end.line] for location in vertex.locations for at in location.ranges]


def _cut(split: Split) -> Iterator[dict[str, Any]]:
    for run in split.graph.vertices():
        if find_sync_exec(run) is not None:
            yield {
                "digest": run.digest,
                "delegated": split.origins[run.digest],
                "lines": _lines(run),
                "arguments": list(run.op.exec.meta.args),
            }


def _plan(
    split: Split, takeovers: Mapping[str, Takeover], reasons: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for vertex in split.graph.vertices():
        known = {"digest": vertex.digest, "lines": _lines(vertex)}
        if vertex.digest in takeovers:
            yield {**known, **_takeover(takeovers[vertex.digest])}
        elif vertex.digest in reasons:
            yield {**known, "as written": reasons[vertex.digest]}


def _takeover(takeover: Takeover) -> dict[str, Any]:
    return {
        "environment": takeover.path,
        "command": takeover.rest.value,
        "left to the command": {each.name: each.reason for each in takeover.left},
        "execs": len(takeover.installs),
        "layers": [_layer(layer) for layer in takeover.plan],
    }


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "title": layer.title,
        "wheels": {wheel.name: wheel.filename for wheel in layer.wheels},
        "bytes": sum(wheel.size for wheel in layer.wheels),
    }
