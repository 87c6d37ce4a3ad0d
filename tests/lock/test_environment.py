import pytest
from uvlayers.errors import LockError, Unsupported
from uvlayers.lock.conditions import ALWAYS, NEVER

from tests.lock.samples import environment


@pytest.mark.parametrize(
    ("marker", "holds"),
    [
        (None, True),
        ("sys_platform == 'linux'", True),
        ("sys_platform != 'linux'", False),
        ("platform_system == 'Linux'", True),
        ("platform_system == 'Windows'", False),
        ("platform_system == 'Haiku'", False),
        ("'86' in platform_machine", True),
        ("'arm' not in platform_machine", True),
        ("platform_machine in 'x86_64 amd64'", True),
        ("platform_machine not in 'x86_64 amd64'", False),
        ("python_full_version >= '3.12'", True),
        ("python_full_version < '3.12.3'", False),
        ("python_full_version == '3.12.*'", True),
        ("python_full_version != '3.12.*'", False),
        ("python_full_version ~= '3.11'", True),
        ("python_full_version in '3.12.2 3.12.3'", True),
        ("python_full_version not in '3.12.3'", False),
        ("python_full_version < '3.13.0a1'", True),
        ("python_version == '3.12'", True),
        ("python_version > '3.11'", True),
        ("python_version in '3.9 3.12'", True),
        ("python_version < '0'", False),
        ("'3.12' == python_version", True),
        ("implementation_version >= '3.12'", True),
        ("implementation_version == '3.12.*'", True),
        ("sys_platform == 'win32' or (os_name == 'posix' and python_version >= '3.9')", True),
        ("extra == 'not a name'", False),
        ("extra != 'not a name'", False),
    ],
)
def test_markers_of_one_interpreter(marker: str | None, holds: bool) -> None:
    assert environment().condition(marker) == (ALWAYS if holds else NEVER)


def test_pre_releases_are_cut_before_us() -> None:
    found = environment(python_full_version="3.14.0", implementation_version="3.14.0rc1")
    assert found.holds("python_full_version >= '3.14'")
    assert not found.holds("implementation_version >= '3.14'")


def test_platform_system_is_read_through_sys_platform() -> None:
    assert environment(platform_system="Odd").holds("platform_system == 'Linux'")


def test_extra_is_a_set() -> None:
    found = environment()
    marker = "extra == 'extra-3-app-a' and extra != 'extra-3-app-b'"
    assert found.holds(marker, {"extra-3-app-a"})
    assert not found.holds(marker, {"extra-3-app-a", "extra-3-app-b"})
    assert not found.holds(marker)
    both = "extra == 'extra-3-app-a' and extra == 'extra-3-app-b'"
    assert found.holds(both, {"extra-3-app-a", "extra-3-app-b"})
    assert found.holds("extra == 'Extra_3.app-a'", {"extra-3-app-a"})


def test_conditions_remain_of_conflict_markers() -> None:
    found = environment()
    marker = "(sys_platform == 'win32' and extra == 'a') or (os_name == 'posix' and extra == 'b')"
    assert found.condition(marker) == found.conditions.active("b")
    assert found.condition(marker) == found.condition(marker)


@pytest.mark.parametrize(
    "marker",
    [
        "sys_platform < 'linux'",
        "sys_platform ~= 'linux'",
        "extra > 'x'",
        "'x' in extras",
        "'a' == 'b'",
        "python_full_version >= '3.x'",
        "python_full_version ~= '3'",
        "python_full_version in '3.*'",
        "python_full_version >= '1!3'",
        "'3.12' in python_full_version",
        "python_version == '3.12.1'",
        "implementation_version ~= '3'",
    ],
)
def test_what_only_uv_can_judge(marker: str) -> None:
    with pytest.raises(Unsupported, match="a marker that only uv can judge"):
        environment().condition(marker)


def test_releases_of_darwin_are_left_to_uv() -> None:
    darwin = environment(sys_platform="darwin")
    with pytest.raises(Unsupported):
        darwin.condition("platform_release == '20.0'")


def test_what_is_no_marker() -> None:
    with pytest.raises(LockError, match="invalid marker"):
        environment().condition("nonsense")


def test_the_host_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("machine", "system", "release", "version", "python_version"):
        monkeypatch.setattr(f"platform.{name}", lambda: "a lie")
    monkeypatch.setattr("sys.platform", "a lie")
    monkeypatch.setattr("os.name", "a lie")
    assert environment().holds("sys_platform == 'linux' and platform_machine == 'x86_64'")
