"""A definition as an immutable graph of vertices, addressed by digest.

Follows BuildKit's `client/llb/marshal.go` and `solver/llbsolver/vertex.go`: a vertex is the
sha256 of its marshaled op, an edge is (digest, output index), and the last element of a definition
is a terminal op that holds nothing but the head's edge.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from uvlayers.llb.encoding import encode_op
from uvlayers.pb import ops_pb2 as pb


@dataclass(frozen=True, slots=True)
class Vertex:
    """One op with its inputs resolved; two vertices are equal when their digests are."""

    digest: str
    data: bytes = field(compare=False, repr=False)
    op: pb.Op = field(compare=False, repr=False)
    inputs: tuple["Output", ...] = field(compare=False, repr=False)
    metadata: pb.OpMetadata = field(compare=False, repr=False)
    locations: tuple[pb.Location, ...] = field(compare=False, repr=False, default=())

    def output(self, index: int = 0) -> "Output":
        return Output(self, index)

    def with_inputs(self, inputs: Sequence["Output"]) -> "Vertex":
        """The same op on other inputs; itself, byte for byte, when they are the ones it has."""
        if tuple(inputs) == self.inputs:
            return self
        return make_vertex(self.op, inputs, self.metadata, self.locations)


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a vertex: what other vertices have as input."""

    vertex: Vertex
    index: int = 0


def make_vertex(
    op: pb.Op,
    inputs: Sequence[Output] = (),
    metadata: pb.OpMetadata | None = None,
    locations: Sequence[pb.Location] = (),
) -> Vertex:
    """Marshal `op` on `inputs`; the inputs that `op` may already carry are replaced."""
    wired = pb.Op()
    wired.CopyFrom(op)
    del wired.inputs[:]
    wired.inputs.extend(pb.Input(digest=i.vertex.digest, index=i.index) for i in inputs)
    data = encode_op(wired)
    return Vertex(
        digest=digest_of(data),
        data=data,
        op=wired,
        inputs=tuple(inputs),
        metadata=metadata or pb.OpMetadata(),
        locations=tuple(locations),
    )


def digest_of(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Graph:
    """A head output (None is scratch) and the files that the vertices' locations point into."""

    head: Output | None
    infos: tuple[pb.SourceInfo, ...] = ()

    def vertices(self) -> tuple[Vertex, ...]:
        """Every vertex below the head, inputs before their dependents, each once."""
        return () if self.head is None else tuple(walk(self.head.vertex))

    def with_head(self, head: Output | None) -> "Graph":
        return Graph(head, self.infos)


def walk(head: Vertex) -> Iterator[Vertex]:
    """Post-order walk without recursion: a Dockerfile's chain can be deeper than Python's stack."""
    seen: set[str] = set()
    stack: list[tuple[Vertex, Iterator[Output]]] = [(head, iter(head.inputs))]
    seen.add(head.digest)
    while stack:
        vertex, pending = stack[-1]
        following = next((i for i in pending if i.vertex.digest not in seen), None)
        if following is None:
            stack.pop()
            yield vertex
        else:
            seen.add(following.vertex.digest)
            stack.append((following.vertex, iter(following.vertex.inputs)))


def parse_definition(definition: pb.Definition) -> Graph:
    """Read a definition; ValueError when it is not a graph that BuildKit would accept."""
    marshaled = definition.def_
    if not marshaled:
        return Graph(None)
    by_digest = {digest_of(data): data for data in marshaled}
    ops = {digest: pb.Op.FromString(data) for digest, data in by_digest.items()}
    terminal = ops.pop(digest_of(marshaled[-1]))
    if len(terminal.inputs) != 1 or terminal.WhichOneof("op") is not None:
        raise ValueError("the last op of the definition is not a terminal op")
    built: dict[str, Vertex] = {}
    for digest in _topological(ops, terminal.inputs[0].digest):
        op = ops[digest]
        built[digest] = Vertex(
            digest=digest,
            data=by_digest[digest],
            op=op,
            inputs=tuple(Output(built[i.digest], i.index) for i in op.inputs),
            metadata=definition.metadata[digest]
            if digest in definition.metadata
            else pb.OpMetadata(),
            locations=tuple(definition.Source.locations[digest].locations)
            if digest in definition.Source.locations
            else (),
        )
    head = terminal.inputs[0]
    return Graph(Output(built[head.digest], head.index), tuple(definition.Source.infos))


def _topological(ops: Mapping[str, pb.Op], head: str) -> Iterator[str]:
    """Digests below `head`, inputs first; the order of the list is not trusted."""
    done: set[str] = set()
    stack = [head]
    while stack:
        digest = stack[-1]
        if digest not in ops:
            raise ValueError(f"the definition lacks the vertex {digest}")
        missing = [i.digest for i in ops[digest].inputs if i.digest not in done]
        if missing and digest not in done:
            stack.extend(missing)
            continue
        stack.pop()
        if digest not in done:
            done.add(digest)
            yield digest


def marshal(graph: Graph) -> pb.Definition:
    """The definition of `graph`: same values, same bytes; scratch is the empty definition."""
    definition = pb.Definition()
    if graph.head is None:
        return definition
    marshaled = definition.def_
    for vertex in graph.vertices():
        marshaled.append(vertex.data)
        definition.metadata[vertex.digest].CopyFrom(vertex.metadata)
        if vertex.locations:
            definition.Source.locations[vertex.digest].locations.extend(vertex.locations)
    terminal = make_vertex(pb.Op(), [graph.head])
    marshaled.append(terminal.data)
    # the daemon rejects a definition in which an op lacks its (possibly empty) metadata entry
    definition.metadata[terminal.digest].CopyFrom(pb.OpMetadata())
    definition.Source.infos.extend(graph.infos)
    return definition
