"""The facts that `guest/probe.py` reports, parsed and validated.

Names and meaning follow uv's own interpreter query (`get_interpreter_info.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from uvlayers.errors import Unsupported
from uvlayers.python.document import JsonObject, read_report

MARKERS: Final = (
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
)

# What interpreters call an architecture and what wheels call it.
MACHINE_ALIASES: Final = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "armv8l": "armv7l",
    "i386": "i686",
}

PYTHON_BEFORE_PYTHON3_SINCE: Final = (0, 12, 14)

OLDEST_VERSION: Final = (3, 8)  # the grammar of the guest

LIBC_FAMILIES: Final[Mapping[str, Literal["glibc", "musl"]]] = {
    "manylinux": "glibc",
    "musllinux": "musl",
}

# PEP 440's release segment at the start of a version; uv cuts the rest off for markers.
_RELEASE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_UV_VERSION: Final = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)")


@dataclass(frozen=True, slots=True)
class Libc:
    """The C library that the interpreter is linked against."""

    family: Literal["glibc", "musl"]
    major: int
    minor: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """Absolute paths of an installation, as uv's install uses them for the environment.

    `include` holds one directory per project: `include/site/pythonX.Y` in a virtual environment,
    else the interpreter's own include directory.
    """

    purelib: str
    platlib: str
    scripts: str
    data: str
    include: str


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment that `uv sync` installs into.

    `path` is what uv was told (it ends up in shebangs), `real_path` has every symlink resolved (it
    is where files of a layer belong). `existed` says whether it was there before the RUN, `virtual`
    whether it is a virtual environment and not an interpreter's own prefix. `extraneous` are the
    `.dist-info` and `.egg-info` entries that a sync of a project without dependencies removes.
    """

    path: str
    real_path: str
    existed: bool
    virtual: bool
    extraneous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One CPython on Linux, seen from inside the build.

    `markers` is the marker environment that `uv sync` evaluates: all eleven keys, with
    `python_version` and `python_full_version` cut to their release segment; `full_version` keeps a
    pre-release. `machine` is the architecture in wheel tags (`armv7l` for a 32-bit userland on
    aarch64), which the marker `platform_machine` need not equal. `executable` is `sys.executable`,
    `base_executable` the file behind it with all links resolved. `magic` is
    `importlib.util.MAGIC_NUMBER` in hex. `installed` are the names of the `.dist-info` and
    `.egg-info` entries of purelib and platlib. `uv` is the version of the uv that made the
    environment, None where nobody asked one.
    """

    version: tuple[int, int, int]
    full_version: str
    markers: Mapping[str, str]
    libc: Libc
    machine: str
    manylinux_compatible: bool
    gil_disabled: bool
    debug: bool
    pointer_size: int
    prefix: str
    executable: str
    base_executable: str
    cache_tag: str
    magic: str
    scheme: Scheme
    real_scheme: Scheme
    umask: int
    uid: int
    gid: int
    installed: tuple[str, ...]
    sys_version: str
    environment: Environment | None = None
    uv: tuple[int, int, int] | None = None

    @property
    def executable_when_found(self) -> str:
        """What the scripts begin with that a later `uv sync` installs into the same environment.

        A uv before 0.12.14 looks for `python3` first in an environment that exists; in one that
        it has just made, every uv knows `python`.
        """
        made = self.environment is not None and not self.environment.existed
        if not made or self.uv is None or self.uv >= PYTHON_BEFORE_PYTHON3_SINCE:
            return self.executable
        return f"{self.prefix}/bin/python3"


def parse_facts(json_text: bytes) -> Interpreter:
    """Parse what the probe wrote.

    Raises Unsupported for an error that the probe reports, for an interpreter that we do not
    serve (not CPython, not Linux, older than 3.8) and for anything that is not as the probe
    writes it.
    """
    return _interpreter(read_report(json_text, "facts", "the facts of the interpreter are"))


def _interpreter(facts: JsonObject) -> Interpreter:
    raw = facts.table("markers")
    markers = {name: raw.text(name) for name in MARKERS}
    _require_cpython(markers)
    full_version = markers["python_full_version"]
    return Interpreter(
        version=_version(full_version),
        full_version=full_version,
        markers=_cut(markers),
        libc=_libc(facts.table("os")),
        machine=MACHINE_ALIASES.get(facts.text("arch"), facts.text("arch")),
        manylinux_compatible=facts.flag("manylinux_compatible"),
        gil_disabled=facts.flag("gil_disabled"),
        debug=facts.flag("debug_enabled"),
        pointer_size=facts.number("pointer_size"),
        prefix=facts.path("prefix"),
        executable=facts.path("executable"),
        base_executable=facts.path("base_executable"),
        cache_tag=facts.text("cache_tag"),
        magic=facts.text("magic"),
        scheme=_scheme(facts.table("scheme")),
        real_scheme=_scheme(facts.table("real_scheme")),
        umask=facts.number("umask"),
        uid=facts.number("uid"),
        gid=facts.number("gid"),
        installed=facts.texts("installed"),
        sys_version=facts.text("sys_version"),
        environment=_environment(facts.optional("environment", JsonObject.table)),
        uv=_uv_version(facts.optional("uv", JsonObject.text)),
    )


def _version(full_version: str) -> tuple[int, int, int]:
    release = _release(full_version).split(".")
    if len(release) < 3:
        raise Unsupported(f"unexpected Python version: `{full_version}`")
    version = (int(release[0]), int(release[1]), int(release[2]))
    if version < OLDEST_VERSION:
        raise Unsupported(f"Python older than 3.8 is not supported: `{full_version}`")
    return version


def _uv_version(version: str | None) -> tuple[int, int, int] | None:
    if version is None:
        return None
    match = _UV_VERSION.match(version)
    if match is None:
        raise Unsupported(f"unexpected uv version: `{version}`")
    return (int(match[1]), int(match[2]), int(match[3]))


def _require_cpython(markers: Mapping[str, str]) -> None:
    name = markers["implementation_name"]
    if name != "cpython":
        raise Unsupported(f"only CPython is supported: `{name}`")


def _cut(markers: Mapping[str, str]) -> Mapping[str, str]:
    # uv-pypi-types/src/marker_environment.rs: 3.14.0rc1 satisfies `python_full_version >= "3.14"`.
    release = {key: _release(markers[key]) for key in ("python_version", "python_full_version")}
    return MappingProxyType({**markers, **release})


def _release(version: str) -> str:
    match = _RELEASE.match(version)
    if match is None:
        raise Unsupported(f"unexpected Python version: `{version}`")
    return match.group()


def _libc(os: JsonObject) -> Libc:
    name = os.text("name")
    if name not in LIBC_FAMILIES:
        raise Unsupported(f"only Linux with glibc or musl is supported: `{name}`")
    return Libc(LIBC_FAMILIES[name], os.number("major"), os.number("minor"))


def _scheme(scheme: JsonObject) -> Scheme:
    return Scheme(
        purelib=scheme.path("purelib"),
        platlib=scheme.path("platlib"),
        scripts=scheme.path("scripts"),
        data=scheme.path("data"),
        include=scheme.path("include"),
    )


def _environment(environment: JsonObject | None) -> Environment | None:
    if environment is None:
        return None
    return Environment(
        path=environment.path("path"),
        real_path=environment.path("real_path"),
        existed=environment.flag("existed"),
        virtual=environment.flag("virtual"),
        extraneous=environment.texts("extraneous"),
    )
