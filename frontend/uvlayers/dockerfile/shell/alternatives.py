"""What stands behind `||`, where it only tells of a failure and then fails itself."""

import re
from enum import Enum

from tree_sitter import Node

from uvlayers.dockerfile.shell.syntax import (
    REDIRECTIONS,
    SUBSTITUTIONS,
    Statement,
    bare,
    descendants,
    is_silencing,
    source,
    statements,
)

# They print, and leave the rest to what follows.
_TELLING = frozenset((":", "cat", "date", "echo", "head", "ls", "printf", "pwd", "tail", "true"))

_STATUS = re.compile(r"[0-9]{1,9}")


class Ending(Enum):
    """How a list goes on when its first part has failed."""

    OPEN = "anyhow"
    FAILS = "it fails, as it would without the alternative"
    EXITS = "the script ends, and fails"


def exits_with(status: str) -> int | None:
    """What a shell ends with after `exit status`, 0 to 255; None where that is not certain."""
    return int(status) % 256 if _STATUS.fullmatch(status) else None


def ending(alternative: Statement) -> Ending:
    """How `… || alternative` ends where the alternative is run."""
    node, redirections = bare(alternative)
    if node.type == "command":
        return _of_command(source(alternative).split())
    background = any(child.type == "&" for child in node.children)
    if node.type not in ("compound_statement", "subshell") or background:
        return Ending.OPEN
    *before, last = statements(node.children)
    found = _of_last(last) if all(map(_tells, before)) else Ending.OPEN
    # with a redirection that fails, no part of it is run
    inside = node.type == "subshell" or redirections
    found = Ending.FAILS if found is Ending.EXITS and inside else found
    # where the script goes on, what was written stays
    return Ending.OPEN if found is Ending.FAILS and _writes(alternative) else found


def _writes(alternative: Statement) -> bool:
    """Whether a text writes more than to the standard streams, for all that is known."""
    return any(
        child.type in SUBSTITUTIONS or (child.type in REDIRECTIONS and not _is_harmless(child))
        for child in descendants(alternative)
    )


def _is_harmless(redirection: Node) -> bool:
    return source(redirection).startswith((">&1", ">&2")) or is_silencing(redirection)


def _of_last(node: Node) -> Ending:
    if node.type != "list":
        return ending(node)
    first, operator, *others = node.children
    # where what is before `&&` fails, the list has failed as well
    failing = operator.type == "&&" and _tells(first) and len(others) == 1
    return Ending.FAILS if failing and ending(others[0]) is not Ending.OPEN else Ending.OPEN


def _of_command(words: list[str]) -> Ending:
    match words:
        case ["false"]:
            return Ending.FAILS
        case ["exit", status] if exits_with(status):
            return Ending.EXITS
    return Ending.OPEN


def _tells(node: Node) -> bool:
    command, _ = bare(node)
    words = source(command).split()
    return command.type == "command" and words[0] in _TELLING
