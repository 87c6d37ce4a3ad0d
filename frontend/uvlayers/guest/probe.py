"""Report the facts of the interpreter that runs this file, as one JSON object.

Run inside the build by the environment's own interpreter, as uv runs its query
(`get_interpreter_info.py`): `python -I -B probe.py '{"output": "/facts/facts.json"}'`. Without
`output`, or without an argument, the object goes to standard output. With `bytecode`, a mode of
invalidation (PEP 552: `timestamp`, `checked-hash`, `unchecked-hash`), the modules in site-packages
are compiled as `uv sync --compile-bytecode` compiles them (`pip_compileall.py`).

Under `-S` it starts itself again without: uv's query sees what the site module does (a virtual
environment's prefix, the directory that a `_manylinux` module lies in), and so must this one.

A known failure is data: `{"result": "error", "kind": …, "message": …}`, exit code 0.

Standard library only, Python 3.8 grammar. The bytes of this file are part of every cache key
below it: an edit, even of a comment, rebuilds every environment.
"""

from __future__ import annotations

import json
import os
import platform
import re
import struct
import sys
import sysconfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

INSTALLED_SUFFIXES = (".dist-info", ".egg-info", ".egg-link")
SCHEME_KEYS = ("purelib", "platlib", "scripts", "data", "include")

ELF_MAGIC = b"\x7fELF"
ELF_PROGRAM_INTERPRETER = 3  # PT_INTERP


class ProbeError(Exception):
    """Something that makes the interpreter unusable for uv, or for us."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


def main(arguments: list[str]) -> None:
    if sys.flags.no_site:
        again = [sys.executable, "-I", "-B", __file__, *arguments]
        os.execv(sys.executable, again)  # noqa: S606 - the very interpreter that runs
    options = json.loads(arguments[0]) if arguments else {}
    try:
        facts = interpreter_facts()
    except ProbeError as error:
        facts = {"result": "error", "kind": error.kind, "message": error.message}
    if facts["result"] == "success" and options.get("bytecode"):
        compile_modules(facts["scheme"], options["bytecode"])
    write(json.dumps(facts, indent=1, sort_keys=True) + "\n", options.get("output"))


def write(text: str, path: str | None) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def interpreter_facts() -> dict[str, Any]:
    from importlib.util import MAGIC_NUMBER

    libc, architecture = libc_and_architecture()
    scheme = installation_scheme()
    return {
        "result": "success",
        "markers": markers(),
        "os": libc,
        "arch": architecture,
        "manylinux_compatible": manylinux_compatible(libc, architecture),
        "gil_disabled": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "debug_enabled": bool(sysconfig.get_config_var("Py_DEBUG")),
        "pointer_size": struct.calcsize("P") * 8,
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "executable": sys.executable,
        "base_executable": os.path.realpath(
            getattr(sys, "_base_executable", None) or sys.executable
        ),
        "cache_tag": sys.implementation.cache_tag,
        "magic": MAGIC_NUMBER.hex(),
        "scheme": scheme,
        "real_scheme": {key: os.path.realpath(path) for key, path in scheme.items()},
        "umask": current_umask(),
        "uid": os.getuid(),
        "gid": os.getgid(),
        "groups": sorted(os.getgroups()),
        "home": os.environ.get("HOME"),
        "installed": installed({scheme["purelib"], scheme["platlib"]}),
        "sys_version": sys.version,
    }


def markers() -> dict[str, str]:
    version = platform.python_version()
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": implementation_version(),
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        # A build from a checkout says `3.13.0+`, which is no version (PEP 440).
        "python_full_version": version[:-1] if version.endswith("+") else version,
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }


def implementation_version() -> str:
    info = sys.implementation.version
    version = f"{info.major}.{info.minor}.{info.micro}"
    if info.releaselevel != "final":
        version += f"{info.releaselevel[0]}{info.serial}"
    return version


def libc_and_architecture() -> tuple[dict[str, Any], str]:
    """The C library as wheel tags know it, and the architecture of the userland."""
    system, _, architecture = sysconfig.get_platform().partition("-")
    if system != "linux":
        raise ProbeError("unknown_operating_system", f"not a Linux interpreter: `{system}`")
    if struct.calcsize("P") == 4:
        # A 32-bit userland on a 64-bit kernel, which is what uname speaks of.
        architecture = {"x86_64": "i686", "aarch64": "armv8l"}.get(architecture, architecture)
    musl = musl_version()
    if musl is not None:
        return {"name": "musllinux", "major": musl[0], "minor": musl[1]}, architecture
    glibc = glibc_version()
    if glibc is None:
        raise ProbeError("libc_not_found", f"neither glibc nor musl in use: `{sys.executable}`")
    return {"name": "manylinux", "major": glibc[0], "minor": glibc[1]}, architecture


def musl_version() -> tuple[int, int] | None:
    """The version that the interpreter's own loader prints, None where that is not musl's."""
    try:
        loader = elf_loader(sys.executable)
    except (OSError, ValueError, struct.error):
        return None
    if loader is None or "musl" not in loader:
        return None
    import subprocess

    output = subprocess.run([loader], stderr=subprocess.PIPE, check=False).stderr
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if not lines or not lines[0].startswith(b"musl"):
        return None
    version = re.match(rb"Version ([0-9]+)\.([0-9]+)", b"".join(lines[1:2]))
    if version is None:
        raise ProbeError("libc_not_found", f"the loader tells no version: `{loader}`")
    return int(version.group(1)), int(version.group(2))


def elf_loader(path: str) -> str | None:
    """The program interpreter that an ELF file asks for (System V ABI, chapters 4 and 5)."""
    with open(path, "rb") as stream:
        identity = stream.read(16)
        if len(identity) < 16 or identity[:4] != ELF_MAGIC:
            raise ValueError("not an ELF file")
        wide = identity[4] == 2
        order = {1: "<", 2: ">"}.get(identity[5], "=")
        # e_type to e_phnum; 64-bit and 32-bit headers differ in the widths of three fields.
        header = struct.Struct(order + ("16xHHIQQQIHHH" if wide else "16xHHIIIIIHHH"))
        stream.seek(0)
        fields = header.unpack(stream.read(header.size))
        offset, entry_size, count = fields[4], fields[8], fields[9]
        program = struct.Struct(order + ("IIQQQQQQ" if wide else "IIIIIIII"))
        for index in range(count):
            stream.seek(offset + index * entry_size)
            entry = program.unpack(stream.read(program.size))
            if entry[0] == ELF_PROGRAM_INTERPRETER:
                start, length = (entry[2], entry[5]) if wide else (entry[1], entry[4])
                stream.seek(start)
                return os.fsdecode(stream.read(length)).strip("\0")
    return None


def glibc_version() -> tuple[int, int] | None:
    version = re.match(r"([0-9]+)\.([0-9]+)", glibc_from_confstr() or glibc_from_symbol() or "")
    return (int(version.group(1)), int(version.group(2))) if version else None


def glibc_from_confstr() -> str | None:
    try:
        _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
    except (AttributeError, OSError, ValueError):
        return None
    return version


def glibc_from_symbol() -> str | None:
    try:
        import ctypes

        function = ctypes.CDLL(None).gnu_get_libc_version
    except (ImportError, OSError, AttributeError):
        return None
    function.restype = ctypes.c_char_p
    version: bytes = function()
    return version.decode("ascii")


def manylinux_compatible(libc: dict[str, Any], architecture: str) -> bool:
    """Whether nobody vetoes manylinux wheels (PEP 600, "Package installers")."""
    if libc["name"] != "manylinux":
        return True
    try:
        policy = __import__("_manylinux")
    except ImportError:
        return True
    version = libc["major"], libc["minor"]
    if hasattr(policy, "manylinux_compatible"):
        verdict = policy.manylinux_compatible(version[0], version[1], architecture)
        return True if verdict is None else bool(verdict)
    legacy = {(2, 5): "manylinux1", (2, 12): "manylinux2010", (2, 17): "manylinux2014"}
    return bool(getattr(policy, f"{legacy.get(version)}_compatible", True))


def installation_scheme() -> dict[str, str]:
    """Where uv installs to: pip's rules, by sysconfig or by the older distutils."""
    if getattr(sysconfig, "_PIP_USE_SYSCONFIG", sys.version_info >= (3, 10)):
        paths = sysconfig.get_paths(scheme=prefix_scheme())
    else:
        paths = distutils_paths()
    scheme = {key: paths[key] for key in SCHEME_KEYS}
    if sys.prefix != sys.base_prefix:
        python = "python{}.{}".format(*sys.version_info)
        scheme["include"] = os.path.join(sys.prefix, "include", "site", python)
    return scheme


