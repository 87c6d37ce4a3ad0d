"""Typed access to the tables of a pyproject.toml or uv.toml; Unsupported for another type.

uv refuses such a file, or warns and leaves it out, which is not for us to tell apart.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from uvlayers.errors import Unsupported

Table = Mapping[str, Any]
Kind = TypeVar("Kind")

_KINDS: Mapping[type, str] = {bool: "boolean", str: "string", list: "list", dict: "table"}


def subtable(table: Table, *keys: str) -> Table | None:
    """The table at a path of keys, None where a key is missing; raises Unsupported."""
    for key in keys:
        found = table.get(key)
        if found is None:
            return None
        if not isinstance(found, Mapping):
            raise Unsupported(f"`{'.'.join(keys)}` is not a table")
        table = found
    return table


def get(table: Table, key: str, kind: type[Kind]) -> Kind | None:
    """The value of `key`, None where it is missing; raises Unsupported for another type."""
    found = table.get(key)
    if found is None:
        return None
    if not isinstance(found, kind):
        raise Unsupported(f"`{key}` is not a {_KINDS[kind]}")
    return found


def strings(table: Table, key: str) -> tuple[str, ...] | None:
    """The list of strings at `key`, None where it is missing; raises Unsupported."""
    found = get(table, key, list)
    if found is None:
        return None
    if not all(isinstance(item, str) for item in found):
        raise Unsupported(f"`{key}` is not a list of strings")
    return tuple(found)


def uv_settings(pyproject: Table) -> Table:
    """The `[tool.uv]` table of a pyproject.toml, empty where there is none."""
    return subtable(pyproject, "tool", "uv") or {}
