import pytest
from uvlayers.dockerfile.split import split_runs

from tests import dockerfiles
from tests.dockerfiles import Bind, Cache, RunMount, Tmpfs

BASE, CONTEXT = dockerfiles.image("python"), dockerfiles.context()
LOCK = Bind("/app/uv.lock", CONTEXT, "/uv.lock")


def halves(command: str, *mounts: RunMount) -> list[str]:
    """The shell texts of the execs that a RUN becomes, the first one first."""
    split = split_runs(dockerfiles.graph(dockerfiles.run(BASE, command, mounts=mounts, line=3)))
    execs = [v for v in split.graph.vertices() if v.op.WhichOneof("op") == "exec"]
    return [vertex.op.exec.meta.args[-1] for vertex in execs]


@pytest.mark.parametrize(
    ("command", "first", "second"),
    [
        ("pip install uv && uv sync --frozen", "pip install uv", "uv sync --frozen"),
        ("a && b x|y && uv sync", None, None),
        ("a &&\\\n  b 'é'  &&  X=1 uv sync && c", "a &&\\\n  b 'é'", "X=1 uv sync && c"),
        ("a && b > log && uv sync", None, None),
        ("a && uv sync; b", None, None),
        ("a && uv sync || exit 1", "a", "uv sync || exit 1"),
        ("a && uv sync || b", None, None),
        ("a; uv sync", None, None),
        ("set -e; a && uv sync", None, None),
        ("cd src && a && uv sync", None, None),
        ("export X=1 && a && uv sync", None, None),
        ("X=1 && a && uv sync", None, None),
        ("a ${X:=1} && uv sync", None, None),
        ("a $((X = 1)) && uv sync", None, None),
        ("cat <<EOF && uv sync\nx\nEOF", None, None),
        (". ./env && uv sync", None, None),
        ("eval a && uv sync", None, None),
        ("uv sync && a && uv sync", None, None),
        ("a & uv sync", None, None),
        ("f() { a; }; f && uv sync", None, None),
        ("uv sync", None, None),
    ],
)
def test_where_a_run_is_cut(command: str, first: str | None, second: str | None) -> None:
    assert halves(command) == ([command] if first is None else [first, second])


def test_only_the_text_of_a_shell_is_cut() -> None:
    for args in (["sh", "-c", "a && uv sync", "name"], ["sh", "a && uv sync"]):
        graph = dockerfiles.graph(dockerfiles.run(BASE, args))
        assert split_runs(graph).graph == graph
    args = ["bash", "-o", "pipefail", "-ec", "a && uv sync"]
    assert len(split_runs(dockerfiles.graph(dockerfiles.run(BASE, args))).firsts) == 1


def test_both_halves_have_the_mounts_and_the_lines_of_the_run() -> None:
    command = "pip install uv && uv sync"
    run = dockerfiles.run(BASE, command, mounts=[LOCK, Cache("/c")], user="app", line=3)
    split = split_runs(dockerfiles.graph(run))
    assert split.graph.head is not None
    after = split.graph.head.vertex
    before = after.inputs[0].vertex
    for half in (before, after):
        assert half.locations == run.vertex.locations
        assert half.op.exec.meta.user == "app"
        assert [m.dest for m in half.op.exec.mounts] == ["/", "/app/uv.lock", "/c"]
    assert before.inputs == run.vertex.inputs
    assert before.metadata.description["llb.customname"].endswith("pip install uv")
    assert after.metadata == run.vertex.metadata
    assert split.origins[after.digest] == run.vertex.digest
    assert split.firsts == {after.digest: "pip install uv"}


def test_what_both_halves_must_share_keeps_them_together() -> None:
    assert len(halves("a && uv sync", Tmpfs("/tmp"))) == 1
    writable = Bind("/app/src", CONTEXT, "/src", readonly=False)
    assert len(halves("a && uv sync", writable)) == 1


def test_a_run_that_must_stay_whole() -> None:
    run = dockerfiles.run(BASE, "a && uv sync")
    graph = dockerfiles.graph(dockerfiles.workdir(run, "/x"))
    assert split_runs(graph, {run.vertex.digest}).graph == graph
    split = split_runs(graph)
    assert split.graph.head is not None
    assert split.origins[split.graph.head.vertex.digest] == graph.vertices()[-1].digest


def test_a_graph_without_such_a_run_is_the_same() -> None:
    graph = dockerfiles.graph(dockerfiles.run(BASE, "make && make install"))
    split = split_runs(graph)
    assert split.graph == graph
    assert split.firsts == {}
    assert split_runs(dockerfiles.graph(None)).graph.head is None
