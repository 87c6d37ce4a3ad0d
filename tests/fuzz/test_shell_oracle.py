"""Generated scripts, read by us and run by real shells with a stand-in for uv: no difference.

What a shell runs is the judge of `find_sync`: of words, variables, directory, and of the claims
that a sync is alone, always runs, and must succeed.
"""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uvlayers.dockerfile.command import Opaque, SyncCommand, find_sync

SHELLS = [(shell, name) for name in ("dash", "bash") if (shell := shutil.which(name))]
EXAMPLES = int(os.environ.get("UVLAYERS_FUZZ_EXAMPLES", "100"))
WATCHED = ("A", "B", "C", "UV_X")
ENVIRONMENT = {"A": "one two", "B": "", "UV_X": "x", "HOME": "/root"}

STAND_IN = """\
printf '%s\\036' "{name}" "$(pwd -P)" "${{A-%}}" "${{B-%}}" "${{C-%}}" "${{UV_X-%}}" "$@" END \\
    >> "$LOG"
case " $FAILING " in *" {name} "*) exit 3;; esac
"""


class Run(NamedTuple):
    """One program that the shell started."""

    name: str
    cwd: str
    variables: dict[str, str]
    words: tuple[str, ...]


class Stage:
    """A directory with stand-ins for `uv`, `other` and `third`, and a shell to run scripts in."""

    def __init__(self, base: Path) -> None:
        self.base = Path(os.path.realpath(base))
        self.bin = self.base / "bin"
        self.bin.mkdir()
        for name in ("uv", "other", "third"):
            program = self.bin / name
            program.write_text("#!/bin/sh\n" + STAND_IN.format(name=name))
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.work = self.base / "work"
        self.log = self.base / "log"

    def environment(self) -> dict[str, str]:
        return {**ENVIRONMENT, "PATH": f"{self.bin}:/usr/bin:/bin"}

    def play(self, shell: str, text: str, failing: str = "") -> tuple[int, list[Run], set[str]]:
        """Exit status, programs started and new files."""
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "sub" / "deep").mkdir(parents=True)
        self.log.write_bytes(b"")
        environment = {**self.environment(), "LOG": str(self.log), "FAILING": failing}
        done = subprocess.run(
            [shell, "-c", text],
            cwd=self.work,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
        files = {str(p) for p in self.work.rglob("*") if p.is_file()}
        return done.returncode, list(self._runs()), files

    def _runs(self) -> Iterator[Run]:
        for entry in self.log.read_bytes().decode().split("END\x1e")[:-1]:
            name, cwd, *rest = entry.split("\x1e")[:-1]
            yield Run(name, cwd, dict(zip(WATCHED, rest, strict=False)), tuple(rest[4:]))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"))


def pieces(text: str) -> list[str]:
    return text.split()


PLAIN_PIECES = pieces(r"""
a -x = / . , % @ + : é '$A' "$A" $A ${A} $B ${B:-dflt} ${B-dash} ${A:+alt} ${C+alt} '' "" \$ $HOME
"$B$A" ${A:-}
""")
HOSTILE_PIECES = pieces(r"""
# ~ "\"\$\x" $C { } {a,b} * [ ? ! $ ^ $'n' ${A%o} $1 $((1)) ~/x \ ${B:=set} ${A:?no} ${B:?no} $?
<(other) ${#A} & \\ "$(other)" $B${C:=
""")
PLAIN = st.one_of(
    st.sampled_from(PLAIN_PIECES),
    st.sampled_from(["'q r'", '"d  e"', "${C:-'s t'}", '"${C:-s  t}"', "\\ ", "${C:-u v}"]),
    st.text(alphabet="abc-_./=:", min_size=1, max_size=3),
)
HOSTILE = st.one_of(
    st.sampled_from(HOSTILE_PIECES),
    st.sampled_from(["\\\n", '"a\\\nb"', "$(echo k)", "`echo k`", "$(uv sync)", '"$(echo "k")"']),
)
SUBSTITUTIONS = st.one_of(
    st.builds("$(echo {})".format, PLAIN),
    st.builds("$([ {} = {} ] && echo {})".format, PLAIN, PLAIN, PLAIN),
    st.builds("$(if [ {} ]; then echo {}; else echo {}; fi)".format, PLAIN, PLAIN, PLAIN),
    st.builds("$(for e in {}; do printf '%s ' {} $e; done)".format, PLAIN, PLAIN),
    st.builds('"$(echo {} "{}")"'.format, PLAIN, st.sampled_from(["$A", "x  y", ""])),
)
WORDS = st.one_of(
    *[st.lists(PLAIN, min_size=1, max_size=3).map("".join)] * 7,
    st.lists(PLAIN | HOSTILE, min_size=1, max_size=3).map("".join),
    st.lists(PLAIN | SUBSTITUTIONS, min_size=1, max_size=3).map("".join),
)
VALUES = st.one_of(
    *[st.lists(PLAIN, min_size=0, max_size=2).map("".join)] * 4,
    st.lists(PLAIN | HOSTILE, min_size=0, max_size=2).map("".join),
    st.lists(PLAIN | SUBSTITUTIONS, min_size=0, max_size=2).map("".join),
)
NAMES = st.sampled_from(["A", "B", "C", "UV_X"])
ASSIGNMENTS = st.builds("{}={}".format, NAMES, VALUES)
PREFIXES = st.lists(ASSIGNMENTS, max_size=2).map(lambda found: "".join(f"{a} " for a in found))
REDIRECTIONS = st.sampled_from([""] * 8 + [" >/dev/null", " 2>&1", " > out", " 2>/dev/null"])
GAPS = st.sampled_from([" ", " ", " ", "  ", " \\\n  ", "\t"])


@st.composite
def sync(draw: st.DrawFn) -> str:
    words = draw(st.lists(WORDS, max_size=3))
    gap = draw(GAPS)
    name: str = draw(
        st.sampled_from(["uv", "uv", "uv", "'uv'", "u\\v", "command uv", "env A=e uv"])
    )
    return draw(PREFIXES) + gap.join([name, "sync", *words]) + draw(REDIRECTIONS)


OTHERS = st.one_of(
    st.builds("other {}".format, WORDS),
    st.builds("{}third".format, PREFIXES),
    st.builds("$B {}third".format, PREFIXES),
    st.just("echo uv sync"),
    st.builds("echo {}".format, WORDS),
    st.just(": comment"),
    st.just("true"),
    st.just("sh -c 'uv sync'"),
)
STATE = st.one_of(
    st.builds("cd {}".format, st.sampled_from(["sub", "sub/deep", "..", ".", '"sub"', "./sub"])),
    ASSIGNMENTS,
    st.builds("{} {}".format, ASSIGNMENTS, ASSIGNMENTS),
    st.builds("export {}".format, st.one_of(ASSIGNMENTS, NAMES)),
    st.builds("export {} {}".format, ASSIGNMENTS, ASSIGNMENTS),
    st.builds("unset {}".format, NAMES),
    st.sampled_from(
        ["set -e", "set -ex", "set +e", "set -a", "set -u", "set -eu", "set -o errexit"]
    ),
    st.builds(': "${{{}:={}}}"'.format, NAMES, st.sampled_from(["v", "w z", ""])),
    st.builds("readonly {}".format, st.just("C=ro")),
    st.builds("{} {}".format, st.sampled_from(["$B", "$C"]), st.sampled_from(["cd sub", "A=x"])),
    st.just("C='cd sub'; $C"),
    st.builds("{}=$(echo ${{{}:=x}})".format, NAMES, NAMES),
    st.builds("echo ${{{}:-${{{}:=x}}}}".format, NAMES, NAMES),
    st.sampled_from(["umask 022", "eval A=2", "A+=x", "exit 0", "exit 4", "set -f", "IFS=o"]),
)
SIMPLE = st.one_of(sync(), sync(), sync(), STATE, STATE, OTHERS)


CONDITIONS = st.one_of(
    st.builds("[ {} = {} ]".format, WORDS, WORDS),
    st.builds("[ {} != {} ]".format, WORDS, WORDS),
    st.builds("test {} = {}".format, WORDS, WORDS),
    st.builds("[ -n {} ]".format, WORDS),
    st.builds("[ -z {} ]".format, WORDS),
    st.builds("[ {} ]".format, WORDS),
    st.builds("! [ {} ]".format, WORDS),
    st.builds("[ ! {} = {} ]".format, WORDS, WORDS),
    st.builds("[ {} ] && [ -n {} ]".format, WORDS, WORDS),
    st.builds("[ {} = {} ] || test {}".format, WORDS, WORDS, WORDS),
    st.builds("[[ {} == {} ]]".format, WORDS, WORDS),
    st.builds("[ {} == {} ]".format, WORDS, WORDS),
    st.builds("[ {} {} {} {} ]".format, WORDS, WORDS, WORDS, WORDS),
)


ALTERNATIVES = st.sampled_from(
    [
        *("exit 1", "exit 0", "exit 256", "exit", "false", "true"),
        *("(echo a; exit 1)", "(echo a; exit 0)", "(exit 1; echo a)", "(exit 1 & echo a)"),
        *("{ echo a; exit 2; }", "{ other && exit 1; }", "{ ls no && exit 1; }", "{ ls; exit; }"),
        *("{ ls; exit 1; } >&2", "{ exit 1 & }", "( (echo a; exit 1) )", "{ exit 0; exit 1; }"),
    ]
)


# Of a loop that tries a program again: no program succeeds the second time.
LEAVES = st.sampled_from(
    [
        *("break", "exit 1", "exit 0", "exit 256", "{ other; break; }", "(exit 1); exit 2"),
        *("eval exit 0", "$A exit 0; exit 1", "A=1 exit 0", "C=exit; $C; exit 1"),
    ]
)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} && {}".format, inner, inner),
        st.builds("{} && \\\n {}".format, inner, inner),
        st.builds("{} && {}".format, inner, inner),
        st.builds("{} || {}".format, inner, inner),
        st.builds("{} || {}".format, inner, ALTERNATIVES),
        st.builds("{} | other".format, inner),
        st.builds("! {}".format, inner),
        st.builds("( {} )".format, inner),
        st.builds("( {}; {} )".format, inner, inner),
        st.builds("( cd sub && {}; {} )".format, inner, inner),
        st.builds("{} && ( {}; {} )".format, inner, inner, inner),
        st.builds("( {}; {} ) || {}".format, inner, inner, ALTERNATIVES),
        st.builds("{{ {}; }}".format, inner),
        st.builds("{} && {}".format, CONDITIONS, inner),
        st.builds("if {}; then {}; fi".format, inner, inner),
        st.builds("if {}; then {}; fi".format, CONDITIONS, inner),
        st.builds("if {}; then {}; else {}; fi".format, CONDITIONS, inner, inner),
        st.builds(
            "if {}\nthen {}\nelif {}; then {}; else {}; fi".format,
            *(CONDITIONS, inner, CONDITIONS, inner, inner),
        ),
        st.builds("if other; then {}; else {}; fi".format, inner, inner),
        st.builds("for A in 1 2; do {}; done".format, inner),
        st.builds("for {} in {}; do {} && break; done".format, NAMES, WORDS, inner),
        st.builds("for A in a b; do {} && break || {}; done".format, inner, LEAVES | inner),
        st.builds("for A in a; do if {}; then break; fi; {}; done".format, inner, inner),
        st.builds("until {}; do {}; done".format, inner, LEAVES),
        st.builds("while ! {}; do {}; {}; done".format, inner, inner, LEAVES),
        st.builds("case a in a) {};; esac".format, inner),
        st.builds("f() {{ {}; }}".format, inner),
        st.builds("while false; do {}; done".format, inner),
    )


