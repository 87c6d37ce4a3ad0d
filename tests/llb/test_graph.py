import pytest
from uvlayers.llb.graph import (
    Graph,
    Output,
    digest_of,
    make_vertex,
    marshal,
    parse_definition,
)
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles
from tests.llb.test_encoding import DEFINITION


def small() -> Output:
    """`FROM base`, `COPY . /app`, `RUN true`."""
    state = dockerfiles.copy(dockerfiles.image("base"), dockerfiles.context(), "/", "/app", line=2)
    return dockerfiles.run(state, "true", line=3)


def test_vertices_come_after_their_inputs_and_once() -> None:
    base = dockerfiles.image("base")
    left, right = dockerfiles.workdir(base, "/left"), dockerfiles.workdir(base, "/right")
    head = dockerfiles.copy(left, right, "/", "/")
    vertices = dockerfiles.graph(head).vertices()
    assert list(vertices) == [base.vertex, left.vertex, right.vertex, head.vertex]


def test_a_chain_deeper_than_the_stack_is_walked() -> None:
    state = dockerfiles.image("base")
    for number in range(3000):
        state = dockerfiles.workdir(state, f"/{number}")
    graph = dockerfiles.graph(state)
    assert len(graph.vertices()) == 3001
    assert parse_definition(marshal(graph)) == graph


def test_a_vertex_is_its_digest() -> None:
    one, other = dockerfiles.image("base"), dockerfiles.image("base")
    assert one == other
    assert hash(one) == hash(other)
    assert one.vertex.digest == digest_of(one.vertex.data)
    assert one != dockerfiles.image("other")
    assert one != Output(one.vertex, 1)


def test_the_same_inputs_keep_the_vertex() -> None:
    vertex = small().vertex
    assert vertex.with_inputs(list(vertex.inputs)) is vertex


def test_other_inputs_make_another_vertex_that_keeps_the_rest() -> None:
    vertex = small().vertex
    other = dockerfiles.image("other")
    changed = vertex.with_inputs([other])
    assert changed != vertex
    assert changed.inputs == (other,)
    assert changed.op.inputs[0].digest == other.vertex.digest
    assert (changed.metadata, changed.locations) == (vertex.metadata, vertex.locations)
    assert vertex.op.inputs[0].digest == vertex.inputs[0].vertex.digest


def test_a_definition_ends_with_the_head_alone() -> None:
    head = small()
    definition = marshal(dockerfiles.graph(head))
    terminal = pb.Op.FromString(definition.def_[-1])
    assert terminal == pb.Op(inputs=[pb.Input(digest=head.vertex.digest, index=0)])
    assert set(definition.metadata) == {digest_of(data) for data in definition.def_}


def test_lines_stay_with_their_vertices() -> None:
    graph = dockerfiles.graph(small())
    definition = marshal(graph)
    lines = {
        digest: found.locations[0].ranges[0].start.line
        for digest, found in definition.Source.locations.items()
    }
    assert lines == {v.digest: n for v, n in zip(graph.vertices()[2:], (2, 3), strict=True)}
    assert list(definition.Source.infos) == [dockerfiles.SOURCE]


def test_what_is_parsed_is_marshaled_to_the_same_bytes() -> None:
    graph = parse_definition(DEFINITION)
    again = marshal(graph)
    assert list(again.def_) == list(DEFINITION.def_)
    for vertex in graph.vertices():
        assert again.metadata[vertex.digest] == DEFINITION.metadata[vertex.digest]
    assert parse_definition(again) == graph


def test_the_order_of_a_definition_does_not_matter() -> None:
    definition = marshal(dockerfiles.graph(small()))
    *ops, terminal = definition.def_
    del definition.def_[:]
    definition.def_.extend([*reversed(ops), terminal])
    assert parse_definition(definition) == dockerfiles.graph(small())


def test_what_two_vertices_need_is_parsed_once() -> None:
    base = dockerfiles.image("base")
    left = dockerfiles.workdir(dockerfiles.workdir(base, "/1"), "/left")
    graph = dockerfiles.graph(dockerfiles.copy(base, left, "/", "/x"))
    assert parse_definition(marshal(graph)) == graph
    graph = dockerfiles.graph(dockerfiles.copy(left, base, "/", "/x"))
    assert parse_definition(marshal(graph)) == graph


def test_what_the_head_does_not_need_is_left_out() -> None:
    definition = marshal(dockerfiles.graph(small()))
    definition.def_.insert(0, dockerfiles.image("unused").vertex.data)
    assert parse_definition(definition) == dockerfiles.graph(small())


def test_scratch_is_the_empty_definition() -> None:
    graph = Graph(None)
    assert graph.vertices() == ()
    assert marshal(graph) == pb.Definition()
    assert parse_definition(pb.Definition()) == graph


def test_a_graph_may_have_another_head() -> None:
    graph = dockerfiles.graph(small())
    other = dockerfiles.image("other")
    assert graph.with_head(other) == dockerfiles.graph(other)


def test_ops_without_metadata_are_taken() -> None:
    definition = marshal(dockerfiles.graph(small()))
    definition.ClearField("metadata")
    definition.ClearField("Source")
    (*_, vertex) = parse_definition(definition).vertices()
    assert (vertex.metadata, vertex.locations) == (pb.OpMetadata(), ())


@pytest.mark.parametrize(
    "terminal",
    [
        dockerfiles.image("base").vertex.op,
        pb.Op(),
        pb.Op(inputs=[pb.Input(digest="x"), pb.Input(digest="y")]),
        pb.Op(inputs=[pb.Input(digest="x")], merge=pb.MergeOp(inputs=[pb.MergeInput()])),
    ],
)
def test_a_definition_without_a_head_is_refused(terminal: pb.Op) -> None:
    with pytest.raises(ValueError, match="not a terminal op"):
        parse_definition(pb.Definition(def_=[terminal.SerializeToString()]))


def test_a_definition_with_a_hole_is_refused() -> None:
    definition = marshal(dockerfiles.graph(small()))
    del definition.def_[0]
    with pytest.raises(ValueError, match="lacks the vertex sha256:"):
        parse_definition(definition)


def test_inputs_of_the_op_itself_are_replaced() -> None:
    base = dockerfiles.image("base")
    vertex = make_vertex(dockerfiles.workdir(base, "/app").vertex.op, [dockerfiles.image("x")])
    assert [each.digest for each in vertex.op.inputs] == [dockerfiles.image("x").vertex.digest]
