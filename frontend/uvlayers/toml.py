"""Values as TOML text: for the small projects that the RUN's own uv is given."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, time


def inline(value: object) -> str:
    """A value of any TOML type on one line; raises TypeError for what TOML does not have."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quote(value)
        case int() | float():
            return repr(value)
        case date() | time():
            return value.isoformat()
        case Mapping():
            members = (f"{quote(key)} = {inline(member)}" for key, member in value.items())
            return "{ " + ", ".join(members) + " }" if value else "{}"
        case Sequence():
            return "[" + ", ".join(map(inline, value)) + "]"
        case _:
            raise TypeError(f"TOML has no such value: {value!r}")


def quote(text: str) -> str:
    """A basic string. TOML has JSON's escapes, but none for surrogates, and takes no bare DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def lines(table: Mapping[str, object]) -> list[str]:
    """A table's members, one a line."""
    return [f"{quote(key)} = {inline(value)}" for key, value in table.items()]
