"""Words that a `$( … )` prints which is told beforehand."""

import pytest
from uvlayers.dockerfile.command import Opaque, SyncCommand, cut_sync, find_sync
from uvlayers.dockerfile.shell.scope import Kind, NotUnderstood

ENVIRONMENT = {"PATH": "/bin", "ENV": "prod", "EMPTY": "", "TWO": "a b"}
UNTOLD = "it holds a command substitution"
FAILS = "an assignment in its script fails"
SHELLS = ("sh", "bash")


class Files:
    def kind(self, path: str) -> Kind | None:
        if path.startswith("/run/"):
            raise NotUnderstood("only the command itself can see it")
        return "file" if path == "/app/uv.lock" else None

    def sourced(self, path: str) -> bytes | None:
        raise NotImplementedError(path)


FILES = Files()


def found(text: str, shell: str = "sh") -> tuple[SyncCommand | Opaque, ...]:
    return find_sync([shell, "-c", text], ENVIRONMENT, "/app", unknown=["TOKEN"], files=FILES)


def the(text: str, shell: str = "sh") -> SyncCommand:
    (sync,) = found(text, shell)
    assert isinstance(sync, SyncCommand), sync
    return sync


def reason(text: str, shell: str = "sh") -> str:
    (sync,) = found(text, shell)
    assert isinstance(sync, Opaque), sync
    return sync.reason


@pytest.mark.parametrize(
    ("substitution", "words"),
    [
        ('$(if [ -z "$EMPTY" ]; then echo ""; else echo "--group x"; fi)', []),
        ('$(if [ -z "$ENV" ]; then echo ""; else echo "--group x"; fi)', ["--group", "x"]),
        ('$([ "$ENV" = prod ] && echo --no-dev)', ["--no-dev"]),
        ('$([ "$ENV" = dev ] && echo --dev)', []),
        ('$(test "$ENV" = dev && echo --dev || echo --no-dev)', ["--no-dev"]),
        ('$([ -n "$ENV" ] || echo --dev || echo --no-dev && echo x)', ["x"]),
        ("$([ -f uv.lock ] && echo --frozen)", ["--frozen"]),
        ("$(test -f other || echo --dev)", ["--dev"]),
        ("$(for e in $TWO; do printf -- '--extra %s ' \"$e\"; done)",
         ["--extra", "a", "--extra", "b"]),
        ("$(for e in $EMPTY; do echo $e; done)", []),
        ('$(for e in $TWO c; do if [ "$e" != b ]; then echo "--extra=$e"; fi; done)',
         ["--extra=a", "--extra=c"]),
        ("$(\n  echo a\n  echo b\n)", ["a", "b"]),
        ('"$(echo "a  b")"', ["a  b"]),
        ("$(echo 'a)  b')", ["a)", "b"]),
        ('"$(echo)"', [""]),
        ("x$(echo 'y z')w", ["xy", "zw"]),
        ("$(printf '%s\\n' $TWO)", ["a", "b"]),
        ("$(printf '%s-%s' a b c d)", ["a-bc-d"]),
        ("$(printf '%s%%')", ["%"]),
        ("$(false || true && echo $ENV)", ["prod"]),
    ],
)  # fmt: skip
def test_what_is_printed(substitution: str, words: list[str]) -> None:
    for shell in SHELLS:
        sync = the(f"uv sync {substitution}", shell)
        assert list(sync.argv[2:]) == words
        assert sync.alone


@pytest.mark.parametrize(
    "substitution",
    [
        "$(cat flags)",
        "$(uname -m)",
        "$(ls | head)",
        "$(echo x &)",
        "$(echo x >f)",
        "$(echo x # )\n)",
        "$(echo $(echo x))",
        "$((1 + 1))",
        "$( (echo x) )",
        "$({ echo x; })",
        "$(cd /; echo x)",
        "$(A=1; echo $A)",
        "$(A=1 echo x)",
        "$(echo $TOKEN)",
        "$(echo ${NEW:=x})",
        '$([ -n "${NEW:=x}" ] && echo x)',
        "$(echo *)",
        "$(echo '*')",
        "$(echo -n x)",
        "$(echo -e x)",
        "$(echo -- x)",
        "$(echo 'a\\tb')",
        "$(printf '--extra')",
        "$(printf -v A x)",
        "$(printf '%d' 1)",
        "$(printf 'a\\tb')",
        "$(printf '%s %s' a)",
        "$(printf a b)",
        "$(printf)",
        "$([ a = b ]; echo x)",  # `set -e` ends it in dash, not in bash
        "$(for e in a b; do [ $e = b ]; done)",
        "$(for e; do echo $e; done)",
        "$(select e in a; do echo $e; done)",
        "$(while [ a = b ]; do echo x; done)",
        "$(for IFS in a; do echo $TWO; done)",
        "$(case a in a) echo x;; esac)",
        "$([ -f /run/secrets/x ] && echo x)",
        "${NEW:-$(echo x)}",
        "`echo x`",
    ],
)
def test_what_is_not_told(substitution: str) -> None:
    for shell in SHELLS:
        assert reason(f"uv sync {substitution}", shell)


def test_the_reason_is_that_of_any_substitution() -> None:
    assert reason("uv sync $(cat flags)") == f"in its words {UNTOLD}"
    assert reason("uv sync $(echo $TOKEN)") == f"in its words {UNTOLD}"


