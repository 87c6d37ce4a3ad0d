"""Which of two syncs runs, by a condition on variables."""

from posixpath import normpath

import pytest
from uvlayers.dockerfile.command import Opaque, SyncCommand, cut_sync, find_sync
from uvlayers.dockerfile.shell.scope import FilesBefore, Kind, NotUnderstood

ENVIRONMENT = {"PATH": "/bin", "ENV": "prod", "EMPTY": "", "TWO": "a b"}
UNTOLD = "it depends on a condition"


KINDS: dict[str, Kind] = {"/app/uv.lock": "file", "/app": "directory", "/dev/null": "other"}


class Kinds:
    def kind(self, path: str) -> Kind | None:
        if path.startswith("/run/"):
            raise NotUnderstood("only the command itself can see it")
        return KINDS.get(normpath(path))

    def sourced(self, path: str) -> bytes | None:
        raise NotImplementedError(path)


FILES = Kinds()


def found(
    text: str, shell: str = "sh", files: FilesBefore | None = None
) -> tuple[SyncCommand | Opaque, ...]:
    return find_sync([shell, "-c", text], ENVIRONMENT, "/app", files=files)


def branch(condition: str, shell: str = "sh", files: FilesBefore | None = None) -> str:
    """The word after `uv sync` of the branch that runs, or why that cannot be told."""
    each, *more = found(f"if {condition}; then uv sync yes; else uv sync no; fi", shell, files)
    assert all(isinstance(other, Opaque) for other in (each, *more)) or not more
    return each.reason if isinstance(each, Opaque) else each.argv[-1]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('[ "$ENV" = prod ]', "yes"),
        ('[ "$ENV" != prod ]', "no"),
        ("[ $ENV = 'prod' ]", "yes"),
        ('[ "x$ENV" = "xdev" ]', "no"),
        ('test "${OTHER:-prod}" = "$ENV"', "yes"),
        ('[ -n "$EMPTY" ]', "no"),
        ('[ -z "$EMPTY" ]', "yes"),
        ("[ -z $EMPTY ]", "yes"),
        ("[ -n $EMPTY ]", "yes"),  # one argument, and that is not empty
        ("[ $ENV ]", "yes"),
        ("[ $EMPTY ]", "no"),
        ('[ ! "$ENV" = dev ]', "yes"),
        ('[ ! "$EMPTY" ]', "yes"),
        ('! [ "$ENV" = dev ]', "yes"),
        ('[ "$ENV" = prod ] && [ -z "$EMPTY" ]', "yes"),
        ('[ "$ENV" = prod ] && # why\n [ -z "$EMPTY" ]', "yes"),
        ('[ "$ENV" = dev ] && [ -f uv.lock ]', "no"),
        ('[ "$ENV" = dev ] || test -n "$TWO"', "yes"),
        ('[ "$TWO" = "a b" ]', "yes"),
    ],
)
def test_a_condition_on_variables(condition: str, expected: str) -> None:
    assert branch(condition) == branch(condition, "bash") == expected


@pytest.mark.parametrize(
    "condition",
    [
        "[ -f uv.lock ]",
        "[ $EMPTY = x ]",  # an error of the shell's
        "[ $TWO = x ]",
        '[ "$ENV" = prod -a -n "$ENV" ]',
        '[ "$ENV" \\> dev ]',
        '[ "$ENV" = prod ] > out',
        "grep -q prod .env",
        '[ "$(uname -m)" = x86_64 ]',
        '[ "$RANDOM" = 1 ]',
        "A=1 test $ENV = prod",
        'true; [ "$ENV" = prod ]',
    ],
)
def test_a_condition_on_anything_else(condition: str) -> None:
    assert branch(condition) not in ("yes", "no")
    assert branch(condition, "bash") not in ("yes", "no")


@pytest.mark.parametrize("condition", ['[ "$ENV" == prod ]', "[[ $ENV == prod ]]", "[[ $ENV ]]"])
def test_what_only_bash_knows(condition: str) -> None:
    assert branch(condition, "bash") == "yes"
    assert branch(condition) == UNTOLD


@pytest.mark.parametrize(
    "condition",
    ["[[ $TWO == a ]]", "[[ $ENV == p* ]]", "[[ -e x ]]", "[[ -x == a ]]", "[[ ! -n ]]"],
)
def test_what_bash_reads_otherwise_is_not_told(condition: str) -> None:
    assert branch(condition, "bash") not in ("yes", "no")