STATEMENTS = st.one_of(SIMPLE, SIMPLE, st.recursive(SIMPLE, compound, max_leaves=4))
SEPARATORS = st.sampled_from(["; ", "\n", "\n# uv sync\n", " # $( \n", ";\n"])


@st.composite
def scripts(draw: st.DrawFn) -> str:
    statements: list[str] = draw(st.lists(STATEMENTS, min_size=1, max_size=4))
    text = statements[0]
    for statement in statements[1:]:
        text += draw(SEPARATORS) + statement
    before: str = draw(st.sampled_from(["", "\n", "  "]))
    after: str = draw(st.sampled_from(["", "\n", ";"]))
    return before + text + after


def expected(command: SyncCommand, runs: Run) -> bool:
    """Whether a program that was started is the one that `command` says."""
    told = {
        name: command.environment.get(name, "%") for name in WATCHED if name not in command.unknown
    }
    seen = {name: value for name, value in runs.variables.items() if name in told}
    same_words = runs.words == command.argv[1:]
    return runs.name == "uv" and same_words and seen == told and runs.cwd == command.cwd


def check(stage: Stage, text: str, shell: str, name: str) -> None:
    found = find_sync([name, "-c", text], stage.environment(), str(stage.work))
    commands = [each for each in found if isinstance(each, SyncCommand)]
    there = {str(stage.work), *(str(stage.work / name) for name in ("sub", "sub/deep"))}
    commands = [command for command in commands if there.issuperset(command.entered)]
    for failing in ("", "other", "third", "uv"):
        status, runs, files = stage.play(shell, text, failing)
        started = [run for run in runs if run.name == "uv" and "sync" in run.words]
        assert found or not started, "a sync is not mentioned"
        if status != 0:
            continue
        if failing == "uv":
            assert not any(command.needed for command in commands), "it need not succeed"
            continue
        position = 0
        for command in commands:
            while position < len(started) and not expected(command, started[position]):
                position += 1
            assert position < len(started), (command, started)
            position += 1
        if len(commands) == len(found):
            assert len(started) == len(commands), (commands, started)
        if any(command.alone for command in commands):
            assert len(runs) == 1, runs
            assert not files


@pytest.mark.parametrize(("shell", "name"), SHELLS)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=scripts())
def test_shells_run_what_is_read(stage: Stage, shell: str, name: str, text: str) -> None:
    check(stage, text, shell, name)


def test_most_scripts_are_understood() -> None:
    """The comparison above is worth something only if reading does not refuse everything."""
    told: list[bool] = []

    @settings(max_examples=1000, derandomize=True, database=None, deadline=None)
    @given(text=scripts())
    def read(text: str) -> None:
        told.extend(
            not isinstance(each, Opaque) for each in find_sync(["sh", "-c", text], ENVIRONMENT, "/")
        )

    read()
    assert sum(told) > len(told) / 3
