"""Loops that run a command until it succeeds, as seen where it does so the first time."""

from dataclasses import dataclass

from tree_sitter import Node

from uvlayers.dockerfile.shell.alternatives import Ending, ending
from uvlayers.dockerfile.shell.lists import joined
from uvlayers.dockerfile.shell.loops import ForLoop, for_loop, loop_parts
from uvlayers.dockerfile.shell.region import may_leave
from uvlayers.dockerfile.shell.syntax import Redirected, Statement, source, statements

_SOURCING = frozenset((".", "source"))


@dataclass(frozen=True, slots=True)
class Retry:
    """`command` is run first; where it fails, `others` are run, and it is tried again.

    `endless`: only the success of `command`, or the failure of the script, ends the loop.
    `loop` is what gives the number of tries, if there is one.
    """

    command: Statement
    others: tuple[Statement, ...]
    endless: bool = False
    loop: ForLoop | None = None


def retry_of(node: Statement) -> Retry | None:
    """What a loop tries again; None where it is no such loop, or another statement."""
    match node.type, loop_parts(node):
        case "while_statement", [keyword, condition, body]:
            return _until(keyword, condition, body)
    loop = for_loop(node)
    return None if loop is None else _for(loop)


def _until(keyword: Node, condition: Node, body: Node) -> Retry | None:
    """`until COMMAND; do …; done`, `while ! COMMAND; do …; done`."""
    if keyword.type == "while":
        if condition.type != "negated_command":
            return None
        condition = condition.children[-1]
    elif keyword.type != "until":
        return None
    others = statements(body.children)
    return Retry(condition, tuple(others), endless=not any(map(_leaves, others)))


def _leaves(node: Node) -> bool:
    """Whether it may end the loop and let the script go on, or end it well."""
    if node.type == "command" and ending(node) is Ending.EXITS:
        return False
    sources = node.type == "command_name" and source(node) in _SOURCING
    return sources or may_leave(node) or any(map(_leaves, node.children))


def _for(loop: ForLoop) -> Retry | None:
    """`for NAME in WORDS; do COMMAND && break || …; done`."""
    first, *others = statements(loop.body.children)
    command, alternatives = _first(first)
    return None if command is None else Retry(command, (*alternatives, *others), loop=loop)


def _first(node: Statement) -> tuple[Statement | None, list[Statement]]:
    """The command that is followed by `break` where it succeeds, and what is run where not."""
    if not isinstance(node, Redirected) and node.type == "if_statement":
        match loop_parts(node):
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