def test_tests_that_the_parser_takes_for_one() -> None:
    for shell in ("sh", "bash"):
        assert branch("[ a ] || ! [ -- ] && [ -n '' ]", shell) == "the shell text cannot be parsed"
    (sync,) = found("if [[ -n $ENV && -z $EMPTY ]]; then A=1; fi; uv sync", "bash")
    assert isinstance(sync, SyncCommand)


def test_a_condition_that_sets_a_variable() -> None:
    assert branch('[ -n "${NEW:=x}" ]') == UNTOLD


def test_the_first_condition_that_holds() -> None:
    text = """
    if [ "$ENV" = dev ]; then uv sync --dev
    elif [ "$ENV" = prod ]; then uv sync --no-dev
    elif [ -f x ]; then uv sync
    else uv sync
    fi
    """
    (sync,) = found(text)
    assert isinstance(sync, SyncCommand)
    assert sync.argv == ("uv", "sync", "--no-dev")
    assert sync.alone


def test_a_branch_that_does_not_run_is_not_there() -> None:
    assert found('if [ "$ENV" = dev ]; then uv sync; fi') == ()
    (sync,) = found('if [ "$ENV" = dev ]; then cd /srv; fi; uv sync')
    assert isinstance(sync, SyncCommand)
    assert sync.cwd == "/app"
    assert sync.alone


def test_a_branch_that_runs_is_followed() -> None:
    (sync,) = found('if [ "$ENV" = prod ]; then cd /srv; export UV_NO_DEV=1; fi\nuv sync')
    assert isinstance(sync, SyncCommand)
    assert (sync.cwd, sync.environment["UV_NO_DEV"]) == ("/srv", "1")


def test_a_condition_in_an_and_list() -> None:
    text = 'cd /srv && if [ "$ENV" = prod ]; then uv sync; else uv sync --dev; fi && rm -rf /.cache'
    (sync,) = found(text)
    assert isinstance(sync, SyncCommand)
    assert (sync.cwd, sync.after, sync.aside) == ("/srv", ("rm -rf /.cache",), ("/.cache",))
    (sync,) = found('if [ "$ENV" = dev ]; then cd /srv; fi && uv sync')
    assert isinstance(sync, SyncCommand)
    assert (sync.cwd, sync.alone) == ("/app", True)
    # where the branch is more than one list, what is skipped if a part of it fails is another thing
    (left,) = found('if [ "$ENV" = prod ]; then cd /srv; true; fi && uv sync')
    assert isinstance(left, Opaque)


def test_what_else_the_branch_does_counts() -> None:
    (sync,) = found('if [ "$ENV" = prod ]; then apt-get update; uv sync && rm -rf /x; fi')
    assert isinstance(sync, SyncCommand)
    assert (sync.before, sync.after) == (("apt-get update",), ("rm -rf /x",))


def test_a_branch_in_the_middle_need_not_succeed() -> None:
    text = 'if [ "$ENV" = prod ]; then uv sync; fi; true'
    (sync,), (strict,) = found(text), found(f"set -e; {text}")
    assert isinstance(sync, SyncCommand)
    assert isinstance(strict, SyncCommand)
    assert (sync.needed, strict.needed) == (False, True)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("[ -f uv.lock ]", "yes"),
        ("test -e ./uv.lock", "yes"),
        ("[ -d uv.lock ]", "no"),
        ("[ -d /app ]", "yes"),
        ("[ -d . ]", "yes"),
        ("[ -f /app ]", "no"),
        ("[ -e /dev/null ]", "yes"),
        ("[ -f /dev/null ]", "no"),
        ("[ ! -f uv.lock ]", "no"),
        ("! test -f other", "yes"),
        ("[ -f uv.lock ] && [ ! -d src ]", "yes"),
        ("[ -f uv.lock/ ]", "no"),
        ('[ -e "$EMPTY" ]', "no"),
        ('[ -f "${LOCK:-uv.lock}" ]', "yes"),
    ],
)
def test_a_condition_on_files(condition: str, expected: str) -> None:
    assert branch(condition, files=FILES) == branch(condition, "bash", FILES) == expected


def test_what_was_looked_at_is_told() -> None:
    (sync,) = found("if [ -f uv.lock ] || [ -d src ]; then uv sync; fi", files=FILES)
    assert isinstance(sync, SyncCommand)
    assert sync.looked == ("/app/uv.lock",)
    assert sync.needed


def test_no_branch_with_a_sync_runs() -> None:
    assert found("if [ -f other ]; then uv sync; else pip install .; fi", files=FILES) == ()


