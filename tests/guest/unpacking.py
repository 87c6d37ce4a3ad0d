"""Run the unpacker on wheels, as a program of its own or in this process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any

from uvlayers.guest import unpacker
from uvlayers.guest.unpack import main

MTIME = 315532800
SITE = "/env/lib/site"
SCHEME = {
    "purelib": SITE,
    "platlib": "/env/lib64/site",
    "scripts": "/env/bin",
    "data": "/env",
    "headers": "/env/include/site",
}


def request(wheels: Sequence[Mapping[str, object]], **changes: object) -> dict[str, Any]:
    """An argument for this interpreter; wheels have at least an archive and an output."""
    return {
        "wheels": list(wheels),
        "scheme": SCHEME,
        "executable": "/env/bin/python",
        "python": {
            "cache_tag": sys.implementation.cache_tag,
            "magic": MAGIC_NUMBER.hex(),
            "version": list(sys.version_info[:2]),
        },
        "directories": {"/": [0o755, 0, 0], "/env": [0o755, 0, 0]},
        "uid": os.geteuid(),
        "gid": os.getegid(),
        "umask": 0o022,
        "mtime": MTIME,
        "bytecode": None,
        "installer_metadata": True,
        **changes,
    }


@contextmanager
def own_umask() -> Iterator[None]:
    """The unpacker sets the process's mask to nothing."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def unpack(argument: Mapping[str, object]) -> int:
    """In this process; the exit code."""
    with own_umask():
        return main([json.dumps(argument)])


def unpack_apart(
    python: str, argument: Mapping[str, object], work: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """In a process of an interpreter, from one file, as in the build."""
    program = work / "unpack.py"
    program.write_bytes(unpacker())
    return subprocess.run(
        [python, "-I", "-S", "-B", str(program), json.dumps(argument)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def files(output: Path, keep: Callable[[Path], bool] = Path.is_file) -> dict[str, bytes]:
    """Contents of the files in an output, by their path in the image."""
    found = (path for path in sorted(output.rglob("*")) if keep(path))
    return {f"/{path.relative_to(output)}": path.read_bytes() for path in found}


def looks(output: Path) -> dict[str, tuple[int, int]]:
    """Mode and time (ns) of all that is in an output, itself among it."""
    return {
        str(path.relative_to(output)): (path.lstat().st_mode, path.lstat().st_mtime_ns)
        for path in (output, *sorted(output.rglob("*")))
    }
