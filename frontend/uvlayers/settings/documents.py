"""TOML files of the user, read once."""

from typing import Protocol

import tomli

from uvlayers.errors import Unsupported
from uvlayers.pyproject import Table


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