@pytest.mark.parametrize(
    "before",
    [
        "touch uv.lock",
        ": > uv.lock",
        "echo $(rm uv.lock)",
        "A=$(rm uv.lock)",
        "true & wait",
        "{ f; }",
    ],
)
def test_an_earlier_command_may_have_made_the_file(before: str) -> None:
    (sync, *_) = found(f"{before}; if [ -f uv.lock ]; then uv sync; fi", files=FILES)
    assert isinstance(sync, Opaque)
    assert sync.reason == UNTOLD


def test_builtins_make_no_file() -> None:
    (sync,) = found("set -e; cd /app; A=1; if [ -f uv.lock ]; then uv sync; fi", files=FILES)
    assert isinstance(sync, SyncCommand)


def test_a_file_that_only_the_command_can_see() -> None:
    assert branch("[ -f /run/secrets/x ]", files=FILES) == UNTOLD
    (sync,) = found("if [ -f /run/secrets/x ]; then A=1; fi; uv sync", files=FILES)
    assert isinstance(sync, SyncCommand)


def test_the_script_that_another_shell_is_fed() -> None:
    (sync,) = found("sh <<EOF\nif [ -f uv.lock ]; then uv sync; fi\nEOF", files=FILES)
    assert isinstance(sync, SyncCommand)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[ "$ENV" = prod ] && FLAG=--no-dev; uv sync $FLAG', ("--no-dev",)),
        ('[ "$ENV" = dev ] && FLAG=--dev; uv sync $FLAG', ()),
        ('set -e; [ "$ENV" = dev ] && cd /srv && FLAG=--dev; uv sync $FLAG', ()),
        ("test -f uv.lock && FLAG=--frozen; uv sync $FLAG", ("--frozen",)),
        ('[ -n "$ENV" ] && uv sync yes', ("yes",)),
        ('[ -n "$ENV" ] && [ -f uv.lock ] && uv sync yes', ("yes",)),
        ('[ -z "$ENV" ] && uv sync no; uv sync yes', ("yes",)),
        ('if [ "$ENV" = prod ]; then [ -z "$ENV" ] && A=1; fi; uv sync', ()),
    ],
)
def test_a_test_before_others_of_an_and_list(text: str, words: tuple[str, ...]) -> None:
    (sync,) = found(text, files=FILES)
    assert isinstance(sync, SyncCommand)
    assert sync.argv[2:] == words
    assert (sync.cwd, sync.alone) == ("/app", True)


@pytest.mark.parametrize(
    "text",
    [
        "[ -f other ] && FLAG=--dev; touch other; [ -f other ] && FLAG=--all; uv sync $FLAG",
        '[ -n "${NEW:=x}" ] && FLAG=--dev; uv sync $FLAG',
        'ls && [ -n "$ENV" ] && FLAG=--dev; uv sync $FLAG',
        '! [ -n "$EMPTY" ] && FLAG=--dev; uv sync $FLAG',
        '[ -n "$ENV" ] > log && FLAG=--dev; uv sync $FLAG',
        '[ -z "$ENV" ] && cat <<EOF > x; uv sync\nEOF\nuv sync $FLAG',
    ],
)
def test_a_test_that_is_not_told(text: str) -> None:
    assert all(isinstance(each, Opaque) for each in found(text, files=FILES))


def test_a_test_that_fails_ends_the_script() -> None:
    (sync,) = found('[ -z "$ENV" ] && uv sync')
    assert isinstance(sync, SyncCommand)
    assert sync.before == ('[ -z "$ENV" ]',)
    (sync,) = found('[ -z "$ENV" ] && true || exit 1; uv sync')
    assert isinstance(sync, SyncCommand)
    assert sync.before == ('[ -z "$ENV" ]',)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ('ls; [ -n "$ENV" ] && F=a; uv sync $F', 'ls; [ -n "$ENV" ] && F=a; :', "F=a\nuv sync $F"),
        (
            'set -e; ls; export A=1 && [ -z "$ENV" ] && F=a; uv sync $F',
            'set -e; ls; export A=1 && [ -z "$ENV" ] && F=a; :',
            "set -e\nexport A=1\nuv sync $F",
        ),
        ('ls && [ -n "$ENV" ] && uv sync', 'ls && [ -n "$ENV" ]', "uv sync"),
    ],
)
def test_a_text_with_such_a_test_is_cut(text: str, first: str, second: str) -> None:
    cut = cut_sync(["sh", "-c", text], ENVIRONMENT, "/app")
    assert cut is not None
    assert [args[-1] for args in cut] == [first, second]
