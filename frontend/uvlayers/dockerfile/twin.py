"""The same steps for another platform: the twin of a state that cannot be run here.

BuildKit's Dockerfile frontend writes a platform into images and commands and into three variables
of a command (`TARGETPLATFORM` and its parts). With those replaced, a stage's vertices are, byte for
byte, the ones that it has in a build for the other platform, unless it says itself what differs.
Whether the twin is what it should be, only its files can tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uvlayers.errors import Unsupported
from uvlayers.llb.graph import Output, Vertex, make_vertex, walk
from uvlayers.pb import ops_pb2 as pb

_NAME = "llb.customname"


@dataclass(frozen=True, slots=True)
class Twins:
    """Makes twins for the platform `native` of what is for the platform `foreign`."""

    foreign: pb.Platform
    native: pb.Platform

    def output(self, output: Output) -> Output:
        """The twin of a state; itself where nothing in it is for the foreign platform.

        Raises Unsupported where a command in it keeps a cache for the foreign platform only.
        """
        return self._made([output.vertex], checked=True)[output.vertex.digest].output(output.index)

    def run(self, run: Vertex) -> Vertex:
        """The twin of an exec that is looked at and not run itself."""
        made = self._made([each.vertex for each in run.inputs], checked=False)
        return self._twin(run, made)

    def _made(self, heads: list[Vertex], *, checked: bool) -> dict[str, Vertex]:
        made: dict[str, Vertex] = {}
        for head in heads:
            for vertex in walk(head):
                if checked:
                    self._require_shared_caches(vertex)
                made[vertex.digest] = self._twin(vertex, made)
        return made

    def _twin(self, vertex: Vertex, made: Mapping[str, Vertex]) -> Vertex:
        inputs = tuple(made[each.vertex.digest].output(each.index) for each in vertex.inputs)
        if not self._is_foreign(vertex):
            same = inputs == vertex.inputs
            return vertex if same else self._carried(vertex, vertex.op, inputs)
        op = pb.Op()
        op.CopyFrom(vertex.op)
        op.platform.CopyFrom(self.native)
        if op.WhichOneof("op") == "exec":
            told = dict(zip(_variables_of(self.foreign), _variables_of(self.native), strict=True))
            env = op.exec.meta.env
            env[:] = [told.get(entry, entry) for entry in env]
        return self._carried(vertex, op, inputs)

    def _carried(self, vertex: Vertex, op: pb.Op, inputs: Sequence[Output]) -> Vertex:
        """`op` in the place of the vertex, under a name that says what it is for."""
        metadata = pb.OpMetadata()
        metadata.CopyFrom(vertex.metadata)
        if _NAME in metadata.description:
            metadata.description[_NAME] = metadata.description[_NAME].replace(
                f"[{platform_name(self.foreign)} ", f"[{platform_name(self.native)} ", 1
            )
        return make_vertex(op, inputs, metadata, vertex.locations)

    def _is_foreign(self, vertex: Vertex) -> bool:
        return vertex.op.HasField("platform") and (
            platform_name(vertex.op.platform) == platform_name(self.foreign)
        )

    def _require_shared_caches(self, vertex: Vertex) -> None:
        if vertex.op.WhichOneof("op") != "exec" or not self._is_foreign(vertex):
            return
        for mount in vertex.op.exec.mounts:
            identity = mount.cacheOpt.ID
            if self.foreign.Architecture in identity:
                raise Unsupported(f"a command before it keeps a cache of its own: `{identity}`")


def platform_name(platform: pb.Platform) -> str:
    """As users write it: `linux/arm64`, `linux/arm/v7`."""
    parts = (platform.OS, platform.Architecture, platform.Variant)
    return "/".join(part for part in parts if part)


def _variables_of(platform: pb.Platform) -> tuple[str, ...]:
    """What BuildKit says to a command about its platform, where the Dockerfile asks for it."""
    return (
        f"TARGETPLATFORM={platform_name(platform)}",
        f"TARGETOS={platform.OS}",
        f"TARGETARCH={platform.Architecture}",
        f"TARGETVARIANT={platform.Variant}",
    )
