"""Which of two syncs runs, by a condition on variables."""

import pytest
from uvlayers.dockerfile.command import Opaque, SyncCommand, find_sync

ENVIRONMENT = {"PATH": "/bin", "ENV": "prod", "EMPTY": "", "TWO": "a b"}
UNTOLD = "it depends on a condition"


def found(text: str, shell: str = "sh") -> tuple[SyncCommand | Opaque, ...]:
    return find_sync([shell, "-c", text], ENVIRONMENT, "/app")


def branch(condition: str, shell: str = "sh") -> str:
    """The word after `uv sync` of the branch that runs, or why that cannot be told."""
    each, *more = found(f"if {condition}; then uv sync yes; else uv sync no; fi", shell)
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


@pytest.mark.parametrize("condition", ["[[ $TWO == a ]]", "[[ $ENV == p* ]]", "[[ -e x ]]"])
def test_what_bash_reads_otherwise_is_not_told(condition: str) -> None:
    assert branch(condition, "bash") not in ("yes", "no")


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
    text = 'cd /srv && if [ "$ENV" = prod ]; then uv sync; else uv sync --dev; fi && rm -rf /x'
    (sync,) = found(text)
    assert isinstance(sync, SyncCommand)
    assert (sync.cwd, sync.after, sync.aside) == ("/srv", ("rm -rf /x",), ("/x",))
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
