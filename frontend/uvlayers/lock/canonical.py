"""TOML text → tables, with the wheels left unread where the file has uv's own layout.

Nine tenths of a lock's bytes are wheels that will never be installed. Where a `wheels` array stands
exactly as uv writes it, one per line, a regular expression checks it and a placeholder takes its
place before the TOML parser sees it. Everything else, and every file with a hint of another
layout, goes to the TOML parser whole: both ways must give the same tables (a test holds that).
"""

import re
from collections.abc import Mapping

import tomli

from uvlayers.errors import LockError

PLACEHOLDER = "uvlayers:wheels"
"""The key that stands for an unread `wheels`; its value is for `Document.rows`."""

Row = tuple[str, str, str, str, str]
"""A wheel as uv writes it: (url, path or filename), its value, hash, size, upload-time or ""."""


def _line(group: str) -> str:
    """Return the pattern of one wheel as uv writes it, with that sign to open its four groups."""
    return (
        rf'    \{{ {group}url|path|filename) = "{group}[^"\x00-\x1f\x7f]+)"'
        rf'(?:, hash = "{group}[a-z0-9]+:[0-9a-fA-F]+)")?'
        rf"(?:, size = {group}0|[1-9][0-9]{{0,18}}))?"
        rf'(?:, upload-time = "{group}[^"\x00-\x1f\x7f]+)")?'
        r" \},\n"
    )


_WHEEL = re.compile(_line("("))
_WHEELS = re.compile(rf"^wheels = \[\n((?:{_line('(?:')})+)\]$", re.MULTILINE)

# Signs of TOML that uv never writes: with none of them a line is always a whole line.
_FOREIGN = ('"""', "'''", "\\", "\r", PLACEHOLDER)


class Document:
    """A parsed uv.lock: `tables`, and the text of each `wheels` array that was left out."""

    __slots__ = ("_wheels", "tables")

    def __init__(self, tables: Mapping[str, object], wheels: list[str]) -> None:
        self.tables = tables
        self._wheels = wheels

    def rows(self, place: object) -> list[Row]:
        """Return the wheels that a placeholder stands for."""
        assert isinstance(place, int), "only `load` writes a placeholder"
        return _WHEEL.findall(self._wheels[place])


def load(data: bytes) -> Document:
    """Parse the bytes of a uv.lock; raises LockError for what is no TOML."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise LockError(f"not UTF-8 at byte {error.start}") from None
    try:
        return _load_canonical(text) or Document(tomli.loads(text), [])
    except (ValueError, RecursionError) as error:
        raise LockError(f"not valid TOML: {error}") from None


def _load_canonical(text: str) -> Document | None:
    """Parse with the wheels left out; None where only the whole text can be trusted."""
    if any(sign in text for sign in _FOREIGN):
        return None
    wheels: list[str] = []

    def leave_out(match: re.Match[str]) -> str:
        wheels.append(match[1])
        return f'"{PLACEHOLDER}" = {len(wheels) - 1}'

    try:
        return Document(tomli.loads(_WHEELS.sub(leave_out, text)), wheels)
    except (ValueError, RecursionError):
        return None  # parse again, for a message with the right line
