"""Runs inside an image: every path of its file system, as one line of JSON each.

`python3 -I -S -B - DIRECTORY… < list_files.py`; the image's own interpreter, for bytecode can only
be compared by the Python that made it.
"""
# Tens of thousands of paths, and plain strings are quickest:
# ruff: noqa: PTH115, PTH116, PTH118, PTH123, PTH208

import base64
import hashlib
import importlib.util
import json
import marshal
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from types import CodeType
from typing import Any

# What is not the image's: mounted by the engine, or written by it when a container starts.
FOREIGN = {
    *("/proc", "/sys", "/dev", "/.dockerenv"),
    *("/etc/hosts", "/etc/hostname", "/etc/mtab", "/etc/resolv.conf"),
}
KEPT = ("/RECORD", "/uv_cache.json", "/pyvenv.cfg")
HEADER = 16  # bytes of a pyc before its code object (PEP 552)
KINDS = (
    (stat.S_ISREG, "file"),
    (stat.S_ISDIR, "directory"),
    (stat.S_ISLNK, "symlink"),
    (stat.S_ISFIFO, "fifo"),
)


def list_files(roots: Iterable[str]) -> Iterator[dict[str, Any]]:
    pending = list(roots)
    while pending:
        path = pending.pop()
        status = os.lstat(path)
        entry: dict[str, Any] = {
            "path": path.lstrip("/"),
            "kind": next((name for test, name in KINDS if test(status.st_mode)), "device"),
            "mode": stat.S_IMODE(status.st_mode),
            "uid": status.st_uid,
            "gid": status.st_gid,
            "mtime": status.st_mtime,
        }
        if entry["kind"] == "directory":
            below = (os.path.join(path, name) for name in os.listdir(path))
            pending += sorted(set(below) - FOREIGN)
        elif entry["kind"] == "symlink":
            entry["link"] = os.readlink(path)
        elif entry["kind"] == "file":
            entry.update(read(path, status.st_size))
        yield entry


def read(path: str, size: int) -> dict[str, Any]:
    with open(path, "rb") as file:
        data = file.read()
    found: dict[str, Any] = {"size": size, "sha256": hashlib.sha256(data).hexdigest()}
    if path.endswith(KEPT):
        found["data"] = base64.b64encode(data).decode()
    if path.endswith(".pyc") and data[:4] == importlib.util.MAGIC_NUMBER:
        # its size and bytes vary with how often the compiler referred to a constant
        found.update(size=0, sha256=bytecode(path, data))
    return found


def bytecode(path: str, data: bytes) -> str:
    """A digest of the code object, after the way in which it is invalidated and whether it is."""
    code = repr(normal(marshal.loads(data[HEADER:])))
    mode = int.from_bytes(data[4:8], "little")
    return f"{mode} {freshness(path, data)} {hashlib.sha256(code.encode()).hexdigest()}"


def freshness(path: str, data: bytes) -> str:
    try:
        source = importlib.util.source_from_cache(path)
        status = os.stat(source)
    except (OSError, ValueError):
        return "sourceless"
    if int.from_bytes(data[4:8], "little"):
        with open(source, "rb") as file:
            expected = importlib.util.source_hash(file.read())
    else:
        words = (int(status.st_mtime), status.st_size)
        expected = b"".join((word & 0xFFFFFFFF).to_bytes(4, "little") for word in words)
    return "fresh" if data[8:HEADER] == expected else "stale"


def normal(value: object) -> object:
    """A value whose repr is the same for equal code."""
    if isinstance(value, CodeType):
        names = sorted(name for name in dir(value) if name.startswith("co_"))
        fields = ((name, getattr(value, name)) for name in names)
        return [(name, normal(field)) for name, field in fields if not callable(field)]
    if isinstance(value, tuple):
        return [normal(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(repr(normal(item)) for item in value)
    return value


if __name__ == "__main__":
    for found in list_files(sys.argv[1:] or ["/"]):
        sys.stdout.write(json.dumps(found) + "\n")
