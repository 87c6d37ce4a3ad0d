import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version
from uvlayers.guest.versions import normalize_name, same_version

NAMES = ["idna", "Foo.Bar_baz", "a--b", "a-_.b", "A"]
VERSIONS = [
    "1", "1.0", "1.0.0", "v1.0", "0!1", "1!1", "1.0a1", "1.0.alpha.1", "1.0-a-1", "1.0a",
    "1.0b2", "1.0beta2", "1.0c1", "1.0rc1", "1.0pre1", "1.0-preview_1", "1.0.post1", "1.0-1",
    "1.0rev1", "1.0r1", "1.0.post", "1.0.dev1", "1.0dev", "1.0-DEV0", "1.0a1.post2.dev3",
    "1.0+cpu", "1.0+CPU", "1.0+cpu.01", "1.0+cpu-1", "1.0+cpu_1", "10", "1.00", "2024.08.30",
    "2024.8.30", "1.0rc01",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_are_normalized(name: str) -> None:
    assert normalize_name(name) == canonicalize_name(name)


@pytest.mark.parametrize("expected", VERSIONS)
def test_versions_are_compared_as_packaging_compares_them(expected: str) -> None:
    locked = Version(expected)
    allowed = (locked, Version(locked.public))
    for found in VERSIONS:
        assert same_version(found, expected) == (Version(found) in allowed), found


@pytest.mark.parametrize("text", ["", "one", "1.0+", "1.0 a", "1..0", "1.0a1b1"])
def test_what_is_no_version_is_equal_only_to_itself(text: str) -> None:
    assert not same_version(text, "1.0")
    assert not same_version("1.0", text)
    assert same_version(text, text)
