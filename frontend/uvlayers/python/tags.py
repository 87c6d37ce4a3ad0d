"""Wheel tags that an interpreter accepts, in uv's order.

The order is that of `uv-platform-tags/src/tags.rs`, which differs from packaging's `sys_tags()`: a
plain `linux_*` comes last, and a legacy manylinux name right after its PEP 600 spelling.
"""

from collections.abc import Iterator
from typing import Final

from uvlayers.errors import Unsupported
from uvlayers.python.interpreter import Interpreter, Libc

UvVersion = tuple[int, int, int]

# The oldest glibc 2.x that manylinux ever promised for the architecture; None: no manylinux at all.
OLDEST_GLIBC_MINOR: Final[dict[str, int | None]] = {
    "aarch64": 17,
    "armv5tel": None,
    "armv6l": None,
    "armv7l": 17,
    "i686": 5,
    "loongarch64": 36,
    "ppc64": 17,
    "ppc64le": 17,
    "riscv64": 31,
    "s390x": 17,
    "x86_64": 5,
}

# PEP 600: the glibc 2.x minor version that each older name stands for.
LEGACY_MANYLINUX: Final = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}

OLDEST_ABI3_MINOR: Final = 2  # PEP 384

# The user's uv decides, so its history counts.
OLDEST_UV: Final = (0, 6, 0)  # the oldest whose tags we compared
MUSL_1_0_SINCE: Final = (0, 7, 3)
ABI3T_SINCE: Final = (0, 11, 3)  # PEP 803; before, no stable ABI for a free-threaded build
NEWEST_MUSL_FIRST_SINCE: Final = (0, 11, 21)  # before, `linux_*` first, then musllinux upwards
NEWEST_UV: Final = (2**31, 0, 0)


def compatible_tags(interpreter: Interpreter) -> tuple[str, ...]:
    """Every tag (`cp313-cp313-manylinux_2_36_x86_64`) that uv accepts, the best first.

    The order is that of the interpreter's `uv`, or today's where that is None. Raises Unsupported
    for an architecture that uv does not know and for a uv before 0.6.
    """
    uv = interpreter.uv or NEWEST_UV
    if uv < OLDEST_UV:
        raise Unsupported(f"uv older than 0.6 is not supported: `{'.'.join(map(str, uv))}`")
    platforms = platform_tags(interpreter, uv)
    specific = (
        f"{python_abi}-{platform}"
        for python_abi in _platform_specific(interpreter, uv)
        for platform in platforms
    )
    return (*specific, *_platform_independent(interpreter))


def platform_tags(interpreter: Interpreter, uv: UvVersion = NEWEST_UV) -> tuple[str, ...]:
    """The platform part of the tags, the best first."""
    machine = interpreter.machine
    if machine not in OLDEST_GLIBC_MINOR:
        raise Unsupported(f"unknown architecture: `{machine}`")
    if interpreter.libc.family == "musl":
        return _musl_tags(interpreter.libc, machine, uv)
    manylinux = _manylinux_tags(interpreter.libc, machine)
    return (*(manylinux if interpreter.manylinux_compatible else ()), f"linux_{machine}")


def _musl_tags(libc: Libc, machine: str, uv: UvVersion) -> tuple[str, ...]:
    oldest = 0 if uv >= MUSL_1_0_SINCE else 1
    minors = range(libc.minor, oldest - 1, -1)
    tags = (*(f"musllinux_{libc.major}_{minor}_{machine}" for minor in minors), f"linux_{machine}")
    return tags if uv >= NEWEST_MUSL_FIRST_SINCE else tags[::-1]


def _manylinux_tags(libc: Libc, machine: str) -> Iterator[str]:
    oldest = OLDEST_GLIBC_MINOR[machine]
    if oldest is None:
        return
    for minor in range(libc.minor, oldest - 1, -1):
        yield f"manylinux_{libc.major}_{minor}_{machine}"
        if minor in LEGACY_MANYLINUX:
            yield f"{LEGACY_MANYLINUX[minor]}_{machine}"


def _platform_specific(interpreter: Interpreter, uv: UvVersion) -> Iterator[str]:
    major, minor, _ = interpreter.version
    cpython = f"cp{major}{minor}"
    threading = "t" if interpreter.gil_disabled else ""
    stable_abi = not interpreter.gil_disabled or uv >= ABI3T_SINCE
    # 1. The exact ABI; a debug build also loads what was built for the release build.
    if interpreter.debug:
        yield f"{cpython}-{cpython}{threading}d"
    yield f"{cpython}-{cpython}{threading}"
    # 2. The stable ABI, and no ABI for this very version (an executable, say).
    if stable_abi:
        yield f"{cpython}-abi3{threading}"
    yield f"{cpython}-none"
    if stable_abi:
        for older in range(minor - 1, OLDEST_ABI3_MINOR - 1, -1):
            yield f"cp{major}{older}-abi3{threading}"
    # 3. Any Python, no ABI.
    for python in _generic_pythons(major, minor):
        yield f"{python}-none"


def _platform_independent(interpreter: Interpreter) -> Iterator[str]:
    major, minor, _ = interpreter.version
    yield f"cp{major}{minor}-none-any"
    for python in _generic_pythons(major, minor):
        yield f"{python}-none-any"


def _generic_pythons(major: int, minor: int) -> Iterator[str]:
    yield f"py{major}{minor}"
    yield f"py{major}"
    for older in range(minor - 1, -1, -1):
        yield f"py{major}{older}"
