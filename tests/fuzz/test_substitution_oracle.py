"""Generated substitutions: what is told of them is what real shells print, and how they end."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uvlayers.dockerfile.shell.scope import Kind, NotUnderstood, Scope
from uvlayers.dockerfile.shell.substitution import substitute

SHELLS = [
    [shell, *more]
    for name, *more in (["dash"], ["bash"], ["bash", "--posix"], ["busybox", "sh"])
    if (shell := shutil.which(name))
]
EXAMPLES = int(os.environ.get("UVLAYERS_FUZZ_EXAMPLES", "100"))
ENVIRONMENT = {"A": "one two", "B": "", "C": "--dev", "PATH": "/usr/bin:/bin"}


def pieces(text: str) -> list[str]:
    return text.split()


PLAIN = st.sampled_from(
    [
        *pieces('a --x f $A $B $C ${B:-d} ${A:+e} \'\' \'(\' "\'" "$A" "$B"'),
        "'q  r'",
        "i'j)'k",
        "'a\nb'",
    ]
)
HOSTILE = st.sampled_from(
    [*pieces("-x -n -- -e ${B:=set} # $e \"$e\" ${D-f} '\\t' g"), "\\ ", '"${B:-g h}"']
)
WORDS = st.one_of(PLAIN, PLAIN, PLAIN, PLAIN, HOSTILE)
FORMATS = st.sampled_from(
    ["%s", "'%s '", "'--x %s '", "'%s-%s\\n'", "%%", "a", "'a\\tb'", "%d", "'%s %s %s'", '"$A"']
)
ONE = st.sampled_from(['"$A"', '"$B"', '"$e"', "f", "a", "g", "''"])
CONDITIONS = st.one_of(
    *[st.builds("[ {} = {} ]".format, ONE, ONE)] * 2,
    *[st.builds("[ {} {} ]".format, st.sampled_from(["-n", "-z", "!", "-f", "-e"]), ONE)] * 2,
    st.builds("test {} != {}".format, WORDS, WORDS),
    st.builds("! [ {} ]".format, WORDS),
    st.builds("[[ {} == {} ]]".format, ONE, ONE),
    st.sampled_from(["true", "false", ":"]),
)
LISTS = st.lists(WORDS, max_size=3).map(" ".join)
PRINTS = st.one_of(
    st.builds("echo {}".format, LISTS),
    st.builds("printf {} {}".format, FORMATS, LISTS),
    st.builds("printf -- {} {}".format, FORMATS, LISTS),
)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} && {}".format, inner | CONDITIONS, inner),
        st.builds("{} || {}".format, inner | CONDITIONS, inner),
        st.builds("{} && {} || {}".format, CONDITIONS, inner, inner),
        st.builds("if {}; then {}; fi".format, CONDITIONS, inner),
        st.builds("if {}; then {}; else {}; fi".format, CONDITIONS, inner, inner),
        st.builds(
            "if {}\nthen {}\nelif {}; then {}\nfi".format, CONDITIONS, inner, CONDITIONS, inner
        ),
        st.builds("for e in {}; do {}; done".format, LISTS, inner),
        st.builds("{}; {}".format, inner, inner),
        st.builds("{}\n {}\n".format, inner, inner),
    )


TEXTS = st.recursive(PRINTS | CONDITIONS, compound, max_leaves=6)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("place")
    (directory / "f").touch()
    return directory


class Files:
    def kind(self, path: str) -> Kind | None:
        if Path(path).is_dir():
            return "directory"
        return "file" if Path(path).exists() else None

    def sourced(self, path: str) -> bytes | None:
        raise NotImplementedError(path)


def told(text: str, place: Path, *, bash: bool) -> tuple[str, bool] | None:
    """What is told of `$( text )`: its output, and whether it succeeds."""

    scope = Scope.of(ENVIRONMENT, (), str(place), Files(), substitute)
    scope.bash = bash
    try:
        printed, length = substitute(f"({text}) uv)", scope)
    except NotUnderstood:
        return None
    assert length == len(f"({text})")
    return printed, not scope.failed


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=TEXTS, errexit=st.booleans())
def test_shells_print_what_is_told(place: Path, shell: list[str], text: str, errexit: bool) -> None:
    expected = told(text, place, bash=shell[0].endswith("bash"))
    if expected is None:
        return
    script = f"R=0; R=$({text}) || R=$R.; printf '%s' \"$R\""
    if errexit:
        script = f"set -e; R=$({text}); printf '%s' \"$R\""
    done = subprocess.run(
        [*shell, "-c", script],
        cwd=place,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
    )
    printed, succeeds = expected
    if errexit:
        assert (done.returncode == 0) is succeeds
        assert done.stdout.decode() == (printed if succeeds else "")
    else:
        assert done.stdout.decode() == printed + ("" if succeeds else ".")


def test_most_substitutions_are_understood(place: Path) -> None:
    """The comparison is worth something only if reading does not refuse everything."""
    understood: list[bool] = []

    @settings(max_examples=200, database=None, deadline=None)
    @given(text=TEXTS)
    def read(text: str) -> None:
        understood.append(told(text, place, bash=False) is not None)

    read()
    assert sum(understood) > len(understood) / 6
