"""Compare a directory before and after commands: is all there that was, and as it was?

Run inside the build as `python -I -S -B comparison.py '<JSON>'`, as root. The JSON object:

  before, after  where the two root file systems are mounted; both are only read
  path           the directory in them (absolute)
  facts          file for the result

The result is {"added": BOOL}: whether anything is there that was not. It is {"undone": PATH} where
something is gone or is not what it was: PATH is the first that was found. What a file was must not
stay in a layer below the one that it is.

Standard library only, Python 3.8 grammar. The bytes of this file are part of a cache key, though of
no wheel's.
"""

from __future__ import annotations

import json
import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 1 << 20
PARAMETERS = ("before", "after", "path")


class Undone(Exception):
    """Something that was there is not, or not as it was; the path is the only argument."""


def main(arguments: list[str]) -> None:
    options = json.loads(arguments[0])
    result: dict[str, object]
    try:
        result = {"added": compare(**{each: options[each] for each in PARAMETERS})}
    except Undone as undone:
        result = {"undone": undone.args[0]}
    with open(options["facts"], "w", encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps(result, sort_keys=True) + "\n")


def compare(before: str, after: str, path: str) -> bool:
    """Whether there is more after than before; raises Undone where there is less."""
    for directory in leading_to(path):
        if not is_directory(before + directory) or not is_directory(after + directory):
            raise Undone(directory)
    if looks(os.lstat(before + path)) != looks(os.lstat(after + path)):
        raise Undone(path)
    added = False
    pending = [path]
    while pending:
        directory = pending.pop()
        old, new = entries(before + directory), entries(after + directory)
        added = added or len(new) > len(old)
        for name, was in sorted(old.items()):
            place = os.path.join(directory, name)
            now = new.get(name)
            if now is None or not is_kept(was, now):
                raise Undone(place)
            if stat.S_ISDIR(was.st_mode):
                pending.append(place)
            elif not is_same(before + place, was, after + place, now):
                raise Undone(place)
    return added


def is_kept(was: os.stat_result, now: os.stat_result) -> bool:
    """Whether it is of the kind that it was, and looks so if it is a directory."""
    if stat.S_ISDIR(was.st_mode):
        return looks(was) == looks(now)
    return stat.S_IFMT(was.st_mode) == stat.S_IFMT(now.st_mode)


def leading_to(path: str) -> Iterator[str]:
    """`path` and the directories above it, the root first."""
    names = [name for name in path.split("/") if name]
    for count in range(len(names) + 1):
        yield "/" + "/".join(names[:count])


def is_directory(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def entries(directory: str) -> dict[str, os.stat_result]:
    with os.scandir(directory) as found:
        return {each.name: each.stat(follow_symlinks=False) for each in found}


def looks(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mode, found.st_uid, found.st_gid


def is_same(one: str, was: os.stat_result, other: str, now: os.stat_result) -> bool:
    """Whether a file is what it was, its date and its extended attributes included."""
    if (*looks(was), was.st_size, was.st_mtime_ns) != (*looks(now), now.st_size, now.st_mtime_ns):
        return False
    # nobody can set that time, and where both are of one layer it is the same
    if was.st_ctime_ns == now.st_ctime_ns:
        return True
    if stat.S_ISLNK(was.st_mode):
        return os.readlink(one) == os.readlink(other)
    if not stat.S_ISREG(was.st_mode):
        return was.st_rdev == now.st_rdev
    return attributes(one) == attributes(other) and contents(one, other)


def attributes(path: str) -> dict[str, bytes]:
    return {name: os.getxattr(path, name) for name in os.listxattr(path)}


def contents(one: str, other: str) -> bool:
    """Whether two files hold the same."""
    with open(one, "rb") as first, open(other, "rb") as second:
        while True:
            part = first.read(CHUNK)
            if part != second.read(CHUNK):
                return False
            if not part:
                return True


if __name__ == "__main__":
    main(sys.argv[1:])
