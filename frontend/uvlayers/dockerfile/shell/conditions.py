"""Which branch of an `if` runs, where that follows from the variables and the files at hand.

`test` is read as POSIX.1-2024 has it, by the number of its arguments. Conditions that ask for
anything else (programs, files that an earlier command may have made) raise `NotUnderstood`.
"""

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from uvlayers.dockerfile.shell.lists import joined, succeeds
from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope
from uvlayers.dockerfile.shell.syntax import (
    Redirected,
    Statement,
    refuse_joined,
    simple_command,
    source,
    statements,
)
from uvlayers.dockerfile.shell.words import expand_fields

_EXPRESSIONS = frozenset(("binary_expression", "unary_expression"))
_CLAUSES = frozenset(("elif_clause", "else_clause"))
_UNTOLD = "it depends on a condition"


def taken_branch(node: Node, data: bytes, scope: Scope) -> list[Node]:
    """The statements of an `if_statement` that run; none where no condition holds."""
    if scope.lost is not None:
        raise NotUnderstood(_UNTOLD)
    trial = scope.copy()
    for clause in (node, *(child for child in node.children if child.type in _CLAUSES)):
        condition, body = _parts(clause)
        if condition is None or holds(condition, data, trial):
            break
    else:
        body = []
    scope.looked = trial.looked
    if trial != scope:
        raise NotUnderstood("a condition sets a variable")
    return body


def outcome(node: Statement, data: bytes, scope: Scope) -> bool | None:
    """Whether a test holds; None where that cannot be told, or for any other command."""
    if isinstance(node, Redirected) or not _is_test(node):
        return None
    trial = scope.copy()
    try:
        held = _test(_arguments(node, data, trial), trial)
    except NotUnderstood:
        return None
    looked, trial.looked = trial.looked, scope.looked
    if scope.lost is not None or trial != scope:
        return None
    scope.looked = looked
    return held


def _is_test(node: Node) -> bool:
    return node.type in ("test_command", "command")


def _parts(clause: Node) -> tuple[Node | None, list[Node]]:
    """The condition, None that of `else`, and the statements of one clause."""
    inside = [child for child in clause.children if child.type not in _CLAUSES]
    if clause.type == "else_clause":
        return None, inside
    then = next((i for i, child in enumerate(inside) if child.type == "then"), 0)
    conditions = statements(inside[:then])
    if len(conditions) != 1:
        raise NotUnderstood(_UNTOLD)
    return conditions[0], inside[then + 1 :]


def holds(node: Statement, data: bytes, scope: Scope) -> bool:
    """Whether a condition holds; raises `NotUnderstood`."""
    parts = joined(node)
    if parts is not None:
        return succeeds(parts, lambda part: holds(part, data, scope))
    if isinstance(node, Redirected):
        raise NotUnderstood(_UNTOLD)
    if node.type == "negated_command":
        return not holds(node.children[-1], data, scope)
    if _is_test(node):
        return _test(_arguments(node, data, scope), scope)
    raise NotUnderstood(_UNTOLD)


def _arguments(node: Node, data: bytes, scope: Scope) -> list[str]:
    """What `test`, `[` or `[[` is asked, expanded."""
    raw = _words(node, data)
    match raw:
        case ["test", *words] | ["[", *words, "]"]:
            pass
        case ["[[", *words, "]]"] if scope.bash:
            pass
        case _:
            raise NotUnderstood(_UNTOLD)
    fields = [expand_fields(word, scope) for word in words]
    # there are no fields in [[ ]]: what would be split is one word there
    if raw[0] == "[[" and (any(len(field) != 1 for field in fields) or not _are_operands(words)):
        raise NotUnderstood(_UNTOLD)
    return [each for field in fields for each in field]


def _are_operands(words: Sequence[str]) -> bool:
    """Whether bash's own grammar of [[ ]] takes no word for an operator that we take for a text."""
    words = words[1:] if words[:1] == ["!"] else words
    texts = words[1:] if len(words) == 2 else words
    return not any(word.startswith(("-", "!")) for word in texts)


def _words(node: Node, data: bytes) -> list[str]:
    """The words of the command as they are written."""
    if node.type == "command":
        command = simple_command(node, data)
        if command.assignments or command.reads or command.writes:
            raise NotUnderstood(_UNTOLD)
        return list(command.words)
    leaves = list(_leaves(node))
    refuse_joined(leaves, data)
    return [source(leaf) for leaf in leaves]


def _leaves(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.type in _EXPRESSIONS:
            yield from _leaves(child)
        else:
            yield child


def _test(words: Sequence[str], scope: Scope) -> bool:
    """POSIX.1-2024, `test`, by the number of arguments."""
    match words:
        case []:
            return False
        case [text]:
            return bool(text)
        case ["!", text]:
            return not text
        case [operator, text]:
            return _unary(operator, text, scope)
        case [left, "=", right]:
            return left == right
        case [left, "!=", right]:
            return left != right
        case [left, "==", right] if scope.bash:
            return left == right
        case ["!", _, _] | ["!", _, _, _]:
            return not _test(words[1:], scope)
        case _:
            raise NotUnderstood(_UNTOLD)


def _unary(operator: str, text: str, scope: Scope) -> bool:
    """Whether a string is empty, or what a file is."""
    match operator:
        case "-n":
            return bool(text)
        case "-z":
            return not text
        case "-e":
            return scope.kind(text) is not None
        case "-f":
            return scope.kind(text) == "file"
        case "-d":
            return scope.kind(text) == "directory"
        case _:
            raise NotUnderstood(_UNTOLD)
