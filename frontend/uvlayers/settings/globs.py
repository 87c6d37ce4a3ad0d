"""Shell-like patterns as the Rust crate `glob` matches them, which uv uses for workspaces.

Source: https://docs.rs/glob (0.3), `Pattern` and `glob`.
"""

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from uvlayers.errors import Unsupported
from uvlayers.settings.documents import Files


@lru_cache(maxsize=64)
def compile_pattern(pattern: str, *, separators: bool) -> re.Pattern[str]:
    """A pattern over whole paths; with `separators`, `*`, `?` and `[…]` do not match `/`.

    Raises Unsupported for what the crate refuses, such as `a**`.
    """
    plain = "[^/]" if separators else "."
    found: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            end = at
            while pattern[end : end + 1] == "*":
                end += 1
            found.append(_stars(pattern, at, end, plain))
            at = end + (pattern[end : end + 1] == "/" and end - at == 2)
        elif character == "?":
            found.append(plain)
            at += 1
        elif character == "[":
            text, at = _class(pattern, at, separators=separators)
            found.append(text)
        else:
            found.append(re.escape(character))
            at += 1
    return re.compile("".join(found), re.DOTALL)


def _stars(pattern: str, start: int, end: int, plain: str) -> str:
    if end - start == 1:
        return f"{plain}*"
    whole = (start == 0 or pattern[start - 1] == "/") and pattern[end : end + 1] in ("", "/")
    if end - start > 2 or not whole:
        raise Unsupported(f"uv does not take the pattern `{pattern}`")
    # `**/` is any number of directories, none too; a final `**` is everything below.
    return "(?:.*/)?" if pattern[end : end + 1] == "/" else ".*"


def _class(pattern: str, start: int, *, separators: bool) -> tuple[str, int]:
    negated = pattern[start + 1 : start + 2] == "!"
    first = start + 1 + negated
    end = pattern.find("]", first + 1)
    if end < 0:
        raise Unsupported(f"uv does not take the pattern `{pattern}`")
    ranges: list[str] = []
    text = pattern[first:end]
    while text:
        if len(text) > 2 and text[1] == "-":
            if text[0] <= text[2]:
                ranges.append(f"{re.escape(text[0])}-{re.escape(text[2])}")
            text = text[3:]
        else:
            ranges.append(re.escape(text[0]))
            text = text[1:]
    body = "".join(ranges)
    # An empty range such as `[z-a]` matches nothing, and everything when negated.
    matched = f"[{'^' if negated else ''}{body}]" if body else ("." if negated else "(?!)")
    return (f"(?!/){matched}" if separators else matched), end + 1


def matches(pattern: str, path: str, *, separators: bool) -> bool:
    return compile_pattern(pattern, separators=separators).fullmatch(path) is not None


WILDCARDS = frozenset("*?[")
MAXIMUM_DEPTH = 32
"""Directories below each other that `**` walks through: a loop of symbolic links ends too."""


def expand(files: Files, root: str, pattern: str) -> Iterator[str]:
    """The existing paths below `root` that `pattern` matches; raises Unsupported."""
    parts = pattern.split("/")
    if parts[-1] == "**":
        raise Unsupported(f"the pattern `{pattern}` ends in `**`")
    for part in parts:
        compile_pattern(part, separators=True)
        if part.startswith(".") and WILDCARDS & set(part):
            raise Unsupported(f"the pattern `{pattern}` matches `..` too")
    yield from _expand(files, root, parts)


def _expand(files: Files, directory: str, parts: list[str]) -> Iterator[str]:
    part, rest = parts[0], parts[1:]
    if part == "**":
        found = _below(files, directory, 0)
    elif not WILDCARDS & set(part):
        path = posixpath.join(directory, part)
        found = iter([path] if exists(files, path) else [])
    else:
        names = sorted(files.list(directory) or ())
        matching = (name for name in names if matches(part, name, separators=True))
        found = (posixpath.join(directory, name) for name in matching)
    for path in found:
        if rest:
            yield from _expand(files, path, rest)
        else:
            yield path


def _below(files: Files, directory: str, depth: int) -> Iterator[str]:
    """`directory` and every directory below it."""
    names = files.list(directory)
    if names is None:
        return
    if depth > MAXIMUM_DEPTH:
        raise Unsupported(f"directories are nested too deeply: `{directory}`")
    yield directory
    for name in sorted(names):
        yield from _below(files, posixpath.join(directory, name), depth + 1)


def exists(files: Files, path: str) -> bool:
    return files.list(path) is not None or files.read(path) is not None
