import pytest
from packaging.version import InvalidVersion, Version
from uvlayers.errors import LockError, Unsupported
from uvlayers.lock.versions import (
    check_version,
    compare_release,
    compare_version,
    python_bounds,
    python_fits,
    read_release,
    same_version,
    split_specifiers,
)


@pytest.mark.parametrize("text", ["1", "1.0", "1.0a1", "1.0rc2.post3.dev4", "1!2.0", "2.5+cpu"])
def test_versions_pass_as_written(text: str) -> None:
    assert check_version(text) == text


@pytest.mark.parametrize("text", ["", "x", "1.0-foo-bar", "3.14.[X]", "9" * 5000])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(LockError, match="not a valid version"):
        check_version(text)


def test_equal_versions() -> None:
    assert same_version("1.0", "1.0.0")
    assert same_version(None, None)
    assert not same_version("1.0", None)
    assert not same_version("1.0", "1.1")


def test_specifiers_are_split() -> None:
    assert split_specifiers(" ") == ()
    assert split_specifiers(">=3.9, <4") == ((">=", "3.9"), ("<", "4"))
    for text in (">=3.9,", "3.9", ">= ", ">=3.9 <4"):
        with pytest.raises(LockError, match="not a valid version specifier"):
            split_specifiers(text)


@pytest.mark.parametrize(
    ("specifiers", "python", "fits"),
    [
        (">=3.11", "3.11.0", True),
        (">=3.11", "3.10.9", False),
        ("==3.11.*", "3.11.7", True),
        ("==3.11.*", "3.12.0", False),
        ("!=3.11.*", "3.12.0", True),
        ("~=3.11", "3.14.0", True),
        ("~=3.11.2", "3.11.9", True),
        ("~=3.11.2", "3.12.0", False),
        (">=3.9,<3.13", "3.13.0", False),
        ("<=3.12", "3.12.1", False),
        (">3.12", "3.12.1", True),
        ("==3.12", "3.12.0", True),
        ("", "3.8.0", True),
    ],
)
def test_a_python_fits(specifiers: str, python: str, fits: bool) -> None:
    assert python_fits(specifiers, python) is fits


@pytest.mark.parametrize("specifiers", [">=3.12a1", "~=3", ">=3.11.*", "===3.11", ">=1!3.11"])
def test_a_requirement_that_only_uv_can_judge(specifiers: str) -> None:
    with pytest.raises(Unsupported, match="only uv can judge this Python requirement"):
        python_fits(specifiers, "3.12.0")


def test_releases_are_cut_from_versions() -> None:
    assert read_release("3.14.0rc1") == ((3, 14, 0), False)
    assert read_release("v3.9.*") == ((3, 9), True)
    for text in ("1!3.9", "x"):
        with pytest.raises(InvalidVersion):
            read_release(text)


@pytest.mark.parametrize(
    ("python", "operator", "release", "star", "holds"),
    [
        ((3, 9), "==", (3, 9, 0), True, True),
        ((3, 9, 1), "==", (3, 9, 0), False, False),
        ((3, 9, 0), "==", (3, 9), False, True),
        ((3, 10), "~=", (3, 9), False, True),
        ((4, 0), "~=", (3, 9), False, False),
        ((3, 8), "~=", (3, 9), False, False),
    ],
)
def test_releases_compare_by_their_numbers(
    python: tuple[int, ...], operator: str, release: tuple[int, ...], star: bool, holds: bool
) -> None:
    assert compare_release(python, operator, release, star) is holds


@pytest.mark.parametrize(
    ("version", "operator", "release", "star", "holds"),
    [
        ("3.14.0rc1", ">=", (3, 14), False, False),
        ("3.14.0rc1", "<", (3, 14), False, True),
        ("3.14.1", "==", (3, 14), True, True),
        ("3.15.0rc1", "==", (3, 14), True, True),
        ("3.14.1", "!=", (3, 14), True, False),
        ("3.15.0", "~=", (3, 14), False, True),
        ("4.0.0", "~=", (3, 14), False, False),
    ],
)
def test_whole_versions_compare_as_ranges(
    version: str, operator: str, release: tuple[int, ...], star: bool, holds: bool
) -> None:
    assert compare_version(Version(version), operator, release, star) is holds


def test_operators_that_do_not_fit() -> None:
    with pytest.raises(KeyError):
        compare_release((3, 9), ">=", (3, 9), True)
    with pytest.raises(KeyError):
        compare_version(Version("3"), "~=", (3,), False)


@pytest.mark.parametrize(
    ("specifiers", "bounds"),
    [
        (">=3.9", ((3, 9), None)),
        (">=3.9.0,<4,!=3.10.1", ((3, 9), (4,))),
        ("==3.14.*", ((3, 14), (3, 15))),
        ("~=3.11.2", ((3, 11, 2), (3, 12))),
        (">=3.9,<4,<3.13", ((3, 9), (3, 13))),
        ("", ((0,), None)),
    ],
)
def test_bounds_of_a_requirement(specifiers: str, bounds: object) -> None:
    assert python_bounds(split_specifiers(specifiers)) == bounds


@pytest.mark.parametrize("specifiers", [">3.9", "<=3.12", "==3.12", "===3.12", ">=3.9a1"])
def test_bounds_that_are_no_releases(specifiers: str) -> None:
    with pytest.raises(Unsupported, match="only uv can judge"):
        python_bounds(split_specifiers(specifiers))