def prefix_scheme() -> str:
    preferred = getattr(sysconfig, "get_preferred_scheme", None)
    if preferred is not None:
        return str(preferred("prefix"))
    implementation = sys.implementation.name
    candidates = (f"{implementation}_{os.name}", implementation, f"{os.name}_prefix")
    known = sysconfig.get_scheme_names()
    return next((name for name in candidates if name in known), "posix_prefix")


def distutils_paths() -> dict[str, str]:
    import contextlib
    import warnings

    # setuptools' replacement of distutils answers differently; pip and uv step around it.
    with contextlib.suppress(ImportError, AttributeError):
        __import__("_distutils_hack").remove_shim()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from distutils.dist import Distribution
        except ImportError:
            version = "{}.{}".format(*sys.version_info)
            message = f"Python {version} is installed without distutils"
            raise ProbeError("missing_required_distutils", message) from None
        distribution: Any = Distribution({})
        with contextlib.suppress(UnicodeDecodeError):
            distribution.parse_config_files()
        install: Any = distribution.get_command_obj("install", create=True)
        install.finalize_options()
    paths = {key: getattr(install, f"install_{key}") for key in ("scripts", "data")}
    # A configured install_lib takes everything in.
    everything = "install_lib" in distribution.get_option_dict("install")
    for key in ("purelib", "platlib"):
        paths[key] = getattr(install, "install_lib" if everything else f"install_{key}")
    paths["include"] = os.path.dirname(install.install_headers)
    return paths


def current_umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def installed(directories: Iterable[str]) -> list[str]:
    """Names of the distributions' own entries in site-packages, as far as it exists."""
    names: set[str] = set()
    for directory in directories:
        if os.path.isdir(directory):
            names.update(
                name for name in os.listdir(directory) if name.endswith(INSTALLED_SUFFIXES)
            )
    return sorted(names)


def compile_modules(scheme: dict[str, str], mode: str) -> None:
    """Compile what is in site-packages; a module that does not compile is left as it is."""
    import py_compile

    invalidation = py_compile.PycInvalidationMode[mode.upper().replace("-", "_")]
    directories = {os.path.realpath(scheme[key]): scheme[key] for key in ("platlib", "purelib")}
    for directory in directories.values():
        for place, _, names in os.walk(directory):
            for name in names:
                if name.endswith(".py"):
                    path = os.path.join(place, name)
                    py_compile.compile(path, quiet=2, invalidation_mode=invalidation)


if __name__ == "__main__":
    main(sys.argv[1:])
