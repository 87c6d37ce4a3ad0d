import pytest
from uvlayers.llb.fileop import (
    Additions,
    PlainCopy,
    Writing,
    above,
    absolute,
    additions_of,
    covers,
    plain_copy_of,
    reaches,
    writing_of,
)
from uvlayers.llb.graph import Output, make_vertex
from uvlayers.llb.ops import merge
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles

BASE, CONTEXT = dockerfiles.image("base"), dockerfiles.context()


def op_of(output: Output) -> pb.FileOp:
    return output.vertex.op.file


def actions(*wired: pb.FileAction) -> pb.FileOp:
    return pb.FileOp(actions=wired)


def mkdir(target: int, path: str, output: int = -1) -> pb.FileAction:
    return pb.FileAction(
        input=target, secondaryInput=-1, output=output, mkdir=pb.FileActionMkDir(path=path)
    )


@pytest.mark.parametrize(
    ("output", "writing"),
    [
        (dockerfiles.copy(BASE, CONTEXT, "/", "/app/"), Writing(0, frozenset({1}), ("/app",))),
        (dockerfiles.workdir(BASE, "/app"), Writing(0, frozenset(), ("/app",))),
        (dockerfiles.copy(BASE, CONTEXT, "/x", "a/../b"), Writing(0, frozenset({1}), ("/b",))),
    ],
)
def test_steps_of_a_dockerfile_write_on_one_input(output: Output, writing: Writing) -> None:
    assert writing_of(op_of(output), len(output.vertex.inputs)) == writing


def test_a_chain_of_actions_writes_at_all_their_places() -> None:
    symlink = pb.FileActionSymlink(oldpath="/x", newpath="/link")
    mkfile = pb.FileActionMkFile(path="/file")
    op = actions(
        mkdir(0, "/a"),
        pb.FileAction(input=1, secondaryInput=-1, output=-1, symlink=symlink),
        pb.FileAction(input=2, secondaryInput=-1, output=0, mkfile=mkfile),
    )
    assert writing_of(op, 1) == Writing(0, frozenset(), ("/a", "/link", "/file"))


def test_a_copy_may_read_what_an_action_made_of_another_input() -> None:
    copy = pb.FileActionCopy(src="/", dest="/b")
    op = actions(mkdir(0, "/a"), pb.FileAction(input=2, secondaryInput=1, output=0, copy=copy))
    assert writing_of(op, 2) == Writing(0, frozenset({1}), ("/a", "/b"))


def test_a_copy_may_read_what_an_action_made_of_nothing() -> None:
    copy = pb.FileActionCopy(src="/", dest="/b")
    op = actions(
        mkdir(0, "/a"),
        pb.FileAction(input=1, secondaryInput=-1, output=0, copy=copy),
    )
    assert writing_of(op, 1) == Writing(0, frozenset(), ("/a", "/b"))


@pytest.mark.parametrize(
    "op",
    [
        actions(mkdir(-1, "/on-scratch", 0)),
        actions(mkdir(0, "/no-output")),
        actions(mkdir(0, "/a", 0), mkdir(0, "/b", 1)),
        actions(mkdir(0, "/other-output", 1)),
        actions(mkdir(0, "/one"), mkdir(1, "/two", 0)),
        actions(mkdir(-1, "/scratch"), mkdir(2, "/on-it", 0)),
        actions(pb.FileAction(input=0, output=0, rm=pb.FileActionRm(path="/gone"))),
        actions(pb.FileAction(input=0, output=0)),
        actions(
            pb.FileAction(
                input=0, secondaryInput=0, output=0, copy=pb.FileActionCopy(src="/", dest="/")
            )
        ),
        actions(
            pb.FileAction(
                input=0,
                secondaryInput=1,
                output=0,
                copy=pb.FileActionCopy(src="/", dest="/", alwaysReplaceExistingDestPaths=True),
            )
        ),
    ],
)
def test_anything_else_is_no_writing(op: pb.FileOp) -> None:
    assert writing_of(op, 2) is None


def test_a_linked_copy_is_no_writing() -> None:
    linked = dockerfiles.copy(None, CONTEXT, "/", "/app")
    assert writing_of(op_of(linked), 1) is None


