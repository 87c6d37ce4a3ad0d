import pytest
from uvlayers.errors import Unsupported
from uvlayers.lock.equivalence import ALWAYS, same_marker
from uvlayers.lock.markers import Expression, parse_marker

REQUIRES = ">=3.9,<4,!=3.9.7"


def read(text: str | None) -> Expression:
    return ALWAYS if text is None else parse_marker(text)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (None, None),
        (None, "python_version >= '3.8'"),
        (None, "os_name == 'x' or os_name != 'x'"),
        ("python_version < '3.11'", "python_full_version < '3.11'"),
        ("python_version <= '3.10'", "python_full_version < '3.11'"),
        ("python_version > '3.10'", "python_full_version >= '3.11'"),
        ("python_version == '3.10'", "python_full_version == '3.10.*'"),
        ("python_version != '3.10'", "python_full_version < '3.10' or python_version > '3.10'"),
        ("python_version in '3.9 3.10'", "python_full_version < '3.11'"),
        ("python_version not in '3.9'", "python_full_version >= '3.10'"),
        (
            "python_full_version ~= '3.10.2'",
            "python_full_version >= '3.10.2' and python_version <= '3.10'",
        ),
        ("python_version < '3.8'", "python_version < '0'"),
        ("platform_system == 'Linux'", "sys_platform == 'linux'"),
        ("platform_system != 'Windows'", "'win32' != sys_platform"),
        ("'x' in platform_machine", "('x' in platform_machine)"),
        ("os_name != 'nt' and os_name != 'java'", "os_name != 'java' and os_name != 'nt'"),
        ("extra == 'A_b'", "extra == 'a-b'"),
        ("extra != 'a'", "extra != 'a' and (extra != 'a' or os_name == 'nt')"),
        (
            "os_name == 'nt' and (extra == 'a' or extra == 'b')",
            "(extra == 'b' and os_name == 'nt') or (os_name == 'nt' and extra == 'a')",
        ),
        (
            "implementation_version >= '3'",
            "implementation_version >= '3' and os_name in 'nt' or implementation_version >= '3'",
        ),
    ],
)
def test_markers_that_mean_the_same(left: str | None, right: str | None) -> None:
    assert same_marker(read(left), read(right), REQUIRES)
    assert same_marker(read(right), read(left), REQUIRES)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (None, "python_version >= '3.10'"),
        (None, "sys_platform == 'linux'"),
        ("python_version < '3.11'", "python_full_version <= '3.11'"),
        ("python_version <= '3.10'", "python_full_version <= '3.10'"),
        ("python_full_version == '3.10'", "python_full_version == '3.10.*'"),
        ("python_full_version < '3.9.7'", "python_full_version <= '3.9.7'"),
        ("os_name == 'nt'", "os_name != 'nt'"),
        ("os_name == 'nt'", "os_name == 'posix'"),
        ("os_name == 'nt'", "sys_platform == 'win32'"),
        ("'x' in platform_machine", "'x' not in platform_machine"),
        ("'x' in platform_machine", "platform_machine in 'x'"),
        ("extra == 'a'", "extra == 'b'"),
        ("extra == 'a'", "extra != 'a'"),
        ("extra == 'a' or extra == 'b'", "extra == 'a' and extra == 'b'"),
        ("implementation_version >= '3'", "implementation_version > '3'"),
    ],
)
def test_markers_that_do_not(left: str | None, right: str | None) -> None:
    assert not same_marker(read(left), read(right), REQUIRES)
    assert not same_marker(read(right), read(left), REQUIRES)


MANY = " and ".join(f"extra != '{number}'" for number in range(30))


@pytest.mark.parametrize(
    "marker",
    [
        MANY,
        "python_version == '3.9.1'",
        "python_version >= '3.x'",
        "python_full_version >= '3.9.1.2'",
        "python_full_version ~= '3'",
    ],
)
def test_what_only_uv_can_compare(marker: str) -> None:
    with pytest.raises(Unsupported, match="only uv can compare"):
        same_marker(read(marker), ALWAYS, REQUIRES)


def test_a_requirement_of_python_that_cannot_be_read() -> None:
    with pytest.raises(Unsupported, match="only uv can compare"):
        same_marker(read("python_version >= '3.9'"), ALWAYS, "===x")