def test_conditions_that_only_bash_knows() -> None:
    text = "uv sync $([[ $ENV == prod ]] && echo --no-dev)"
    assert the(text, "bash").argv[2:] == ("--no-dev",)
    assert reason(text) == f"in its words {UNTOLD}"


def test_a_variable_that_a_substitution_gives() -> None:
    text = 'FLAGS=$([ "$ENV" = {} ] && echo "--extra a"); uv sync $FLAGS "$FLAGS"'
    assert the(text.format("prod")).argv[2:] == ("--extra", "a", "--extra a")
    assert the(text.format("dev")).argv[2:] == ("",)
    assert the("export UV_X=$(echo a); uv sync").environment["UV_X"] == "a"
    assert the("UV_X=$(echo 'a b') uv sync").environment["UV_X"] == "a b"


@pytest.mark.parametrize(
    "text",
    [
        "A=$([ a = b ]) && uv sync",
        "A=$([ a = b ]) || exit 1; uv sync",
        "set -e; A=$([ a = b ]); uv sync",
        "uv sync; A=$([ a = b ])",
        "A=$(echo x)$([ a = b ]) B=c && uv sync",
        "if [ a = a ]; then A=$([ a = b ]); fi && uv sync",
    ],
)
def test_a_failure_that_matters(text: str) -> None:
    assert reason(text) == FAILS


@pytest.mark.parametrize(
    "text",
    [
        "A=$([ a = b ]); uv sync",
        "A=$([ a = b ])$(echo x) && uv sync",
        "A=$([ a = b ] || true) && uv sync",
        "set -e; export A=$([ a = b ]) && uv sync",
        "set -e; A=$([ a = b ]) uv sync $([ a = b ])",
        "set -e; echo $([ a = b ]); uv sync",
        "set -e; A=$(if [ a = b ]; then echo x; fi); uv sync",
    ],
)
def test_a_failure_that_does_not_matter(text: str) -> None:
    assert the(text).needed


def test_a_failure_that_cannot_be_told() -> None:
    skipped = "it is skipped when `A=$(cat f)` fails"
    assert reason("A=$(cat f) && uv sync; ls") == skipped
    assert reason("A=$(cat f) B=$(echo x) && uv sync; ls") == (
        "it is skipped when `A=$(cat f) B=$(echo x)` fails"
    )
    for text in ("A=$(cat f) && uv sync", "set -e; A=$(cat f); uv sync; ls", "A=$(cat f); uv sync"):
        assert the(text).needed
    assert the("export A=$(cat f) && uv sync; ls")
    assert the("uv sync && A=$(cat f)").after == ("A=$(cat f)",)
    assert the("uv sync && A=$(cat f) && rm -rf /.cache").aside is None


def test_a_command_that_a_substitution_names() -> None:
    assert the("$(echo uv) sync").argv == ("uv", "sync")
    assert the("$(echo cd) /srv && uv sync").cwd == "/srv"
    assert reason("$([ a = b ]); uv sync") == "it comes after a command that cannot be told"
    assert reason("$EMPTY $([ a = b ]) && uv sync") == (
        "it comes after a command that cannot be told"
    )


def test_files_that_decide_are_told() -> None:
    assert the("uv sync $([ -f uv.lock ] && echo --frozen)").looked == ("/app/uv.lock",)
    assert the("A=$(if [ -f x ]; then echo a; fi); uv sync").looked == ("/app/x",)
    text = "uv sync $(for e in a b; do [ ! -f $e ] && echo $e; done)"
    assert the(text).looked == ("/app/a", "/app/b")
    text = 'if [ "$([ -f x ] || echo y)" = y ]; then uv sync; fi'
    assert the(text).looked == ("/app/x",)


def test_an_earlier_command_may_have_made_the_file() -> None:
    assert reason("touch x; uv sync $([ -f uv.lock ] && echo --frozen)")
    assert reason("echo $(rm uv.lock); uv sync $([ -f uv.lock ] && echo --frozen)")


def test_a_variable_of_a_loop_stays_inside() -> None:
    assert "E" not in the("export E; A=$(for E in a; do echo x; done); uv sync").environment


def test_what_follows_touches_what_a_substitution_prints() -> None:
    assert the("uv sync && rm -rf $(echo /.cache)").aside == ("/.cache",)
    assert the("uv sync && rm -rf $(ls)").aside is None


def test_a_cut_makes_the_variable_again() -> None:
    text = 'ls; A=$([ "$ENV" = prod ] && echo x); uv sync $A'
    cut = cut_sync(["sh", "-c", text], ENVIRONMENT, "/app")
    assert cut is not None
    assert [args[-1] for args in cut] == [
        "ls; :",
        'A=$([ "$ENV" = prod ] && echo x)\nuv sync $A',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ls; A=$([ -f uv.lock ] && echo x); uv sync $A",  # the first half may have made it
        "A=$([ -f uv.lock ] && echo x); ls; uv sync $A",
        "ls; uv sync $([ -f uv.lock ] && echo x)",
    ],
)
def test_what_depends_on_files_is_not_cut(text: str) -> None:
    assert cut_sync(["sh", "-c", text], ENVIRONMENT, "/app") is None
