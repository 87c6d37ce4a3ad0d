"""TOML files of the user, read once; and typed access to their tables."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

import tomli

from uvlayers.errors import Unsupported

Table = Mapping[str, Any]
Kind = TypeVar("Kind")


class Files(Protocol):
    """The files that the command would see; paths are absolute and posix."""

    def read(self, path: str) -> bytes | None:
        """The contents, None where there is no such file; raises Unsupported if only the
        command itself can see it."""

    def list(self, path: str) -> tuple[str, ...] | None:
        """The names in a directory, None where there is no such directory."""


class Documents:
    """Parsed TOML files by path."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._tables: dict[str, Table | None] = {}

    def table(self, path: str) -> Table | None:
        """The file's table, None where there is no file; raises Unsupported for bad TOML."""
        if path not in self._tables:
            data = self.files.read(path)
            self._tables[path] = None if data is None else parse_toml(data, path)
        return self._tables[path]

    def exists(self, path: str) -> bool:
        return path in self._tables or self.files.read(path) is not None


def parse_toml(data: bytes, path: str) -> Table:
    """The document in `data`; raises Unsupported that names `path`."""
    try:
        return tomli.loads(data.decode())
    except UnicodeDecodeError:
        raise Unsupported(f"`{path}` is not UTF-8") from None
    except ValueError as error:  # a number may have too many digits
        raise Unsupported(f"`{path}` is not valid TOML: {error}") from None
    except RecursionError:
        raise Unsupported(f"`{path}` is nested too deeply") from None


def subtable(table: Table, *keys: str) -> Table | None:
    """The table at a path of keys, None where a key is missing; raises Unsupported."""
    found: Any = table
    for key in keys:
        if not isinstance(found, Mapping):
            raise Unsupported(f"`{'.'.join(keys)}` is not a table")
        found = found.get(key)
        if found is None:
            return None
    if not isinstance(found, Mapping):
        raise Unsupported(f"`{'.'.join(keys)}` is not a table")
    return found


def member(table: Table, key: str, kind: type[Kind]) -> Kind | None:
    """The value of `key`, None where it is missing; raises Unsupported for another type."""
    found = table.get(key)
    if found is None:
        return None
    if not isinstance(found, kind) or (kind is not bool and isinstance(found, bool)):
        raise Unsupported(f"`{key}` is not a {kind.__name__}")
    return found


def strings(table: Table, key: str) -> tuple[str, ...] | None:
    """The list of strings at `key`, None where it is missing; raises Unsupported."""
    found = member(table, key, list)
    if found is None:
        return None
    if not all(isinstance(item, str) for item in found):
        raise Unsupported(f"`{key}` is not a list of strings")
    return tuple(found)
