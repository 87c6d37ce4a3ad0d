"""Where a locked package comes from: the `source` table → one of the seven kinds."""

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from uvlayers.errors import LockError
from uvlayers.lock.model import (
    DirectorySource,
    EditableSource,
    GitSource,
    PathSource,
    RegistrySource,
    Source,
    UrlSource,
    VirtualSource,
)
from uvlayers.lock.tables import Table, optional, read_table, read_text, required

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|file:")
_COMMIT = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")


def read_source(value: object) -> Source:
    """Return the source that a table names; the first kind in uv's own order counts."""
    table = read_table(value)
    for kind, read in _KINDS.items():
        if kind in table:
            return read(table)
    raise LockError(f"expected a source of a known kind: {', '.join(_KINDS)}")


@lru_cache(maxsize=256)
def read_registry(location: str) -> RegistrySource:
    """Return an index: a URL, or without a scheme a directory."""
    if _SCHEME.match(location):
        return RegistrySource(url=location)
    return RegistrySource(path=_relative(location))


def _read_registry(table: Table) -> Source:
    return read_registry(required(table, "registry", read_text))


def _read_git(table: Table) -> Source:
    return required(table, "git", lambda value: _git_source(read_text(value)))


def _git_source(url: str) -> GitSource:
    """Check `URL?rev=…&path=…#commit`, where the last of several answers counts."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise LockError(f"not a valid URL: {url!r}") from None
    if not parts.scheme:
        raise LockError(f"not a valid URL: {url!r}")
    if not _COMMIT.fullmatch(parts.fragment):
        raise LockError(f"expected a git URL that ends with a commit, got {url!r}")
    query = parse_qsl(parts.query, keep_blank_values=True)
    requested = [pair for pair in query if pair[0] in ("tag", "branch", "rev")]
    kind, name = requested[-1] if requested else ("", "")
    if kind == "rev" and _COMMIT.fullmatch(name) and name.lower() != parts.fragment.lower():
        raise LockError(f"the requested commit differs from the locked one in {url!r}")
    return GitSource(url, dict(query).get("path"))


def _read_url(table: Table) -> Source:
    subdirectory = optional(table, "subdirectory", read_text)
    return UrlSource(required(table, "url", read_text), subdirectory)


def _read_tree(kind: str, source: Callable[[str], Source]) -> Callable[[Table], Source]:
    return lambda table: source(_relative(required(table, kind, read_text)))


def _relative(path: str) -> str:
    """Return a path as uv holds it: "." for the lock's own directory."""
    return path or "."


_KINDS: dict[str, Callable[[Table], Source]] = {
    "registry": _read_registry,
    "git": _read_git,
    "url": _read_url,
    "path": _read_tree("path", PathSource),
    "directory": _read_tree("directory", DirectorySource),
    "editable": _read_tree("editable", EditableSource),
    "virtual": _read_tree("virtual", VirtualSource),
}
