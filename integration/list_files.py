"""Runs inside an image: every path of its file system, as one line of JSON each.

`python3 -I -S -B - DIRECTORY… < list_files.py`; the image's own interpreter, for bytecode can only
be compared by the Python that made it. With `--differing`, of two directories only what is not the
same file in both: layers that two images share are mounted from the same place, and none of their
files is read.
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


Status = os.stat_result


def list_files(roots: Iterable[str]) -> Iterator[dict[str, Any]]:
    for path, status in walk(roots):
        yield describe(path, status)


def list_differing(left: str, right: str) -> Iterator[dict[str, Any]]:
    """What is in one of two trees only, or may be another file there."""
    sides = [{path[len(root) :]: status for path, status in walk([root])} for root in (left, right)]
    shared = {path for path, status in sides[0].items() if alike(status, sides[1].get(path))}
    for root, found in zip((left, right), sides, strict=True):
        for path, status in found.items():
            # whether bytecode is fresh is a matter of its source as well
            if path not in shared or (source(path) or path) not in shared:
                yield describe(root + path, status)


def alike(one: Status, other: Status | None) -> bool:
    """Whether two paths are the very same file: same content, owner and times, same inode."""
    names = ("st_ino", "st_mode", "st_uid", "st_gid", "st_size", "st_mtime_ns", "st_ctime_ns")
    return other is not None and all(getattr(one, n) == getattr(other, n) for n in names)


def source(path: str) -> str | None:
    """The source of bytecode, None for all that is none."""
    try:
        return importlib.util.source_from_cache(path) if path.endswith(".pyc") else None
    except ValueError:
        return None


def walk(roots: Iterable[str]) -> Iterator[tuple[str, Status]]:
    pending = list(roots)
    while pending:
        path = pending.pop()
        status = os.lstat(path)
        yield path, status
        if stat.S_ISDIR(status.st_mode):
            below = (os.path.join(path, name) for name in os.listdir(path))
            pending += sorted(set(below) - FOREIGN)


def describe(path: str, status: Status) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "path": path.lstrip("/"),
        "kind": next((name for test, name in KINDS if test(status.st_mode)), "device"),
        "mode": stat.S_IMODE(status.st_mode),
        "uid": status.st_uid,
        "gid": status.st_gid,
        "mtime": status.st_mtime,
    }
    if entry["kind"] == "symlink":
        entry["link"] = os.readlink(path)
    elif entry["kind"] == "file":
        entry.update(read(path, status.st_size))
    return entry


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
    if sys.argv[1:2] == ["--differing"]:
        listed = list_differing(*sys.argv[2:])
    else:
        listed = list_files(sys.argv[1:] or ["/"])
    for found in listed:
        sys.stdout.write(json.dumps(found) + "\n")
