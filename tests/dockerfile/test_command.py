"""What `find_sync` makes of execs: real shapes, exactly; then each part of its answer."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.dockerfile.command import Opaque, SyncCommand, cut_sync, find_sync, touched

ENVIRONMENT = {"HOME": "/root", "PATH": "/usr/bin:/bin"}
CWD = "/app"


def shell(text: str, *options: str) -> list[str]:
    return ["/bin/sh", *(options or ("-c",)), text]


def found(
    text: str, env: Mapping[str, str] | None = None, unknown: Sequence[str] = ()
) -> list[SyncCommand | Opaque]:
    return list(find_sync(shell(text), ENVIRONMENT | dict(env or {}), CWD, unknown=unknown))


def the(text: str, env: Mapping[str, str] | None = None) -> SyncCommand:
    (command,) = found(text, env)
    assert isinstance(command, SyncCommand), command
    return command


def reasons(text: str, env: Mapping[str, str] | None = None) -> list[str]:
    return [each.reason if isinstance(each, Opaque) else "understood" for each in found(text, env)]


@dataclass(frozen=True)
class Sync:
    """What is expected of a SyncCommand; what is not said is as `alone` implies."""

    argv: str
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = CWD
    alone: bool = True
    needed: bool = True
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unknown: frozenset[str] = frozenset()
    launcher: tuple[str, ...] = ()

    def matches(self, command: SyncCommand) -> bool:
        expected = (
            tuple(shlex.split(self.argv)),
            {**ENVIRONMENT, **self.env},
            *(self.cwd, self.alone, self.needed, self.before, self.after),
            *(self.unknown, self.launcher),
        )
        actual = (
            command.argv,
            command.environment,
            *(command.cwd, command.alone, command.needed, command.before, command.after),
            *(command.unknown, command.launcher),
        )
        return actual == expected


CONDITION = "it depends on a condition"

# The 25 shapes of RUN that public Dockerfiles show, in the order of the list in the reference.
SHAPES: list[tuple[str, Sequence[str], Mapping[str, str], list[Sync | str]]] = [
    ("1", shell("uv sync"), {}, [Sync("uv sync")]),
    ("2", shell("uv sync --frozen --no-dev"), {}, [Sync("uv sync --frozen --no-dev")]),
    (
        "2 dependencies",
        shell("uv sync --frozen --no-dev --no-install-project"),
        {},
        [Sync("uv sync --frozen --no-dev --no-install-project")],
    ),
    (
        "3 cache mount",
        shell("uv sync --locked --no-install-project"),
        {},
        [Sync("uv sync --locked --no-install-project")],
    ),
    (
        "4 continued lines, as the Dockerfile parser joins them",
        shell("uv sync     --locked     --no-install-project"),
        {},
        [Sync("uv sync --locked --no-install-project")],
    ),
    ("5 ssh", shell("uv sync --frozen"), {}, [Sync("uv sync --frozen")]),
    (
        "6 secret in a prefix",
        shell("UV_INDEX_N_PASSWORD=$(cat /run/secrets/X) uv sync --locked"),
        {},
        [Sync("uv sync --locked", unknown=frozenset({"UV_INDEX_N_PASSWORD"}))],
    ),
    (
        "7 secret exported",
        shell('export A="$(cat /run/secrets/a)" && export B=1 && uv sync'),
        {},
        [Sync("uv sync", env={"B": "1"}, unknown=frozenset({"A"}))],
    ),
    (
        "8 secret file sourced",
        shell("if [ -f F ]; then set -a && . F && set +a; fi; uv sync --frozen"),
        {},
        ["it comes after a conditional `set`"],
    ),
    (
        "9 configuration in a secret",
        shell("UV_CONFIG_FILE=/run/secrets/uv uv sync --locked"),
        {},
        [Sync("uv sync --locked", env={"UV_CONFIG_FILE": "/run/secrets/uv"})],
    ),
    (
        "10 exec form",
        ["uv", "sync", "--frozen", "--no-dev"],
        {},
        [Sync("uv sync --frozen --no-dev")],
    ),
    (
        "10 exec form of a shell",
        ["/bin/sh", "-c", "uv sync --frozen"],
        {},
        [Sync("uv sync --frozen")],
    ),
    (
        "11 place of the environment",
        shell("UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy uv sync --locked"),
        {},
        [
            Sync(
                "uv sync --locked",
                env={"UV_PROJECT_ENVIRONMENT": "/opt/venv", "UV_LINK_MODE": "copy"},
            )
        ],
    ),
    (
        "12 uv by its path",
        shell(
            "UV_PROJECT_ENVIRONMENT=/usr/local"
            " $HOME/.local/bin/uv sync --locked --extra a --extra b"
        ),
        {},
        [
            Sync(
                "/root/.local/bin/uv sync --locked --extra a --extra b",
                env={"UV_PROJECT_ENVIRONMENT": "/usr/local"},
            )
        ],
    ),
    (
        "13 chown",
        shell("uv sync --frozen && chown -R app /app"),
        {},
        [Sync("uv sync --frozen", alone=False, after=("chown -R app /app",))],
    ),
    (
        "14 cache removed",
        shell("uv sync --frozen && rm -rf /root/.cache/uv"),
        {},
        [Sync("uv sync --frozen", alone=False, after=("rm -rf /root/.cache/uv",))],
    ),
    (
        "14 cache cleaned",
        shell("uv sync --frozen && uv cache clean"),
        {},
        [Sync("uv sync --frozen", alone=False, after=("uv cache clean",))],
    ),
    (
        "14 with a semicolon",
        shell("uv sync --frozen; rm -rf /root/.cache/uv"),
        {},
        [Sync("uv sync --frozen", alone=False, needed=False, after=("rm -rf /root/.cache/uv",))],
    ),
    (
        "15 bytecode removed",
        shell(r"uv sync && find .venv -name __pycache__ -exec rm -rf {} \;"),
        {},
        [
            Sync(
                "uv sync",
                alone=False,
                after=(r"find .venv -name __pycache__ -exec rm -rf {} \;",),
            )
        ],
    ),
    (
        "16 uv run",
        shell("uv sync && uv run python -m spacy download en_core_web_sm"),
        {},
        [
            Sync(
                "uv sync",
                alone=False,
                after=("uv run python -m spacy download en_core_web_sm",),
            )
        ],
    ),
    (
        "17 build",
        shell("uv sync && uv build && uv pip install --system dist/*.whl"),
        {},
        [
            Sync(
                "uv sync",
                alone=False,
                after=("uv build", "uv pip install --system dist/*.whl"),
            )
        ],
    ),
    (
        "18 uv installed first",
        shell("pip install uv && uv sync --frozen"),
        {},
        [Sync("uv sync --frozen", alone=False, before=("pip install uv",))],
    ),
    (
        "19 a chain",
        shell("cd /app && uv sync --project backend --frozen && cd ui && npm ci"),
        {},
        [Sync("uv sync --project backend --frozen", alone=False, after=("cd ui", "npm ci"))],
    ),
    (
        "20 fallback to the same",
        shell("uv sync --frozen --no-dev || uv sync --no-dev"),
        {},
        [Sync("uv sync --frozen --no-dev", needed=False)],
    ),
    (
        "20 fallback to pip",
        shell("uv sync --frozen 2>/dev/null || uv pip install ."),
        {},
        [Sync("uv sync --frozen", needed=False)],
    ),
    (
        "21 condition",
        shell('if [ "$INSTALL_DEV" = true ]; then uv sync; else uv sync --no-dev; fi'),
        {"INSTALL_DEV": "true"},
        [Sync("uv sync", env={"INSTALL_DEV": "true"})],
    ),
    (
        "21 condition on the lock",
        shell("if [ -f uv.lock ]; then uv sync --frozen; fi"),
        {},
        [CONDITION],
    ),
    (
        "22 flag from an ARG",
        shell("uv sync ${UV_LOCK_MODE} --no-dev"),
        {"UV_LOCK_MODE": "--locked"},
        [Sync("uv sync --locked --no-dev", env={"UV_LOCK_MODE": "--locked"})],
    ),
    (
        "22 optional flag that is not set",
        shell("uv sync ${VERBOSE:-} --frozen"),
        {},
        [Sync("uv sync --frozen")],
    ),
    (
        "22 package from an ARG",
        shell("uv sync --package ${APP}"),
        {"APP": "api"},
        [Sync("uv sync --package api", env={"APP": "api"})],
    ),
    (
        "23 heredoc, as BuildKit inlines it",
        shell("set -eux\ncd /srv\nUV_LINK_MODE=copy uv sync --locked\nuv run app --warm\n"),
        {},
        [
            Sync(
                "uv sync --locked",
                env={"UV_LINK_MODE": "copy"},
                cwd="/srv",
                alone=False,
                after=("uv run app --warm",),
            )
        ],
    ),
    (
        "23 heredoc for another shell",
        shell("<<EOF bash -xe\nuv sync --locked\nEOF"),
        {},
        [Sync("uv sync --locked")],
    ),
    (
        "24 export",
        shell(
            "uv export --frozen --no-emit-project -o R && uv pip install --system -r R"
            " && uv export | grep -v x | uv pip install --system -r -"
        ),
        {},
        [],
    ),
    (
        "25 active environment",
        shell("uv venv /opt/venv && VIRTUAL_ENV=/opt/venv uv sync --active"),
        {},
        [
            Sync(
                "uv sync --active",
                env={"VIRTUAL_ENV": "/opt/venv"},
                alone=False,
                before=("uv venv /opt/venv",),
            )
        ],
    ),
    (
        "25 pip sync",
        shell("uv pip compile pyproject.toml -o R && uv pip sync R"),
        {},
        [],
    ),
]


@pytest.mark.parametrize(
    ("args", "env", "expected"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES]
)
def test_real_shapes(
    args: Sequence[str], env: Mapping[str, str], expected: list[Sync | str]
) -> None:
    actual = find_sync(args, {**ENVIRONMENT, **env}, CWD)
    assert len(actual) == len(expected), actual
    for command, wanted in zip(actual, expected, strict=True):
        if isinstance(wanted, str):
            assert isinstance(command, Opaque)
            assert command.reason == wanted
        else:
            assert isinstance(command, SyncCommand), command
            assert wanted.matches(command), command


class TestShells:
    @pytest.mark.parametrize(
        "args",
        [
            ["/bin/sh", "-c", "uv sync"],
            ["sh", "-ec", "uv sync"],
            ["/bin/bash", "-c", "uv sync"],
            ["/bin/bash", "-o", "pipefail", "-c", "uv sync"],
            ["/bin/bash", "-eo", "pipefail", "-c", "uv sync"],
            ["/bin/bash", "-euxo", "pipefail", "-c", "uv sync"],
            ["/bin/bash", "-Eeuo", "pipefail", "-c", "uv sync"],
            ["/bin/bash", "-o", "errtrace", "-T", "-c", "set -E -o functrace; uv sync"],
            ["/bin/bash", "--norc", "-c", "uv sync"],
            ["/bin/ash", "-eo", "pipefail", "-c", "uv sync"],
            ["/usr/bin/dash", "-e", "-u", "-c", "uv sync"],
            ["bash", "-c", "--", "uv sync"],
        ],
    )
    def test_shells_and_options(self, args: list[str]) -> None:
        (command,) = find_sync(args, ENVIRONMENT, CWD)
        assert isinstance(command, SyncCommand)
        assert command.alone

    @pytest.mark.parametrize(
        ("args", "reason"),
        [
            (["bash", "-lc", "uv sync"], "the option `l` is set"),
            (["bash", "--login", "-c", "uv sync"], "the shell runs with `--login`"),
            (["zsh", "-c", "uv sync"], "`zsh` is no shell that we can read"),
            (["bash", "-s", "uv sync"], "the option `s` is set"),
            (["sh", "uv sync"], "it is in a script file"),
            (["sh", "-n", "-c", "uv sync"], "the option `n` is set"),
            (["bash", "-o", "posix", "-c", "uv sync"], "the option `posix` is set"),
            (["sh", "-E", "-c", "uv sync"], "the option `E` is set"),
            (["ash", "-o", "errtrace", "-c", "uv sync"], "the option `errtrace` is set"),
            (["tini", "--", "uv", "sync"], "it runs inside another command"),
        ],
    )
    def test_what_is_not_read(self, args: list[str], reason: str) -> None:
        assert find_sync(args, ENVIRONMENT, CWD) == (Opaque(reason),)

    def test_traps_that_are_inherited(self) -> None:
        (opaque,) = find_sync(["bash", "-Ec", "trap x ERR; uv sync"], ENVIRONMENT, CWD)
        assert isinstance(opaque, Opaque)
        assert opaque.reason == "it comes after a trap"

    def test_options_count(self) -> None:
        (command,) = find_sync(["sh", "-ec", "uv sync; rm x"], ENVIRONMENT, CWD)
        assert isinstance(command, SyncCommand)
        assert command.needed
        (command,) = find_sync(["sh", "-uc", "uv sync $NONE"], ENVIRONMENT, CWD)
        assert isinstance(command, Opaque)

    @pytest.mark.parametrize("name", ["BASH_ENV", "SHELLOPTS", "BASHOPTS", "BASH_FUNC_uv%%"])
    def test_environment_that_changes_the_shell(self, name: str) -> None:
        (command,) = find_sync(["bash", "-c", "uv sync"], {**ENVIRONMENT, name: "x"}, CWD)
        assert isinstance(command, Opaque)

    @pytest.mark.parametrize(
        "args",
        [[], ["true"], ["sh"], ["sh", "-c"], ["zsh", "x"], ["bash", "-l"], ["sh", "build.sh"]],
    )
    def test_no_sync(self, args: list[str]) -> None:
        assert find_sync(args, ENVIRONMENT, CWD) == ()

    def test_exec_form(self) -> None:
        (command,) = find_sync(["env", "A=b", "/bin/uv", "-q", "sync"], ENVIRONMENT, CWD)
        assert isinstance(command, SyncCommand)
        assert command.argv == ("/bin/uv", "-q", "sync")
        assert command.environment["A"] == "b"
        assert command.span is None

    def test_python_module(self) -> None:
        command = the("python3 -m uv sync --frozen")
        assert (command.launcher, command.argv) == (("python3", "-m"), ("uv", "sync", "--frozen"))


class TestHeredocs:
    @pytest.mark.parametrize("line", ["#!/bin/sh -e", "#!/usr/bin/env bash", "#!/bin/bash"])
    def test_script_that_the_caller_can_see(self, line: str) -> None:
        text = f"{line}\nuv sync --frozen\n"
        (command,) = find_sync(["/dev/pipes/EOF"], ENVIRONMENT, CWD, script=text)
        assert isinstance(command, SyncCommand)
        assert command.span is not None
        assert text.encode()[slice(*command.span)] == b"uv sync --frozen"

    def test_script_of_another_program(self) -> None:
        text = "#!/usr/bin/env python3\nimport os; os.system('uv sync')\n"
        (command,) = find_sync(["/dev/pipes/EOF"], ENVIRONMENT, CWD, script=text)
        assert isinstance(command, Opaque)
        assert find_sync(["/dev/pipes/EOF"], ENVIRONMENT, CWD, script="#!/bin/cat\n") == ()

    def test_script_unseen(self) -> None:
        assert find_sync(["/dev/pipes/EOF"], ENVIRONMENT, CWD) == ()

    def test_span_within_the_whole_text(self) -> None:
        text = "bash -e <<'END'\nexport A=é\nuv sync $A\nEND"
        command = the(text)
        assert command.span is not None
        assert text.encode()[slice(*command.span)] == b"uv sync $A"
        assert command.argv == ("uv", "sync", "é")

    @pytest.mark.parametrize(
        "text",
        [
            "bash <<EOF\nuv sync $A\nEOF",  # the outer shell expands first
            "bash <<-EOF\n\tuv sync\n\tEOF",
            "python3 <<EOF\nuv sync\nEOF",
            "bash build.sh <<EOF\nuv sync\nEOF",
            "bash <<EOF && true\nuv sync\nEOF",
            "uv sync <<EOF\ny\nEOF",
        ],
    )
    def test_heredocs_that_are_refused(self, text: str) -> None:
        (command,) = found(text)
        assert isinstance(command, Opaque)

    def test_a_file_is_written(self) -> None:
        assert found("cat <<EOF > run.sh\nuv sync\nEOF\n") == []
        after = the("cat <<EOF > x\nhello\nEOF\nuv sync")
        assert after.before == ("cat <<EOF > x\nhello\nEOF",)


class TestMentions:
    @pytest.mark.parametrize(
        "text",
        [
            'echo "uv sync"',
            "echo uv sync",
            "# uv sync\ntrue",
            "git commit -m 'uv sync'",
            "pip install uv sync-tool",
            "uv help sync",
            "uv add sync",
            "uvx sync",
            "rsync uv x",
            "FOO='uv sync' true",
            "uv lock && sync",
        ],
    )
    def test_texts_that_run_no_sync(self, text: str) -> None:
        assert found(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            "sudo -u app uv sync",
            "timeout -k 9 300 uv sync",
            "time uv sync",
            "su app -c 'uv sync'",
            "sh -c 'cd x; uv sync'",
            "eval 'uv sync'",
            "xargs uv sync",
            "uv run uv sync",
            "exec uv sync",
            "find . -exec uv sync \\;",
            "(cd x && uv sync) && make",
            "(cd x && uv sync; exit)",
            "(uv sync && A=1 exit 0)",
            "(uv sync; $LEAVE)",
            "for x in $(ls); do uv sync && break; done",
            "for x in $EMPTY; do uv sync && break; done",
            "for x in 1 2; do uv sync && echo $x; done",
            "for x; do uv sync && break; done",
            "select x in 1 2; do uv sync && break; done",
            "for x in 1 2; { uv sync && break; }",
            "until uv sync; do uv sync --offline; done",
            "until uv sync | tee log; do sleep 1; done",
            "while uv sync; do sleep 1; done",
            "$(command -v uv) sync",
            "X=$(uv sync)",
            'echo "$(uv sync)"',
            "bash <<EOF && x\nuv sync\nEOF",
            "uv sync *.py",
            "uv sync &",
            "uv() { true; }; uv sync",
            "alias uv=true; uv sync",
            "trap 'uv sync' EXIT",
            "uv sync < /dev/null",
            "uv sync &> /dev/null",
            "! uv sync",
            "while uv sync; do :; done",
            "for p in a b; do uv sync --package $p; done",
            "case $X in a) uv sync;; esac",
            "f() { uv sync; }; f",
            "uv sync ${A%x}",
            "uv sync $1",
            "uv sync $((1+1))",
            "uv sync {a,b}",
            "uv sync 'unclosed",
            "uv sync>log 'unclosed",
            "uv sync\r\n",
            "eval $CMD; uv sync",
            "$(cat x); uv sync",
            "cd $(pwd)/x; uv sync",
            "cd -; uv sync",
            "test -f x && uv sync; true",
            "uv sync | tee log",
            "true || uv sync",
            "ls && uv sync || true",
            "cd x || uv sync || true",
        ],
    )
    def test_syncs_that_are_left_as_written(self, text: str) -> None:
        assert found(text)
        assert all(isinstance(each, Opaque) for each in found(text)), found(text)

    @pytest.mark.parametrize(
        "text",
        [
            "ls && uv sync > log || true && c",
            "ls > log || uv sync",
            "ls > log && ls || uv sync > log",
            "ls && (uv sync) > log && c",
            "ls && ! uv sync > log && c",
            "ls && uv sync < answers && c",
            "ls && c <<EOF && uv sync\nx\nEOF",
            "ls && bash <<EOF\nuv sync\nEOF",
            "uv sync && cat <<EOF || true\nx\nEOF",
            "uv sync && cat <<EOF > f; ls\nx\nEOF",
            "uv sync && A=2 > f\nls | cat",
            "ls && cat <<EOF && cd /srv\nx\nEOF\nuv sync",
            "ls || true 2>/dev/null || cd x; uv sync",
        ],
    )
    def test_redirections_in_lists_that_are_not_understood(self, text: str) -> None:
        assert found(text)
        assert all(isinstance(each, Opaque) for each in found(text)), found(text)

    @pytest.mark.parametrize(
        "text",
        [
            "uv sync > log --no-dev",
            "uv sync 2>/dev/null --inexact",
            "uv > log sync",
            "cd > /dev/null /srv && uv sync",
            "ls && export 2>/dev/null UV_NO_DEV=1; uv sync",
            "if make; then set >/dev/null -a; fi; uv sync",
        ],
    )
    def test_words_behind_a_redirection(self, text: str) -> None:
        assert reasons(text) == ["words of a command follow its redirection"]

    @pytest.mark.parametrize(
        "text",
        [
            "ls || echo >&2 'none'; uv sync",
            "test -f x || { echo >&2 no x; exit 1; }; uv sync",
            "cat <<EOF > f -n\nx\nEOF\nuv sync",
        ],
    )
    def test_words_behind_a_redirection_that_tell_nothing(self, text: str) -> None:
        assert reasons(text) == ["understood"]

    def test_one_of_two_is_understood(self) -> None:
        assert reasons("uv sync --frozen && (uv sync; exit)") == [
            "understood",
            "it runs in a subshell",
        ]

    def test_order_is_that_of_the_text(self) -> None:
        first, second = found("uv sync --frozen && uv sync")
        assert isinstance(first, SyncCommand)
        assert isinstance(second, SyncCommand)
        assert first.argv == ("uv", "sync", "--frozen")
        assert first.after == ("uv sync",)
        assert second.before == ("uv sync --frozen",)


class TestFacts:
    @pytest.mark.parametrize(
        ("text", "needed", "spare"),
        [
            ("until uv sync; do sleep 5; done", True, False),
            ("while ! uv sync; do sleep 5; done", True, False),
            ("until uv sync; do if [ $((n=n+1)) = 9 ]; then exit 1; fi; done", True, False),
            ("until uv sync; do if [ -f x ]; then break; fi; done", False, True),
            ("until uv sync; do [ -f x ] && exit 0; done", False, True),
            ("until uv sync; do exit 256; done", False, True),
            ("until uv sync; do builtin exit 0; done", False, True),
            ("until uv sync; do . ./leave; exit 1; done", False, True),
            ("until uv sync || make; do sleep 1; done", False, True),
            ("for i in 1 2 3; do uv sync && break || sleep 5; done", False, True),
            ("for i in 1 2 3; do uv sync && break; sleep 5; done", False, True),
            ("for i in $WORDS; do if uv sync; then break; fi; sleep 5; done", False, True),
        ],
    )
    def test_tried_again_until_it_succeeds(self, text: str, needed: bool, spare: bool) -> None:
        command = the(text, {"WORDS": "a b"})
        assert (command.needed, command.spare, command.alone) == (needed, spare, True)

    def test_what_a_loop_sets(self) -> None:
        loop = "for UV_NO_DEV in 1 2; do uv sync && break || { A=1; cd x; }; done"
        inside, after = found(f"export UV_NO_DEV A; {loop}; uv sync")
        assert isinstance(inside, SyncCommand)
        assert inside.environment["UV_NO_DEV"] == "1"
        assert after == Opaque("its directory cannot be told", ANY)

    @pytest.mark.parametrize(
        ("text", "needed"),
        [
            ("(cd x && uv sync)", True),
            ("(set -e; cd x; uv sync; true); true", False),
            ("set -e; (cd x; uv sync; true); true", True),
            ("set -e; (cd x; uv sync; true) || true", None),
            ("(cd x; uv sync) || exit 1; true", True),
            ("set -e; (cd x; uv sync; true) || exit 1", False),
            ("make && (cd x && uv sync)", True),
            ("timeout 10m sh -c : && (cd x && timeout 600 uv sync)", True),
        ],
    )
    def test_a_subshell(self, text: str, needed: bool | None) -> None:
        (command,) = found(text)
        if needed is None:
            assert isinstance(command, Opaque)
            return
        assert isinstance(command, SyncCommand)
        assert (command.cwd, command.needed) == ("/app/x", needed)

    def test_a_subshell_keeps_its_state(self) -> None:
        inside, after = found("(cd x; export A=1; uv sync); uv sync")
        assert isinstance(inside, SyncCommand)
        assert isinstance(after, SyncCommand)
        assert (inside.cwd, inside.environment["A"]) == ("/app/x", "1")
        assert (after.cwd, after.environment.get("A")) == ("/app", None)

    def test_directory_and_what_it_relies_on(self) -> None:
        command = the("cd backend && cd ./api/.. && uv sync")
        assert command.cwd == "/app/backend"
        assert command.entered == ("/app/backend", "/app/backend")
        assert command.alone

    @pytest.mark.parametrize(
        ("text", "cwd"),
        [
            ("cd / && uv sync", "/"),
            ("cd && uv sync", "/root"),
            ("cd ~/x && uv sync", "/root/x"),
            ("cd -- '/a b' && uv sync", "/a b"),
            ("cd /x || exit 1; uv sync", "/x"),
            ("cd ../.. && uv sync", "/"),
        ],
    )
    def test_directories(self, text: str, cwd: str) -> None:
        assert the(text).cwd == cwd

    @pytest.mark.parametrize(
        ("text", "before", "cwd"),
        [
            ("$NONE apt-get update && uv sync", ("$NONE apt-get update",), "/app"),
            ("$NONE cd /srv && uv sync", (), "/srv"),
            ("$COMMAND && uv sync", (), "/srv"),
            ("$NONE $COMMAND; $NONE; uv sync", (), "/srv"),
        ],
    )
    def test_a_name_that_is_a_variable(self, text: str, before: tuple[str, ...], cwd: str) -> None:
        command = the(text, {"COMMAND": "cd /srv"})
        assert (command.before, command.cwd) == (before, cwd)

    def test_umask(self) -> None:
        assert the("umask 027; uv sync").umask == 0o27
        assert the("uv sync").umask is None

    @pytest.mark.parametrize(
        "text",
        [
            "set -eux; uv sync",
            "true && uv sync && echo done",
            ": comment; uv sync",
            "uv sync # comment",
            "uv sync >/dev/null 2>&1",
            "{ uv sync; }",
            "export A=1 B=2; unset A; uv sync",
            "umask 022 && uv sync",
            "echo start && uv sync",
        ],
    )
    def test_alone(self, text: str) -> None:
        assert the(text).alone

    @pytest.mark.parametrize(
        "text",
        [
            "uv sync > log",
            "echo x > file; uv sync",
            "A=$(make-token) uv sync",
            "uv sync && test -d .venv",
            "uv sync && cd ui",
            "cat x; uv sync",
            "make & uv sync",
        ],
    )
    def test_not_alone(self, text: str) -> None:
        assert not the(text).alone

    @pytest.mark.parametrize(
        ("text", "needed"),
        [
            ("uv sync", True),
            ("uv sync; true", False),
            ("set -e; uv sync; true", True),
            ("uv sync && true; true", False),
            ("set -e; uv sync && true; true", False),
            ("uv sync || exit 2; true", True),
            ("uv sync || true", False),
            ("set -e; uv sync || true", False),
            ("uv sync || uv sync || exit 1", False),
            ("uv sync || (cat log; exit 1)", True),
            ("uv sync || (cat log; exit 1); true", False),
            ("set -e; uv sync || (cat log; exit 1); true", True),
            ("uv sync || { cat log >&2; exit 1; }; true", True),
            ("uv sync || { cat log && exit 1; }; true", False),
            ("uv sync || { cat log; exit 1; } >&2; true", False),
            ("uv sync || false; true", False),
            ("uv sync && true", True),
        ],
    )
    def test_needed(self, text: str, needed: bool) -> None:
        assert the(text).needed is needed

    @pytest.mark.parametrize(
        ("text", "spare", "alone"),
        [
            ("uv sync", False, True),
            ("uv sync || exit 1", False, True),
            ("uv sync || false", False, True),
            ("uv sync || (cat log; exit 1)", False, True),
            ("uv sync || (cat log && exit 1)", False, True),
            ("uv sync || ( (echo no; exit 1) )", False, True),
            ("uv sync || { echo no; exit 1; } >&2", False, True),
            ("uv sync > log || (cat log; exit 1)", False, False),
            ("uv sync || (cat log; exit 0)", True, True),
            ("uv sync || (cat log; exit)", True, True),
            ("uv sync || (exit 1; cat log)", True, True),
            ("uv sync || (rm log; exit 1)", True, True),
            ("uv sync || { exit 1 & }", True, True),
            ("uv sync || (cat log || exit 1)", True, True),
            ("uv sync || uv sync --no-dev", True, True),
            ("uv sync --frozen 2>/dev/null || pip install .", True, True),
            ("uv sync || uv sync --no-dev || true", True, True),
            ("uv sync || pip install . 2>/dev/null", True, True),
            ("uv sync || pip install . 2>/dev/null && ls", True, False),
            ("uv sync > log || true", True, False),
            ("uv sync || true && ls", True, False),
            ("ls; uv sync || true", True, False),
            ("uv sync && b || true", True, False),
            ("uv sync --frozen 2>log && b > c && cd x 2>/dev/null || true && c", True, False),
            ("uv sync || uv sync --no-dev && b || true", True, False),
            ("uv sync || exit 1 || true", True, True),
            ("uv sync || cd x\ntrue", True, True),
        ],
    )
    def test_alternatives(self, text: str, spare: bool, alone: bool) -> None:
        command = the(text)
        assert (command.spare, command.alone) == (spare, alone)
        assert command.argv == ("uv", "sync", "--frozen") if "frozen" in text else ("uv", "sync")
        assert command.aside is None or not spare

    @pytest.mark.parametrize(
        "text",
        [
            "uv sync && b || uv sync -q",
            "uv sync && uv sync -q || true",
            "a && uv sync || true",
            "uv sync && b || exit 1 && c",
            "(uv sync) && b || true",
        ],
    )
    def test_alternatives_of_more_than_a_sync_that_are_not_understood(self, text: str) -> None:
        assert found(text)
        assert all(isinstance(each, Opaque) for each in found(text)), found(text)

    def test_what_comes_between_a_sync_and_its_alternative_counts(self) -> None:
        assert "B" not in the("uv sync && export B=2 || true && ls $B").environment
        first, second = found("uv sync && cd x || true; export B; uv sync")
        assert isinstance(first, SyncCommand)
        assert isinstance(second, Opaque)
        assert "directory" in second.reason

    def test_what_an_alternative_may_have_changed_is_not_known(self) -> None:
        first, second = found("uv sync || cd x\nuv sync")
        assert isinstance(first, SyncCommand)
        assert isinstance(second, Opaque)
        assert "directory" in second.reason

    @pytest.mark.parametrize(
        ("text", "before", "after"),
        [
            ("uv sync && a > f && b", (), ("a > f", "b")),
            ("uv sync && a 2>&1 > f && b && c > g", (), ("a 2>&1 > f", "b", "c > g")),
            ("a >\\\n f && uv sync 2>/dev/null && b", ("a >\\\n f",), ("b",)),
            ("cd x && a > f && uv sync > g || exit 1", ("a > f",), ()),
            ("a || b > f && uv sync", ("a || b > f",), ()),
            ("a > f || exit 1; uv sync", ("a > f",), ()),
            ("a && { b; } > f && uv sync", ("a", "{ b; } > f"), ()),
            ("uv sync && a <<EOF\nx\nEOF", (), ("a <<EOF\nx\nEOF",)),
        ],
    )
    def test_redirections_are_the_last_command_s(
        self, text: str, before: tuple[str, ...], after: tuple[str, ...]
    ) -> None:
        command = the(text)
        assert (command.before, command.after) == (before, after)
        assert command.needed
        assert command.cwd == ("/app/x" if "cd" in text else "/app")
        assert command.span is not None
        written = text.encode()[slice(*command.span)].decode()
        assert written.startswith("uv sync")
        assert ("g" in written) is ("> g ||" in text)

    def test_environment(self) -> None:
        command = the("A=1; export B=2; C=$B$A D= uv sync", {"A": "0", "E": "e"})
        told = {name: command.environment.get(name) for name in "ABCDE"}
        assert told == {"A": "1", "B": "2", "C": "21", "D": "", "E": "e"}

    def test_variable_that_is_not_exported(self) -> None:
        assert "A" not in the("A=1; uv sync").environment
        assert the("A=1; export A; uv sync").environment["A"] == "1"
        assert the("export A; A=1; uv sync").environment["A"] == "1"
        assert the("set -a; A=1; uv sync").environment["A"] == "1"
        assert "A" not in the("unset A; uv sync", {"A": "1"}).environment

    @pytest.mark.parametrize(
        "text", ["! unset A; uv sync", "! export A=2; uv sync", "IFS=x; B=${A:=2} uv sync"]
    )
    def test_variables_that_may_have_changed_are_unknown(self, text: str) -> None:
        assert "A" in the(text, {"A": ""}).unknown

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (": ${B:=x}; uv sync", "x"),
            ("echo $(echo ${B:=x}); uv sync", ""),  # in a shell of its own
            ("echo ${A:-${B:=x}}; uv sync", None),  # only where A is empty
            ('echo "${A:+${B:=x}}"; uv sync', None),
        ],
    )
    def test_defaults_that_are_stored(self, text: str, told: str | None) -> None:
        assert the(text, {"A": "1", "B": ""}).environment.get("B") == told

    def test_a_default_inside_another_is_not_told(self) -> None:
        assert reasons("uv sync ${A:-${B:=x}}") == [
            "in its words a variable is set inside another expansion"
        ]

    def test_secret_variables_are_unknown(self) -> None:
        (command,) = found("uv sync", unknown=["TOKEN"])
        assert isinstance(command, SyncCommand)
        assert command.unknown == {"TOKEN"}
        (command,) = found("uv sync $TOKEN", unknown=["TOKEN"])
        assert isinstance(command, Opaque)

    def test_span(self) -> None:
        text = "E=é true; A=1  uv  sync --x 2>/dev/null; true"
        command = the(text)
        assert command.span is not None
        assert text.encode()[slice(*command.span)] == b"A=1  uv  sync --x 2>/dev/null"

    def test_conditions_make_variables_unknown(self) -> None:
        text = "if make; then export A=1; B=2; cd x; unset C; fi; cd /app; uv sync"
        command = the(text, {"C": "1"})
        assert command.unknown == {"A", "C"}
        assert command.before[0].startswith("if make")

    @pytest.mark.parametrize(
        "text",
        [
            "if a; then cd x; fi; uv sync",
            "if a; then . x; fi; uv sync",
            "if a; then exit 0; fi; uv sync",
            "if a; then set -a; fi; uv sync",
            "if a; then umask 077; fi; uv sync",
            "f() { :; }; uv sync",
            "for ((i=0; i<2; i++)); do :; done; uv sync",
            "A[1]=2; uv sync",
            "echo $((A=1)); uv sync",
            "exit 0; uv sync",
            "A=1 $NONE; uv sync",
            "$RANDOM cd x; uv sync",
            "IFS=,; uv sync $A",
        ],
    )
    def test_state_that_cannot_be_told(self, text: str) -> None:
        (command,) = found(text)
        assert isinstance(command, Opaque), command

    def test_failing_script_is_no_condition(self) -> None:
        assert the("if [ ! -f uv.lock ]; then echo no; exit 1; fi; uv sync").needed


@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z"))), max_size=4
    )
)
def test_quoted_words_are_read_back(words: list[str]) -> None:
    text = shlex.join(["uv", "sync", *words])
    assert the(text).argv == ("uv", "sync", *words)


@given(st.lists(st.text(alphabet=" \t'\"\\$`*?[]{}~#;&|<>()!\nab"), max_size=4))
def test_quoted_metacharacters_are_read_back(words: list[str]) -> None:
    assert the(shlex.join(["uv", "sync", *words])).argv == ("uv", "sync", *words)


@pytest.mark.parametrize("status", ["²", "٣", "9" * 5000])
@pytest.mark.parametrize("text", ["uv sync || exit {}", "if false; then exit {}; fi; uv sync"])
def test_a_status_that_is_no_number(text: str, status: str) -> None:
    (sync,) = found(text.format(status))
    assert not getattr(sync, "needed", False)


@given(st.text())
def test_never_raises(text: str) -> None:
    for shell_name in ("sh", "bash"):
        find_sync([shell_name, "-c", text], ENVIRONMENT, CWD)
        find_sync([shell_name, "-c", f"uv sync {text}"], ENVIRONMENT, CWD)
        cut_sync([shell_name, "-c", f"ls; {text} uv sync"], ENVIRONMENT, CWD)
    find_sync([text, text], ENVIRONMENT, CWD)
    find_sync(["x"], ENVIRONMENT, CWD, script=text)


SHELL_TOKENS = st.sampled_from(
    [
        "uv",
        "sync",
        ";",
        "&&",
        "||",
        "|",
        "&",
        "(",
        ")",
        "{",
        "}",
        "if",
        "then",
        "fi",
        "$",
        "${",
        "$(",
        "`",
        "'",
        '"',
        "\\",
        "<<EOF",
        "EOF",
        "=",
        "cd",
        "export",
        "#",
        "for",
        "do",
        "done",
        "case",
        "esac",
        "in",
        ";;",
        "[[",
        "]]",
        "((",
        "))",
        "<",
        ">",
        "2>&1",
        "A",
        "!",
    ]
)


@given(st.lists(SHELL_TOKENS, max_size=14), st.sampled_from(["", " ", "\n"]))
def test_never_raises_on_shell_like_text(tokens: list[str], separator: str) -> None:
    find_sync(["bash", "-c", separator.join(tokens)], ENVIRONMENT, CWD)


@pytest.mark.parametrize(
    ("after", "aside"),
    [
        ("", ()),
        ("&& rm -rf /root/.cache/uv ~/.cache/pip", ("/root/.cache/uv", "/root/.cache/pip")),
        ("&& D=/var/cache && rm -rf $D/apt/*", ("/var/cache/apt",)),
        ("&& uv cache clean && apt-get clean", ("/var/cache/apt", "/var/lib/apt")),
        ("&& cd /srv && rm -rf .cache/*", ("/srv/.cache",)),
        ("&& rm -rf /root/.cache /x", None),
        ("&& mkdir /x", None),
        ("; rm -r /root/.cache", None),
        ("&& uv cache prune --other", None),
        ("&& rm *.txt", None),
        ("&& rm $(ls)", None),
        ("&& ls", None),
        ("&& ls > /root/.cache/x", None),
        ("&& (rm -r /root/.cache)", ("/root/.cache",)),
        ("&& (rm -r /root/.cache || true)", ("/root/.cache",)),
        ("&& { rm -r /root/.cache 2> /dev/null || :; }", ("/root/.cache",)),
        ("&& (rm -r /root/.cache || rm /x)", None),
        ("|| rm -r /root/.cache", None),
    ],
)
def test_caches_that_the_commands_after_a_sync_touch(
    after: str, aside: tuple[str, ...] | None
) -> None:
    first, *_ = found(f"uv sync {after}")
    assert getattr(first, "aside", None) == aside


PARTS = ("/z", "/x", "/y", "/app/a")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("cd /srv && mkdir -p data /z && chown x:y data", ("/srv", "/srv/data", "/z", "/srv/data")),
        ("cd /srv; mkdir ../z", None),
        ("echo a > ../z", None),
        ("./install -d x", None),
        ("/app/.venv/bin/mkdir /x", None),
        ("/usr/bin/mkdir /x", ("/x",)),
        ("cat > /y <<EOF\n`ls`\nEOF", None),
        ("tee /x <<EOF\n$(cat /app/.venv/x)\nEOF", None),
        ('tee /x <<< "$(cat /app/.venv/x)"', None),
        ("chpasswd <<EOF\napp:$(cat /app/.venv/x)\nEOF", None),
        ("X=$(cat /app/.venv/x)\ncat > /made <<EOF\n$X\nEOF", None),
        ("X=$(cat /app/.venv/x) && touch /x", None),
        ("chmod -r /app/.venv/x || true", None),
        ("touch /x || { echo no > /app/.venv/m; false; }; mkdir /y", ("/app/.venv/m", "/x", "/y")),
        ("touch /x || { echo no >&2; false; }; mkdir /y", ("/x", "/y")),
        ("set -eux; D=/d; mkdir $D/a; touch ~/b", ("/d/a", "/root/b")),
        ("true && :", ()),
        ("cd /", ("/",)),
        ("mkdir $X", None),
        ("mkdir /x; rm /y", ("/y", "/x")),
        ("uv cache clean", None),
        ("mkdir /x; true && uv cache clean", None),
        ("mkdir /x > log", ("/app/log", "/x")),
        ("echo a > /x && printf b >> $HOME/y", ("/x", "/root/y")),
        ("cat > /s.sh <<'EOF'\n$(ls) ${X:=1}\nEOF", None),
        ("cat > /s.sh <<'EOF'\nls $X\nEOF", ("/s.sh",)),
        ("cat <<EOF >> /f\n$X\nEOF", ("/f",)),
        ("cat <<EOF > /f\n$(cat /app/.venv/x)\nEOF", None),
        ("echo $(cat /app/.venv/x)", ()),
        ("echo $(cat /app/.venv/x) > /f", None),
        ("echo $(cat /app/.venv/x) | tee /f", None),
        ("echo /app/.venv/* > /f", None),
        ("echo /app/.venv/* | tee /f", None),
        ("echo a | tee -a /f > /dev/null", ("/f",)),
        ("cat /app/.venv/x | tee /f", ("/app/.venv/x", "/f")),
        ("cat < /x > /f", None),
        ("echo a > $UNKNOWN", None),
        ("echo a > *.x", None),
        ("ls > /f", None),
        ("mv /l /x && touch /x/y", None),
        ("(echo a | tee /f) > /g", None),
        ("rm -rf /*", ("/",)),
        ("chown app /*", None),
        ("rm -rf $HOME/*", ("/root",)),
        ("D=; rm -rf $D/*", ("/",)),
        ("D='/x /y'; rm -rf $D/*", None),
        ("mkdir() { rm -r /; }; mkdir /x", None),
        ("alias mkdir=rm; mkdir /x", None),
        ("mkdir /x && uv sync", None),
        ("mkdir /x > /dev/null 2>&1", ("/x",)),
        ("mkdir /x || true", ("/x",)),
        ("mkdir /x || mkdir /y || exit 1", ("/x", "/y")),
        ("mkdir /x || (echo $? && mkdir /y && ! touch /z)", ("/x", "/y", "/z")),
        ("mkdir /x || ls > /y", None),
        ("mkdir /x || ls", None),
        ("mkdir /x || cd /y; mkdir z", None),
        ("if mkdir /x; then mkdir /y; elif ! rm /z; then touch a; else true; fi", PARTS),
        ("if [ -e /x ]; then mkdir /y; fi", None),
        ("mkdir /x && touch /y; mkdir /z", ("/x", "/y", "/z")),
        ("echo a | (chpasswd || true)", ("/etc",)),
        ("echo a | chpasswd &", None),
        ("ln -s /app/.venv /x && touch /y", ("/x", "/y")),
        ("rm -f /x && ln -s /app/.venv /x", ("/x", "/x")),
        ("ln -s /app/.venv /x && rm -rf /x/*", None),
        ("ln -s /app/.venv /x; touch /x", None),
        ("(ln -s /app/.venv /x || ln -s /srv /x); touch /y", None),
        ("{ mkdir /x & }", None),
        ("{ mkdir /x; } > /y", None),
        ("{ X=1; mkdir /x; }", ("/x",)),
        ("mkdir /x || X=1", None),
        ("mkdir /x || echo ${X:=1}", None),
        ("mkdir /x || echo $X", ("/x",)),
        ("mkdir /x || mkdir $X", None),
        ("mkdir /x || $EMPTY", None),
        ("getent group a > /dev/null || groupadd a", ("/etc", "/etc", "/home", "/run", "/var")),
        ("(cd srv && mkdir x); mkdir y", ("/app/srv", "/app/srv/x", "/app/y")),
        ("(mkdir /x; exit)", ("/x",)),
        ("mkdir /x &", None),
        ("X=1 mkdir /x", None),
        ("mkdir $(ls)", None),
        ("'", None),
    ],
)
def test_what_an_exec_may_change(text: str, paths: tuple[str, ...] | None) -> None:
    known = {"HOME": "/root"}
    made = touched(["/bin/sh", "-c", text], known, "/app", unknown=["X"])
    assert (None if made is None else made.all) == paths
    assert touched([text], known, "/app") is None
    assert touched(["/bin/sh", text], known, "/app") is None


def test_of_what_an_exec_changes_nothing_but_looks() -> None:
    text = "useradd app && mkdir data && chown -R app:app . && chgrp -R 0 /srv"
    found = touched(["/bin/sh", "-c", text], {}, "/app")
    assert found is not None
    assert found.looks == ("/app", "/srv")
    assert found.named == ("/app/data",)


def test_a_sync_that_is_not_the_first_leaves_nothing_aside() -> None:
    assert the("ls && uv sync").aside is None
    assert the("uv sync > log").aside is None
    assert the("cd x && uv sync").aside == ()


class TestPip:
    """`uv pip` with a pylock.toml is one of these commands; whatever else it installs is not."""

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("uv pip sync pylock.toml", "uv pip sync"),
            ("uv pip install -r pylock.toml", "uv pip install"),
            ("uv pip install --no-deps -rlocks/pylock.dev.toml", "uv pip install"),
            ("/bin/uv -q pip --no-cache install --requirement=pylock.toml", "uv pip install"),
            ("LOCK=pylock.toml && uv pip sync $LOCK", "uv pip sync"),
            ("uv sync", "uv sync"),
        ],
    )
    def test_what_it_is_called(self, text: str, what: str) -> None:
        command = the(text)
        assert command.what == what
        assert command.is_pip is (what != "uv sync")

    @pytest.mark.parametrize(
        "text",
        [
            "uv pip install six",
            "uv pip install -r requirements.txt",
            "uv pip sync locks/mypylock.toml",
            "uv pip compile pyproject.toml -o pylock.toml",
            "uv export -o pylock.toml",
            "uv pip uninstall -r pylock.toml",
            "pip install -r pylock.toml",
            "echo uv pip sync pylock.toml",
        ],
    )
    def test_what_is_none_of_them(self, text: str) -> None:
        assert found(text) == []

    @pytest.mark.parametrize(
        ("text", "what", "reason"),
        [
            ("for x in 1; do uv pip sync pylock.toml; done", "uv pip sync", "it runs in a loop"),
            (
                "uv pip install -r pylock.toml | tee log",
                "uv pip install",
                "it is part of a pipeline",
            ),
            ("sudo uv pip sync pylock.toml", "uv pip sync", "it runs inside another command"),
            ("if true; then uv sync; fi", "uv sync", "it depends on a condition"),
        ],
    )
    def test_what_cannot_be_told(self, text: str, what: str, reason: str) -> None:
        (opaque,) = found(text)
        assert isinstance(opaque, Opaque)
        assert (opaque.what, opaque.reason) == (what, reason)

    def test_other_forms_of_an_exec(self) -> None:
        (command,) = find_sync(["uv", "pip", "sync", "pylock.toml"], ENVIRONMENT, CWD)
        assert isinstance(command, SyncCommand)
        assert command.what == "uv pip sync"
        (opaque,) = find_sync(["sudo", "uv", "pip", "sync", "pylock.toml"], ENVIRONMENT, CWD)
        assert opaque.what == "uv pip sync"
        (opaque,) = find_sync(["zsh", "-c", "uv pip sync pylock.toml"], ENVIRONMENT, CWD)
        assert opaque.what == "uv pip sync"

    def test_it_is_cut_off_what_comes_before(self) -> None:
        cut = cut_sync(shell("uv venv && uv pip sync pylock.toml"), ENVIRONMENT, CWD)
        assert cut is not None
        assert [args[-1] for args in cut] == ["uv venv", "uv pip sync pylock.toml"]

    @pytest.mark.parametrize(
        "text",
        [
            "uv pip sync requirements.txt",
            "uv pip sync -q reqs/dev.in",
            "uv pip install --no-deps -r requirements.txt",
            "uv pip install --require-hashes --requirement=requirements.txt",
            "uv venv && uv pip sync requirements.txt",
        ],
    )
    def test_requirements_may_name_all(self, text: str) -> None:
        command = the(text)
        assert not command.certain
        assert command.is_pip

    @pytest.mark.parametrize(
        "text",
        [
            "uv sync && uv pip sync requirements.txt",
            "uv pip sync requirements.txt && uv pip install -r pylock.toml",
        ],
    )
    def test_what_is_certain_goes_first(self, text: str) -> None:
        assert the(text).certain

    @pytest.mark.parametrize(
        "text",
        [
            ". ./env && uv pip sync requirements.txt",
            "uv pip install --no-deps -r requirements.txt < answers",
            "if true; then uv pip install --no-deps -r requirements.txt; fi",
        ],
    )
    def test_nobody_is_told_of_what_may_be_none(self, text: str) -> None:
        assert found(text) == []