@pytest.mark.parametrize(
    ("path", "reached", "covered"),
    [
        ("/app/.venv", True, False),
        ("/app/.venv/bin/x", True, False),
        ("/app", False, True),
        ("/", False, True),
        ("/app/.venv2", False, False),
        ("/ap", False, False),
        ("/application", False, False),
    ],
)
def test_places_at_below_and_above(path: str, reached: bool, covered: bool) -> None:
    assert reaches([path], "/app/.venv") is reached
    assert covers([path], "/app/.venv") is covered


def test_everything_is_below_the_root_and_the_root_above_all() -> None:
    assert reaches(["/x"], "/")
    assert reaches(["/"], "/")
    assert covers(["/"], "/x")


@pytest.mark.parametrize(
    ("path", "expected"),
    [("app/", "/app"), ("//app", "/app"), ("/a/./b/../c", "/a/c"), ("", "/"), ("..", "/")],
)
def test_paths_are_made_absolute(path: str, expected: str) -> None:
    assert absolute(path) == expected


def test_a_plain_copy_is_recognized() -> None:
    copied = dockerfiles.copy(BASE, CONTEXT, "/src/", "/app/", chown=(1000, 100))
    copy = plain_copy_of(op_of(copied), 2)
    assert copy == PlainCopy(0, 1, "/src", "/app")


def test_a_linked_copy_is_plain_and_stands_on_nothing() -> None:
    copy = plain_copy_of(op_of(dockerfiles.copy(None, CONTEXT, "/src", "/app")), 1)
    assert copy == PlainCopy(None, 0, "/src", "/app")


def plain(**changes: object) -> pb.FileOp:
    """A plain copy with some fields of it changed."""
    op = pb.FileOp()
    op.CopyFrom(op_of(dockerfiles.copy(BASE, CONTEXT, "/src", "/app")))
    op.actions[0].copy.MergeFrom(pb.FileActionCopy(**changes))  # type: ignore[arg-type]
    return op


@pytest.mark.parametrize(
    "changes",
    [
        {"src": "/src/*"},
        {"include_patterns": ["a"]},
        {"exclude_patterns": ["a"]},
        {"modeStr": "go-w"},
        {"mode": 0o4755},
        {"attemptUnpackDockerCompatibility": True},
    ],
)
def test_a_copy_that_filters_or_changes_files_is_not_plain(changes: dict[str, object]) -> None:
    assert plain_copy_of(plain(**changes), 2) is None


def test_a_copy_may_give_everything_one_mode() -> None:
    copy = plain_copy_of(plain(mode=0o750), 2)
    assert copy is not None
    assert copy.mode == 0o750


def test_a_copy_of_a_directory_itself_is_not_plain() -> None:
    op = plain()
    op.actions[0].copy.dirCopyContents = False
    assert plain_copy_of(op, 2) is None


def test_other_ops_are_no_plain_copies() -> None:
    assert plain_copy_of(op_of(dockerfiles.workdir(BASE, "/app")), 1) is None
    assert plain_copy_of(actions(mkdir(0, "/a"), mkdir(1, "/b", 0)), 1) is None


def test_what_a_step_adds_to_the_state_before_it() -> None:
    copied = dockerfiles.copy(BASE, CONTEXT, "/x", "/app/")
    assert additions_of(copied.vertex) == Additions(BASE, (CONTEXT,), ("/app",))
    linked = dockerfiles.copy_link(BASE, CONTEXT, "/x", "/app/")
    assert additions_of(linked.vertex) == Additions(BASE, (CONTEXT,), ("/app",))


def test_a_merge_of_anything_else_adds_nothing_that_is_known() -> None:
    made = dockerfiles.run(BASE, "true")
    removed = actions(pb.FileAction(input=-1, output=0, rm=pb.FileActionRm(path="/x")))
    removal = make_vertex(pb.Op(file=removed), []).output()
    assert additions_of(made.vertex) is None
    assert additions_of(merge([BASE, made]).vertex) is None
    assert additions_of(merge([BASE, removal]).vertex) is None
    copied = dockerfiles.copy(None, CONTEXT, "/x", "/y")
    assert additions_of(merge([BASE, copied, copied]).vertex) is None
    on_more = dockerfiles.copy(dockerfiles.image("more"), CONTEXT, "/x", "/y")
    assert additions_of(merge([BASE, on_more]).vertex) is None


def test_directories_above() -> None:
    assert list(above("/app/.venv/bin")) == ["/app/.venv", "/app", "/"]
    assert list(above("/")) == []
