"""Compare two root file systems that should be the same but for their architecture.

Run inside the build as `python -I -S -B survey.py '<JSON>'` by the interpreter that the environment
has on this root, the twin, as root. The other one, the target, is only read: nothing of it can be
run here. The JSON object:

  target         where the target's root is mounted; what is below is seen as from inside (chroot)
  mounts         {destination: place}: bind mounts of the RUN, by where the target has them here
  uv             what the RUN calls uv: a name on `path` or a path
  path           the PATH of the RUN
  python         the interpreter, all links resolved
  minor          its version without patch level, such as "3.13"
  programs       directories in which uv looks for Pythons
  libraries      directories in which its loader looks first
  compared       files and directories of which all must be equal, such as uv's configuration
  site           directories into which wheels are installed
  facts          file for the result

The result is {"result": "success", "twin": SIDE, "target": SIDE}, or {"result": "error",
"message": …} for whatever goes wrong. What a SIDE holds `describe` shows. All readings are taken
in the same way on both sides, so that those of the twin, about which the truth is known, tell
whether the method is any good.

Standard library only, Python 3.8 grammar. The bytes of this file are part of a cache key, though of
no wheel's.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import struct
import sys
import sysconfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

ELF_MAGIC = b"\x7fELF"
ELF_PROGRAM_INTERPRETER = 3  # PT_INTERP
INSTALLED_SUFFIXES = (".dist-info", ".egg-info", ".egg-link")
ACCOUNTS = ("/etc/passwd", "/etc/group")

# What uv looks for, and a little more: `python3`, `python3.13t`, `pypy3.10`.
PYTHON_NAME = re.compile(r"(c?python|pypy|graalpy|pyodide)[0-9.]*[a-z]{0,2}$")
# uv writes its version into pyvenv.cfg, before the next key; that is how its literals lie.
UV_VERSION = re.compile(rb"([0-9]+\.[0-9]+\.[0-9]+)(?:version_info)?$")
UV_NEXT_KEY = b"include-system-site-packages"
GLIBC_VERSION = re.compile(rb"GNU C Library [^\n]* release version ([0-9]+\.[0-9]+)")
MUSL_VERSION = re.compile(rb"(?<![0-9.])(1\.[0-9]+)\.[0-9]+\x00")

# Where loaders look for a library that no other place is named for.
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")

# Parts of the standard library that are no part of what uv or a byte-compiler does.
SKIPPED = ("__pycache__", "dist-packages", "idlelib", "site-packages", "test", "tests")
BUILD_VARIABLES = (
    "ABIFLAGS",
    "EXT_SUFFIX",
    "LIBDIR",
    "MULTIARCH",
    "PLATLIBDIR",
    "Py_DEBUG",
    "Py_GIL_DISABLED",
    "SIZEOF_VOID_P",
    "SOABI",
    "VERSION",
    "exec_prefix",
    "prefix",
)


class SurveyError(Exception):
    """What cannot be read, or is not as on any system that we know."""


def main(arguments: list[str]) -> None:
    options = json.loads(arguments[0])
    library = sysconfig.get_path("stdlib")
    try:
        result = {
            "result": "success",
            "twin": describe(dict(options, mounts={}), library),
            "target": inside(options["target"], options, library),
        }
    except Exception as error:  # noqa: BLE001 - no fault of ours may break the user's build
        known = isinstance(error, SurveyError)
        message = str(error) if known else f"{type(error).__name__}: {error}"
        result = {"result": "error", "message": message}
    with open(options["facts"], "w", encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps(result, indent=1, sort_keys=True) + "\n")


def inside(root: str, options: Mapping[str, Any], library: str) -> dict[str, Any]:
    """Describe another root, from a process of its own that cannot look out of it."""
    reading, writing = os.pipe()
    child = os.fork()
    answer: dict[str, Any]
    if child == 0:
        try:
            os.close(reading)
            os.chroot(root)
            os.chdir("/")
            answer = {"side": describe(options, library)}
        except SurveyError as error:
            answer = {"message": f"in the target, {error}"}
        except Exception as error:  # noqa: BLE001 - the parent must hear of anything
            answer = {"message": f"in the target, {type(error).__name__}: {error}"}
        with open(writing, "w", encoding="utf-8") as stream:
            stream.write(json.dumps(answer))
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as stream:
        text = stream.read()
    os.waitpid(child, 0)
    answer = json.loads(text or "{}")
    if "side" not in answer:
        raise SurveyError(answer.get("message", "the target cannot be read"))
    side: dict[str, Any] = answer["side"]
    return side


def describe(options: Mapping[str, Any], library: str) -> dict[str, Any]:
    """`same` must be equal on both sides; the rest differs by the architecture.

    `others` are the Pythons that uv may look at beside `python`, by real path.
    """
    python = os.path.realpath(options["python"])
    uv = find_uv(options)
    program, mount = resolve(uv, options["mounts"])
    found = pythons(options["programs"])
    build = build_variables(library)
    places = [*options["libraries"], *(str(each["LIBDIR"]) for each in build.values())]
    return {
        "same": {
            "accounts": {path: contents(path) for path in ACCOUNTS},
            "compared": {path: entry for top in options["compared"] for path, entry in tree(top)},
            "installed": installed(options["site"]),
            "library": library_digest(library),
            "python": python,
            "pythons": found,
            "uv": uv,
        },
        "build": build,
        "libc": libc(elf(python)["loader"]),
        "others": {
            path: dict(elf(path), versions=read_versions(path, python_version("3")))
            for path in sorted(set(found.values()) - {python})
        },
        "python": dict(elf(python), versions=versions_of(python, options["minor"], places)),
        "uv": dict(elf(program), versions=uv_versions(program)),
        "uv_mount": mount,
        "vetoes": vetoes([library, *options["site"]]),
    }


def find_uv(options: Mapping[str, Any]) -> str:
    """Where the program is found, links not resolved; a shell would find the same."""
    name: str = options["uv"]
    if "/" in name:
        return os.path.normpath(name)
    places = [os.path.join(entry, name) for entry in options["path"].split(":") if entry]
    programs = {place: resolve(place, options["mounts"])[0] for place in places}
    for place, program in programs.items():
        if os.path.isfile(program) and os.access(program, os.X_OK):
            return place
    raise SurveyError(f"there is no `{name}` on the PATH")


def resolve(path: str, mounts: Mapping[str, str]) -> tuple[str, str | None]:
    """The file behind a path and the mount that it is in, both as they are to be found here."""
    real = os.path.realpath(path)
    for destination, place in mounts.items():
        top = os.path.realpath(destination)
        if real == top or real.startswith(f"{top}/"):
            return os.path.realpath(place + real[len(top) :]), destination
    return real, None


def pythons(directories: list[str]) -> dict[str, str]:
    """Whatever uv might take for a Python, and the file behind it."""
    found = {}
    for directory in directories:
        for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else ():
            if PYTHON_NAME.match(name):
                path = os.path.join(directory, name)
                found[path] = os.path.realpath(path)
    return found


def elf(path: str) -> dict[str, Any]:
    """What an ELF file is for, and the program interpreter that it asks for, None if none.

    System V ABI, chapters 4 and 5.
    """
    with open(path, "rb") as stream:
        identity = stream.read(16)
        if len(identity) < 16 or identity[:4] != ELF_MAGIC:
            raise SurveyError(f"`{path}` is no ELF file")
        wide, order = identity[4] == 2, {1: "<", 2: ">"}.get(identity[5], "=")
        # e_type to e_phnum; 64-bit and 32-bit headers differ in the widths of three fields
        header = struct.Struct(order + ("16xHHIQQQIHHH" if wide else "16xHHIIIIIHHH"))
        stream.seek(0)
        fields = header.unpack(stream.read(header.size))
        offset, entry_size, count = fields[4], fields[8], fields[9]
        segment = struct.Struct(order + ("IIQQQQQQ" if wide else "IIIIIIII"))
        loader = None
        for index in range(count):
            stream.seek(offset + index * entry_size)
            entry = segment.unpack(stream.read(segment.size))
            if entry[0] == ELF_PROGRAM_INTERPRETER:
                start, length = (entry[2], entry[5]) if wide else (entry[1], entry[4])
                stream.seek(start)
                loader = os.fsdecode(stream.read(length)).strip("\0")
    return {"machine": fields[1], "wide": wide, "little": order == "<", "loader": loader}


def python_version(start: str) -> re.Pattern[bytes]:
    """Full versions that begin so, as a C program holds them."""
    text = re.escape(start).encode()
    return re.compile(rb"(?<![0-9.])(" + text + rb"\.[0-9]+[0-9abrc.]*\+?)\x00")


def versions_of(python: str, minor: str, places: list[str]) -> list[str]:
    """The versions in the interpreter, and in each libpython that its loader may choose."""
    files = {python}
    for place in (*places, *LIBRARIES):
        for name in os.listdir(place) if os.path.isdir(place) else ():
            if name.startswith(f"libpython{minor}") and ".so" in name:
                files.add(os.path.realpath(os.path.join(place, name)))
    pattern = python_version(minor)
    return sorted({version for file in files for version in read_versions(file, pattern)})


def uv_versions(program: str) -> list[str]:
    with open(program, "rb") as stream:
        before = stream.read().split(UV_NEXT_KEY)[:-1]
    found = (UV_VERSION.search(text[-40:]) for text in before)
    return sorted({match.group(1).decode() for match in found if match})


def read_versions(path: str, pattern: re.Pattern[bytes]) -> list[str]:
    with open(path, "rb") as stream:
        return sorted({match.decode() for match in pattern.findall(stream.read())})


def libc(loader: str | None) -> dict[str, Any]:
    """The C library behind a loader: musl is its own, glibc lies beside it."""
    if loader is None:
        raise SurveyError("the interpreter is linked statically")
    real = os.path.realpath(loader)
    if "musl" in loader:
        return {"family": "musl", "versions": read_versions(real, MUSL_VERSION)}
    library = os.path.join(os.path.dirname(real), "libc.so.6")
    return {"family": "glibc", "versions": read_versions(library, GLIBC_VERSION)}


def build_variables(library: str) -> dict[str, dict[str, Any]]:
    """What `sysconfig` knows of how this Python was built, by file; there may be several."""
    found = {}
    for name in sorted(os.listdir(library)):
        if name.startswith("_sysconfigdata") and name.endswith(".py"):
            with open(os.path.join(library, name), "rb") as stream:
                module = ast.parse(stream.read())
            (assigned,) = (node.value for node in module.body if isinstance(node, ast.Assign))
            values = ast.literal_eval(assigned)
            found[name] = {key: values.get(key) for key in BUILD_VARIABLES}
    return found


def library_digest(library: str) -> str:
    """All sources of the standard library that do not name an architecture, in one hash."""
    digest = hashlib.sha256()
    for directory, names, files in os.walk(library):
        names[:] = sorted(name for name in names if name not in SKIPPED and name[:7] != "config-")
        for name in sorted(files):
            path = os.path.join(directory, name)
            source = name.endswith(".py") and not name.startswith("_sysconfigdata")
            if source or name == "EXTERNALLY-MANAGED":
                digest.update(json.dumps([path, contents(path)]).encode())
    return digest.hexdigest()


def tree(top: str) -> Iterator[tuple[str, str | None]]:
    """Everything at and below a path."""
    yield top, contents(top)
    for directory, names, files in os.walk(top):
        for name in sorted([*names, *files]):
            path = os.path.join(directory, name)
            yield path, contents(path)


def contents(path: str) -> str | None:
    """The hash of a file, a word for a directory, None for nothing."""
    if os.path.isdir(path):
        return "directory"
    if not os.path.exists(path):
        return None
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


def installed(directories: list[str]) -> list[str]:
    """Names of the distributions' own entries in site-packages, as far as it exists."""
    return sorted(
        {
            name
            for directory in directories
            for name in (os.listdir(directory) if os.path.isdir(directory) else ())
            if name.endswith(INSTALLED_SUFFIXES)
        }
    )


def vetoes(directories: list[str]) -> list[str]:
    """Modules that may speak against manylinux wheels (PEP 600)."""
    return sorted(
        os.path.join(directory, name)
        for directory in directories
        for name in (os.listdir(directory) if os.path.isdir(directory) else ())
        if name.startswith("_manylinux")
    )


if __name__ == "__main__":
    main(sys.argv[1:])
