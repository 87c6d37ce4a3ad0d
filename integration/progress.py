"""What a build did, from the records of `docker buildx build --progress=rawjson`."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

# Vertices of BuildKit's own, and images it begins with: those are looked up again in every build.
INTERNAL = re.compile(
    r"\[internal\]|\[auth\]|\[context |exporting |importing cache|resolve image config"
    r"|docker-image://|(\[[^]]*\] )?FROM "
)

# How BuildKit tells of work that nobody waits for any more.
CANCELED = "context canceled"


@dataclass(frozen=True)
class Vertex:
    digest: str
    name: str
    inputs: tuple[str, ...] = ()
    started: str | None = None
    completed: str | None = None
    cached: bool = False
    error: str | None = None

    @property
    def canceled(self) -> bool:
        return self.error is not None and self.error.startswith(CANCELED)

    @property
    def executed(self) -> bool:
        return self.started is not None and not self.cached and not self.canceled

    @property
    def internal(self) -> bool:
        return INTERNAL.match(self.name) is not None


@dataclass(frozen=True)
class BuildWarning:
    vertex: str
    short: str
    detail: tuple[str, ...]
    url: str
    filename: str
    # First and last line of each place, counted from 1.
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Progress:
    """The final state of every vertex, in order of appearance."""

    vertices: Mapping[str, Vertex]
    warnings: tuple[BuildWarning, ...] = ()
    logs: Mapping[str, str] = field(default_factory=dict)

    def executed(self) -> frozenset[str]:
        """Names of the vertices that ran, without BuildKit's own and base images.

        One without inputs is started even to learn its cache key (`CacheMap` in BuildKit's
        solver/jobs.go): it ran only if something that ran has taken its result.
        """
        taken = {
            digest
            for vertex in self.vertices.values()
            if vertex.executed
            for digest in vertex.inputs
        }
        return self._names(
            lambda vertex: vertex.executed and (bool(vertex.inputs) or vertex.digest in taken)
        )

    def cached(self) -> frozenset[str]:
        """Names of the vertices that were found in the cache."""
        return self._names(lambda vertex: vertex.cached)

    def failed(self) -> frozenset[str]:
        return self._names(lambda vertex: vertex.error is not None and not vertex.canceled)

    def named(self, text: str) -> list[Vertex]:
        """The vertices that have a text in their name."""
        return [vertex for vertex in self.vertices.values() if text in vertex.name]

    def log(self, text: str) -> str:
        """All that the vertices with a text in their name printed."""
        return "".join(self.logs.get(vertex.digest, "") for vertex in self.named(text))

    def _names(self, wanted: Callable[[Vertex], bool]) -> frozenset[str]:
        return frozenset(
            vertex.name
            for vertex in self.vertices.values()
            if not vertex.internal and wanted(vertex)
        )


def parse_progress(lines: Iterable[str]) -> tuple[Progress, str]:
    """The records, and all other lines: buildx prints errors between the records as plain text."""
    vertices: dict[str, Vertex] = {}
    warnings: list[BuildWarning] = []
    logs: dict[str, bytes] = {}
    messages: list[str] = []
    for line in lines:
        record = parse_record(line)
        if record is None:
            messages.append(line.rstrip("\n"))
            continue
        for raw in record.get("vertexes") or ():
            vertex = parse_vertex(raw)
            vertices[vertex.digest] = follow(vertices.get(vertex.digest), vertex)
        warnings += [parse_warning(raw) for raw in record.get("warnings") or ()]
        for raw in record.get("logs") or ():
            logs[raw["vertex"]] = logs.get(raw["vertex"], b"") + base64.b64decode(raw["data"])
    texts = {digest: data.decode(errors="replace") for digest, data in logs.items()}
    return Progress(vertices, tuple(warnings), texts), "\n".join(messages)


def follow(known: Vertex | None, vertex: Vertex) -> Vertex:
    """What is known of a vertex after one more record of it."""
    if known is None:
        return vertex
    if vertex.canceled and known.completed is not None and known.error is None:
        # Only a cache key from its content, no longer wanted (`CalcSlowCache` in solver/jobs.go).
        return known
    if known.cached and not vertex.cached and not vertex.inputs and vertex.error is None:
        # Its layer is pulled, which only names it (`util/progress/controller`): it does not run.
        return known
    # Later records may leave the inputs out.
    return replace(vertex, inputs=vertex.inputs or known.inputs)


def parse_record(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def parse_vertex(raw: Mapping[str, Any]) -> Vertex:
    return Vertex(
        digest=raw["digest"],
        name=raw.get("name", ""),
        inputs=tuple(raw.get("inputs") or ()),
        started=raw.get("started"),
        completed=raw.get("completed"),
        cached=raw.get("cached", False),
        error=raw.get("error") or None,
    )


def parse_warning(raw: Mapping[str, Any]) -> BuildWarning:
    return BuildWarning(
        vertex=raw.get("vertex", ""),
        short=decode(raw.get("short")),
        detail=tuple(decode(text) for text in raw.get("detail") or ()),
        url=raw.get("url", ""),
        filename=(raw.get("sourceInfo") or {}).get("filename", ""),
        lines=tuple(
            (place["start"]["line"], place["end"]["line"]) for place in raw.get("range") or ()
        ),
    )


def decode(text: str | None) -> str:
    return base64.b64decode(text or "").decode(errors="replace")
