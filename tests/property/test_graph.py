"""Any graph: the same values give the same bytes, and come back from them."""

from hypothesis import given
from hypothesis import strategies as st
from uvlayers.dockerfile.twin import Twins
from uvlayers.llb.graph import Graph, Output, make_vertex, marshal, parse_definition
from uvlayers.llb.rewriting import Rewriting
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles

texts = st.text(st.characters(codec="ascii", min_codepoint=32), max_size=8)
maps = st.dictionaries(texts, texts, max_size=3)


@st.composite
def ops(draw: st.DrawFn, inputs: int) -> pb.Op:
    op = pb.Op(constraints=pb.WorkerConstraints(filter=draw(st.lists(texts, max_size=2))))
    indices = st.integers(-1, inputs - 1)
    match draw(st.sampled_from(("source", "exec", "file", "merge", "diff", "build"))):
        case "source":
            op.source.identifier = draw(texts)
            op.source.attrs.update(draw(maps))
        case "exec":
            op.exec.meta.args.extend(draw(st.lists(texts, max_size=3)))
            op.exec.mounts.add(dest="/", input=draw(indices), output=0)
        case "file":
            action = op.file.actions.add(input=draw(indices), secondaryInput=draw(indices))
            action.copy.dest = draw(texts)
        case "merge":
            for _ in range(inputs):
                op.merge.inputs.add(input=draw(indices))
        case "diff":
            op.diff.upper.input = draw(indices)
        case "build":
            op.build.attrs.update(draw(maps))
    if draw(st.booleans()):
        op.platform.CopyFrom(dockerfiles.PLATFORM)
    return op


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    outputs: list[Output] = []
    for _ in range(draw(st.integers(1, 8))):
        below = draw(st.lists(st.sampled_from(outputs), max_size=3)) if outputs else []
        metadata = pb.OpMetadata(description=draw(maps), ignore_cache=draw(st.booleans()))
        locations = dockerfiles.at(draw(st.integers(0, dockerfiles.LINES)))
        vertex = make_vertex(draw(ops(len(below))), below, metadata, locations)
        outputs.append(vertex.output(draw(st.integers(0, 2))))
    return dockerfiles.graph(outputs[-1])


class Nowhere:
    """`Paths` that nobody should ask."""

    def real(self, output: Output, path: str) -> str:
        raise AssertionError(output, path)

    def exists(self, output: Output, path: str) -> bool:
        raise AssertionError(output, path)

    def looks(self, output: Output, path: str) -> None:
        return None

    def names(self, output: Output, path: str) -> tuple[str, ...]:
        return ()


@given(graphs())
def test_a_graph_is_marshaled_to_the_same_bytes_each_time(graph: Graph) -> None:
    first, second = marshal(graph), marshal(graph)
    assert first.SerializeToString(deterministic=True) == second.SerializeToString(
        deterministic=True
    )


@given(graphs())
def test_a_graph_comes_back_from_its_definition(graph: Graph) -> None:
    again = parse_definition(marshal(graph))
    assert again == graph
    for old, new in zip(graph.vertices(), again.vertices(), strict=True):
        assert (new.data, new.op, new.inputs) == (old.data, old.op, old.inputs)
        assert (new.metadata, new.locations) == (old.metadata, old.locations)
    assert list(marshal(again).def_) == list(marshal(graph).def_)


@given(graphs())
def test_an_untouched_graph_comes_back_byte_for_byte(graph: Graph) -> None:
    rewriting = Rewriting(graph, Nowhere())
    for vertex in graph.vertices():
        rewriting.visit(vertex)
    after = rewriting.finish()
    assert marshal(after) == marshal(graph)
    assert after.head is graph.head


@given(graphs())
def test_inputs_come_before_what_needs_them(graph: Graph) -> None:
    seen: set[str] = set()
    for vertex in graph.vertices():
        assert {each.vertex.digest for each in vertex.inputs} <= seen
        assert vertex.digest not in seen
        seen.add(vertex.digest)


@given(graphs())
def test_the_twin_of_a_twin_is_the_same_bytes(graph: Graph) -> None:
    other = pb.Platform(OS="linux", Architecture="arm64")
    assert graph.head is not None
    twin = Twins(dockerfiles.PLATFORM, other).output(graph.head)
    back = Twins(other, dockerfiles.PLATFORM).output(twin)
    assert back == graph.head
    platforms = [vertex.op.platform for vertex in graph.with_head(twin).vertices()]
    assert dockerfiles.PLATFORM not in platforms
