import pytest
from uvlayers.errors import LockError
from uvlayers.lock.markers import (
    Comparison,
    Conjunction,
    Disjunction,
    Expression,
    comparisons,
    parse_marker,
)

LINUX = Comparison("sys_platform", "==", "linux")
OLD = Comparison("python_full_version", "<", "3.12")
EXTRA = Comparison("extra", "!=", "extra-3-app-x")


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("sys_platform == 'linux'", LINUX),
        (' sys_platform=="linux" ', LINUX),
        ("'linux' == sys.platform", LINUX),
        ("'3.12' > python_full_version", OLD),
        ("(sys_platform == 'linux')", LINUX),
        ("sys_platform == 'linux' and extra != 'extra-3-app-x'", Conjunction((LINUX, EXTRA))),
        (
            "sys_platform == 'linux' or python_full_version < '3.12' and extra != 'extra-3-app-x'",
            Disjunction((LINUX, Conjunction((OLD, EXTRA)))),
        ),
        (
            "(sys_platform == 'linux' or python_full_version < '3.12') and sys_platform == 'linux'",
            Conjunction((Disjunction((LINUX, OLD)), LINUX)),
        ),
        ("'nux' in sys_platform", Comparison("sys_platform", "has", "nux")),
        ("'nux' not  in sys_platform", Comparison("sys_platform", "has not", "nux")),
        (
            "sys_platform not in 'win32 cygwin'",
            Comparison("sys_platform", "not in", "win32 cygwin"),
        ),
        ("python_implementation == 'x'", Comparison("platform_python_implementation", "==", "x")),
        ("'a' == 'b'", Comparison("", "==", "")),
        ("os_name == sys_platform", Comparison("", "==", "")),
        ("'3.*' == python_version", Comparison("", "==", "")),
        ("'x' in extras", Comparison("extras", "has", "x")),
    ],
)
def test_markers_become_expressions(text: str, expression: Expression) -> None:
    assert parse_marker(text) == expression


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sys_platform",
        "sys_platform ==",
        "== 'linux'",
        "sys_platform = 'linux'",
        "sys_platform === 'linux'",
        "sys_platform == linux",
        "sys_platform == 'linux",
        "sys_platform == 'linux' and",
        "sys_platform == 'linux' sys_platform == 'linux'",
        "(sys_platform == 'linux'",
        "sys_platform == 'linux')",
        "sys_platform inside 'linux'",
        "sys_platform not 'linux'",
        "unknown_key == 'x'",
        "sys_platform == 'linux'; os_name == 'posix'",
        "sys_platform \0 'x'",
    ],
)
def test_what_is_no_marker(text: str) -> None:
    with pytest.raises(LockError, match="invalid marker"):
        parse_marker(text)


def test_brackets_nest_only_so_deep() -> None:
    shallow, deep = 50, 5000
    marker = "sys_platform == 'linux'"
    assert parse_marker("(" * shallow + marker + ")" * shallow) == LINUX
    with pytest.raises(LockError, match="too many nested brackets"):
        parse_marker("(" * deep + marker + ")" * deep)


def test_every_comparison_of_a_marker() -> None:
    inner = Disjunction((OLD, EXTRA))
    assert list(comparisons(Conjunction((LINUX, inner, LINUX)))) == [LINUX, OLD, EXTRA, LINUX]
