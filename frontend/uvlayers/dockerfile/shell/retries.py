"""Loops that run a command until it succeeds, as seen where it does so the first time."""

from collections.abc import Sequence
from dataclasses import dataclass

from tree_sitter import Node

from uvlayers.dockerfile.shell.alternatives import Ending, ending
from uvlayers.dockerfile.shell.lists import joined
from uvlayers.dockerfile.shell.region import may_leave
from uvlayers.dockerfile.shell.syntax import Redirected, Statement, source

_PUNCTUATION = frozenset((";", "\n", "comment"))
_SOURCING = frozenset((".", "source"))


@dataclass(frozen=True, slots=True)
class Retry:
    """`command` is run first; where it fails, `others` are run, and it is tried again.

    `endless`: only the success of `command`, or the failure of the script, ends the loop.
    `variable` is what the loop sets, `values` are the words that it goes through, as written.
    """

    command: Statement
    others: tuple[Statement, ...]
    endless: bool = False
    variable: str | None = None
    values: tuple[Node, ...] = ()


def retry_of(node: Statement) -> Retry | None:
    """What a loop tries again; None where it is no such loop, or another statement."""
    match node.type, _parts(node):
        case "while_statement", [keyword, condition, body]:
            return _until(keyword, condition, body)
        case "for_statement", [_, variable, of, *values, body] if of.type == "in" and values:
            return _for(variable, values, body)
    return None


def _parts(node: Statement) -> list[Node]:
    return [child for child in node.children if child.type not in _PUNCTUATION]


def _until(keyword: Node, condition: Node, body: Node) -> Retry | None:
    """`until COMMAND; do …; done`, `while ! COMMAND; do …; done`."""
    if keyword.type == "while":
        if condition.type != "negated_command":
            return None
        condition = condition.children[-1]
    elif keyword.type != "until":
        return None
    others = _statements(body)
    return Retry(condition, tuple(others), endless=not any(map(_leaves, others)))


def _leaves(node: Node) -> bool:
    """Whether it may end the loop and let the script go on, or end it well."""
    if node.type == "command" and ending(node) is Ending.EXITS:
        return False
    sources = node.type == "command_name" and source(node) in _SOURCING
    return sources or may_leave(node) or any(map(_leaves, node.children))


def _for(variable: Node, values: Sequence[Node], body: Node) -> Retry | None:
    """`for NAME in WORDS; do COMMAND && break || …; done`."""
    first, *others = _statements(body)
    command, alternatives = _first(first)
    if command is None:
        return None
    return Retry(command, (*alternatives, *others), False, source(variable), tuple(values))


def _first(node: Statement) -> tuple[Statement | None, list[Statement]]:
    """The command that is followed by `break` where it succeeds, and what is run where not."""
    if not isinstance(node, Redirected) and node.type == "if_statement":
        match _parts(node):
            case [_, condition, then, leaving, _] if then.type == "then" and _is_break(leaving):
                return condition, []
        return None, []
    alternatives: list[Statement] = []
    parts = joined(node)
    if parts is not None and parts[1] == "||":
        alternatives = [parts[2]]
        parts = joined(parts[0])
    if parts is not None and parts[1] == "&&" and _is_break(parts[2]):
        return parts[0], alternatives
    return None, []


def _is_break(node: Statement) -> bool:
    return source(node) == "break"


def _statements(body: Node) -> list[Node]:
    return [child for child in body.children if child.is_named and child.type != "comment"]
