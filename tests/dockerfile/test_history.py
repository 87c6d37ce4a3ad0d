import json
from collections.abc import Mapping, Sequence
from typing import Any

from uvlayers.dockerfile.history import (
    COMMENT,
    AddedLayers,
    layer_makers,
    maker_of,
    pad_history,
    titles_of,
)
from uvlayers.llb.graph import Output, make_vertex
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles
from tests.dockerfiles import copy, run, workdir

BASE, CONTEXT = dockerfiles.image("base"), dockerfiles.context()
SYNC = run(workdir(BASE, "/app"), "uv sync")
HEAD = copy(SYNC, CONTEXT, "/", "/app")
HISTORY: list[dict[str, Any]] = [
    {"created_by": "base layer", "created": "2024"},
    {"created_by": "ENV PATH", "created": "2024", "empty_layer": True},
    {"created_by": "WORKDIR /app", "created": "2025"},
    {"created_by": "RUN uv sync", "created": "2026", "comment": "buildkit"},
    {"created_by": "CMD", "empty_layer": True},
    {"created_by": "COPY . /app"},
]
RUN_AND_LATER = ["RUN uv sync", "CMD", "COPY . /app"]


def padded(
    head: Output | None,
    added: dict[str, tuple[str, ...]],
    dropped: frozenset[str] = frozenset(),
    history: list[dict[str, Any]] = HISTORY,
    lowered: Mapping[str, tuple[str, Sequence[str]]] | None = None,
) -> list[dict[str, Any]]:
    config = json.dumps({"os": "linux", "history": history}).encode()
    graph = dockerfiles.graph(head)
    image = json.loads(pad_history(config, graph, added, lowered or {}, dropped))
    assert image["os"] == "linux"
    entries: list[dict[str, Any]] = image["history"]
    return entries


def test_layers_have_entries_before_that_of_the_command() -> None:
    entries = padded(HEAD, {SYNC.vertex.digest: ("virtual environment", "idna 3.6")})
    assert entries == [
        *HISTORY[:3],
        {"created": "2026", "created_by": "virtual environment", "comment": COMMENT},
        {"created": "2026", "created_by": "idna 3.6", "comment": COMMENT},
        *HISTORY[3:],
    ]


def test_a_command_that_did_not_run_has_no_layer() -> None:
    digest = SYNC.vertex.digest
    entries = padded(HEAD, {digest: ("idna 3.6",)}, frozenset({digest}))
    assert entries[3]["created_by"] == "idna 3.6"
    assert entries[4] == {**HISTORY[3], "empty_layer": True}


def test_layers_that_lie_lower_have_entries_there() -> None:
    workdir_digest = SYNC.vertex.inputs[0].vertex.digest
    lowered = {SYNC.vertex.digest: (workdir_digest, ("virtual environment", "idna 3.6"))}
    names = [each["created_by"] for each in padded(HEAD, {}, lowered=lowered)]
    added = ["virtual environment", "idna 3.6"]
    assert names == ["base layer", "ENV PATH", *added, "WORKDIR /app", *RUN_AND_LATER]


def test_what_lies_lower_in_another_stage_is_not_named() -> None:
    workdir_digest = SYNC.vertex.inputs[0].vertex.digest
    lowered = {run(BASE, "other").vertex.digest: (workdir_digest, ("idna 3.6",))}
    assert padded(HEAD, {}, lowered=lowered) == HISTORY


def test_an_entry_without_a_date_gives_none() -> None:
    entries = padded(HEAD, {HEAD.vertex.digest: ("x",)})
    assert entries[-2] == {"created_by": "x", "comment": COMMENT}


def test_nothing_is_added_to_other_stages() -> None:
    other = run(BASE, "other stage")
    assert padded(HEAD, {other.vertex.digest: ("x",)}) == HISTORY


def test_a_config_may_have_no_history() -> None:
    for config in (b"{}", b'{"history":null}'):
        added = {HEAD.vertex.digest: ("x",)}
        after = pad_history(config, dockerfiles.graph(HEAD), added, {}, frozenset())
        assert json.loads(after) == {"history": []}


def test_a_history_longer_than_the_graph_is_left_at_its_end() -> None:
    entries = padded(run(BASE, "true"), {BASE.vertex.digest: ("x",)})
    assert entries == HISTORY


def test_makers_are_found_from_the_last_to_the_image() -> None:
    linked = dockerfiles.copy_link(HEAD, CONTEXT, "/x", "/x")
    last = run(linked, "true", mounts=[dockerfiles.Bind("/src", CONTEXT)])
    makers = [each.digest for each in layer_makers(dockerfiles.graph(last))]
    expected = [last, linked.vertex.inputs[1], HEAD, SYNC, SYNC.vertex.inputs[0]]
    assert makers == [each.vertex.digest for each in expected]


def test_makers_may_begin_with_nothing() -> None:
    assert list(layer_makers(dockerfiles.graph(None))) == []
    scratch = copy(None, CONTEXT, "/", "/")
    assert list(layer_makers(dockerfiles.graph(scratch))) == [scratch.vertex]
    op = pb.Op()
    op.CopyFrom(run(BASE, "true").vertex.op)
    op.exec.mounts[0].input = -1
    vertex = make_vertex(op)
    assert list(layer_makers(dockerfiles.graph(vertex.output()))) == [vertex]


def test_a_linked_copy_makes_the_layer_of_its_instruction() -> None:
    linked = dockerfiles.copy_link(HEAD, CONTEXT, "/x", "/x")
    assert maker_of(linked.vertex) == linked.vertex.inputs[1].vertex
    assert maker_of(HEAD.vertex) == HEAD.vertex


def test_wheels_may_lie_below_all_else_that_syncs_have_added() -> None:
    first = run(workdir(BASE, "/app"), "uv sync --no-dev")
    second = run(copy(first, CONTEXT, "/", "/app"), "uv sync")
    given = run(second, "chown -R app /app")
    third = run(given, "uv sync --all-extras")
    one, two, three = (each.vertex.digest for each in (first, second, third))
    added = {
        one: AddedLayers(("CPython",), ("virtual environment",), ("a", "b")),
        two: AddedLayers(wheels=("c",)),
        three: AddedLayers(wheels=("d",)),
    }
    usual = {one: ("CPython", "virtual environment", "a", "b"), two: ("c",), three: ("d",)}
    graph = dockerfiles.graph(third)
    assert titles_of(graph, added, ()) == usual
    sunk = {given.vertex.digest}
    assert titles_of(graph, added, sunk) == {
        **usual,
        one: ("CPython", "a", "b", "c", "virtual environment"),
        two: (),
    }
    assert titles_of(dockerfiles.graph(second), added, sunk) == usual
    assert titles_of(graph, {}, sunk) == {}
