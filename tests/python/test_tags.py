from pathlib import Path
from typing import Any

import pytest
from packaging import tags as packaging_tags
from uvlayers.errors import Unsupported
from uvlayers.python.tags import compatible_tags, platform_tags

from tests.python.facts import make_interpreter

GOLDEN = Path(__file__).parent.parent / "golden" / "tags"


def glibc(minor: int) -> dict[str, Any]:
    return {"name": "manylinux", "major": 2, "minor": minor}


def musl(minor: int) -> dict[str, Any]:
    return {"name": "musllinux", "major": 1, "minor": minor}


INTERPRETERS: dict[str, dict[str, Any]] = {
    "cp311-glibc_2_36-x86_64": {"version": "3.11.2", "os": glibc(36)},
    "cp38-glibc_2_17-i686": {"version": "3.8.20", "os": glibc(17), "arch": "i686"},
    "cp313t-glibc_2_36-aarch64": {"arch": "aarch64", "gil_disabled": True},
    "cp313t-glibc_2_36-aarch64-uv_0_11_2": {
        "arch": "aarch64",
        "gil_disabled": True,
        "uv": "0.11.2",
    },
    "cp314td-musl_1_2-x86_64": {
        "version": "3.14.0rc1",
        "os": musl(2),
        "gil_disabled": True,
        "debug_enabled": True,
    },
    "cp312-musl_1_2-aarch64": {"version": "3.12.9", "os": musl(2), "arch": "aarch64"},
    "cp312-musl_1_2-aarch64-uv_0_11_20": {
        "version": "3.12.9",
        "os": musl(2),
        "arch": "aarch64",
        "uv": "0.11.20",
    },
    "cp312-musl_1_2-aarch64-uv_0_7_2": {
        "version": "3.12.9",
        "os": musl(2),
        "arch": "aarch64",
        "uv": "0.7.2",
    },
    "cp311-glibc_2_31-armv8l": {"version": "3.11.2", "os": glibc(31), "arch": "armv8l"},
    "cp311-glibc_2_28-armv6l": {"version": "3.11.2", "os": glibc(28), "arch": "armv6l"},
    "cp312-glibc_2_36-x86_64-veto": {"version": "3.12.9", "manylinux_compatible": False},
}


@pytest.mark.parametrize("name", INTERPRETERS)
def test_tags_are_the_golden_ones(name: str) -> None:
    golden = (GOLDEN / f"{name}.txt").read_text().splitlines()

    assert list(compatible_tags(make_interpreter(**INTERPRETERS[name]))) == golden


def test_there_is_a_golden_file_for_each() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(INTERPRETERS)


@pytest.mark.parametrize("name", INTERPRETERS)
def test_no_tag_comes_twice(name: str) -> None:
    tags = compatible_tags(make_interpreter(**INTERPRETERS[name]))

    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("minor", [8, 11, 14])
def test_packaging_orders_the_same_but_for_the_platforms(minor: int) -> None:
    interpreter = make_interpreter(version=f"3.{minor}.0", os=glibc(20))
    platforms = platform_tags(interpreter)
    specific = packaging_tags.cpython_tags((3, minor), [f"cp3{minor}"], platforms)
    generic = packaging_tags.compatible_tags((3, minor), f"cp3{minor}", platforms)

    assert list(compatible_tags(interpreter)) == [str(tag) for tag in (*specific, *generic)]


def test_as_many_as_uv_had_for_debian_12() -> None:
    assert len(compatible_tags(make_interpreter(version="3.11.2"))) == 914


@pytest.mark.parametrize(
    ("arch", "minor", "expected"),
    [
        ("x86_64", 5, ["manylinux_2_5_x86_64", "manylinux1_x86_64", "linux_x86_64"]),
        ("x86_64", 4, ["linux_x86_64"]),
        ("i686", 5, ["manylinux_2_5_i686", "manylinux1_i686", "linux_i686"]),
        ("aarch64", 17, ["manylinux_2_17_aarch64", "manylinux2014_aarch64", "linux_aarch64"]),
        ("s390x", 16, ["linux_s390x"]),
        ("ppc64", 17, ["manylinux_2_17_ppc64", "manylinux2014_ppc64", "linux_ppc64"]),
        ("ppc64le", 17, ["manylinux_2_17_ppc64le", "manylinux2014_ppc64le", "linux_ppc64le"]),
        ("riscv64", 32, ["manylinux_2_32_riscv64", "manylinux_2_31_riscv64", "linux_riscv64"]),
        ("loongarch64", 36, ["manylinux_2_36_loongarch64", "linux_loongarch64"]),
        ("armv5tel", 36, ["linux_armv5tel"]),
        ("armv6l", 36, ["linux_armv6l"]),
    ],
)
def test_manylinux_begins_where_it_began(arch: str, minor: int, expected: list[str]) -> None:
    assert list(platform_tags(make_interpreter(arch=arch, os=glibc(minor)))) == expected


def test_legacy_names_follow_the_version_that_they_mean() -> None:
    tags = platform_tags(make_interpreter(os=glibc(18)))

    assert tags[:4] == (
        "manylinux_2_18_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
        "manylinux_2_16_x86_64",
    )
    assert tags.index("manylinux2010_x86_64") == tags.index("manylinux_2_12_x86_64") + 1
    assert tags[-2:] == ("manylinux1_x86_64", "linux_x86_64")


def test_tags_are_those_of_the_uv_that_would_have_run() -> None:
    def tags(uv: str) -> tuple[str, ...]:
        interpreter = make_interpreter(os=musl(2), uv=uv)
        assert interpreter.uv is not None
        return platform_tags(interpreter, interpreter.uv)

    newest = ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64", "musllinux_1_0_x86_64")
    assert tags("0.13.9") == tags("0.11.21") == (*newest, "linux_x86_64")
    assert tags("0.11.20") == tags("0.7.3") == ("linux_x86_64", *reversed(newest))
    assert tags("0.7.2") == ("linux_x86_64", *reversed(newest[:2]))


def test_an_unknown_uv_is_taken_for_a_new_one() -> None:
    unknown = make_interpreter(os=musl(2), uv=None)

    assert compatible_tags(unknown) == compatible_tags(make_interpreter(os=musl(2)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arch": "mips"}, "unknown architecture: `mips`"),
        ({"uv": "0.5.31"}, "uv older than 0.6 is not supported: `0.5.31`"),
    ],
)
def test_what_cannot_be_known_is_said(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Unsupported) as caught:
        compatible_tags(make_interpreter(**changes))
    assert caught.value.message == message
