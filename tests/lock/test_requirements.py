import pytest
from uvlayers.errors import LockError, Unsupported
from uvlayers.lock.equivalence import ALWAYS
from uvlayers.lock.markers import Conjunction, parse_marker
from uvlayers.lock.requirements import (
    Requirement,
    extra_is,
    parse_requirement,
    read_requirement,
    same_requirements,
)

LINUX = parse_marker("sys_platform == 'linux'")


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("idna", Requirement("idna", (), ())),
        (" Zope.Interface ", Requirement("zope-interface", (), ())),
        ("idna>=3.0,<4", Requirement("idna", (), (("<", "4"), (">=", "3")))),
        ("idna (>=3)", Requirement("idna", (), ((">=", "3"),))),
        ("idna ~=3.0", Requirement("idna", (), (("~=", "3.0"),))),
        ("idna==3.0.*", Requirement("idna", (), (("==", "3.0.*"),))),
        ("idna==1!3.0.0rc1", Requirement("idna", (), (("==", "1!3rc1"),))),
        ("idna==3.10.0.post1", Requirement("idna", (), (("==", "3.10.post1"),))),
        ("a[Y, x]>=1", Requirement("a", ("x", "y"), ((">=", "1"),))),
        ("a[]", Requirement("a", (), ())),
        ("a; sys_platform == 'linux'", Requirement("a", (), (), None, LINUX)),
        (
            "a[x] ==1.0 ; sys_platform=='linux' ",
            Requirement("a", ("x",), (("==", "1"),), None, LINUX),
        ),
    ],
)
def test_declarations(text: str, requirement: Requirement) -> None:
    assert parse_requirement(text) == requirement


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a @ https://x",
        "a >= ",
        "a[x",
        "a; nonsense",
        "a b",
        "a (>=1",
        "a[x y]",
        "-r file",
        "a>=x",
    ],
)
def test_declarations_that_only_uv_can_compare(text: str) -> None:
    with pytest.raises(Unsupported, match="only uv can compare the requirement"):
        parse_requirement(text)


@pytest.mark.parametrize(
    ("table", "requirement"),
    [
        ({"name": "idna"}, Requirement("idna", (), ())),
        (
            {
                "name": "idna",
                "extras": ["y", "x"],
                "specifier": ">=3.0",
                "marker": "sys_platform == 'linux'",
            },
            Requirement("idna", ("x", "y"), ((">=", "3"),), None, LINUX),
        ),
        ({"name": "a", "editable": "libs/a"}, Requirement("a", (), (), ("editable", "libs/a"))),
        ({"name": "a", "virtual": "a"}, Requirement("a", (), (), ("virtual", "a"))),
        ({"name": "a", "directory": "a"}, Requirement("a", (), (), ("directory", "a"))),
        ({"name": "a", "index": "https://x"}, Requirement("a", (), (), ("index", "https://x"))),
    ],
)
def test_records(table: dict[str, object], requirement: Requirement) -> None:
    assert read_requirement(table) == requirement


@pytest.mark.parametrize("key", ["git", "url", "path", "conflict", "later"])
def test_records_that_only_uv_can_compare(key: str) -> None:
    with pytest.raises(Unsupported, match=f"only uv can compare `a`, which comes from a {key}"):
        read_requirement({"name": "a", key: "x"})


def test_a_record_must_be_readable() -> None:
    with pytest.raises(LockError, match="not a valid version specifier"):
        read_requirement({"name": "a", "specifier": "x"})


def test_conditions_are_added() -> None:
    plain, marked = parse_requirement("a"), parse_requirement("a; sys_platform == 'linux'")
    assert plain.under(extra_is("x")).marker == Conjunction((extra_is("x"),))
    assert marked.under(extra_is("x")).marker == Conjunction((LINUX, extra_is("x")))
    assert plain.marker == ALWAYS


@pytest.mark.parametrize(
    ("declared", "recorded", "same"),
    [
        ([], [], True),
        (["a", "b"], ["b", "a"], True),
        (["a", "a"], ["a"], True),
        (["a"], ["a", "b"], False),
        (["a>=1"], ["a>=1.0"], True),
        (["a>=1"], ["a>1"], False),
        (["a[x]"], ["a"], False),
        (["a; python_version < '3.10'"], ["a; python_full_version < '3.10'"], True),
        (["a; python_version < '3.10'"], ["a"], False),
        (
            ["a; python_version < '3.10'", "a; extra == 'x'"],
            ["a; extra == 'x'", "a; python_full_version < '3.10'"],
            True,
        ),
        (
            ["a; python_version < '3.10'", "a; extra == 'x'"],
            ["a; extra == 'x'", "a; python_full_version < '3.11'"],
            False,
        ),
        (["a", "a; extra == 'x'"], ["a"], False),
    ],
)
def test_sets_of_requirements(declared: list[str], recorded: list[str], same: bool) -> None:
    left, right = map(parse_requirement, declared), map(parse_requirement, recorded)
    assert same_requirements(left, right, ">=3.9") is same
