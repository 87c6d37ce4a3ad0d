"""The words of a command as the shell takes them: its name first, whatever it was written as."""

import re

from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope, is_name
from uvlayers.dockerfile.shell.words import expand_fields

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_DURATION = re.compile(r"\d+[smhd]?")  # GNU coreutils, `timeout`


def told_fields(raw: str, scope: Scope) -> list[str | None]:
    """The fields of a word, or None for them all."""
    try:
        return list(expand_fields(raw, scope))
    except NotUnderstood:
        return [None]


def named(raw: tuple[str, ...], scope: Scope) -> tuple[str, ...] | None:
    """The words of a command, its name as it is and the others as written; None if untold.

    The first word that does not expand to nothing holds the name, and may hold more words.
    """
    for index, word in enumerate(raw):
        # a bracket alone is no pattern
        match ["["] if word == "[" else told_fields(word, scope):
            case []:
                continue
            case [str(name), *more]:
                return name, *(_quoted(str(each)) for each in more), *raw[index + 1 :]
            case _:
                return None
    return (":",)


def _quoted(field: str) -> str:
    """A word that expands to `field`."""
    if _PLAIN.fullmatch(field):
        return field
    return "'" + field.replace("'", "'\\''") + "'"


def unwrap(words: list[str], scope: Scope) -> list[str]:
    """The words without `command`, `timeout 600` or `env NAME=value` in front.

    The effect of the last goes to `scope`.
    """
    while len(words) > 1:
        name, equals, value = words[1].partition("=")
        if words[0] == "env" and equals and is_name(name):
            scope.assign(name, value, export=True)
            words = ["env", *words[2:]]
        elif words[0] in ("env", "command") and not words[1].startswith("-"):
            words = words[1:]
        elif words[0] == "timeout" and _DURATION.fullmatch(words[1]):
            words = words[2:]
        else:
            break
    return words
