"""What `$( … )` prints, where that follows from the variables and the files at hand.

Followed are `echo` and `printf` of words that are told, behind conditions that are, and for each of
a list of words. Only what `sh`, `dash`, `bash` and BusyBox's `ash` print alike is told.
"""

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from uvlayers.dockerfile.shell.conditions import holds, taken_branch
from uvlayers.dockerfile.shell.lists import joined, succeeds
from uvlayers.dockerfile.shell.loops import for_loop
from uvlayers.dockerfile.shell.printing import echoed, formatted
from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope
from uvlayers.dockerfile.shell.syntax import (
    Redirected,
    Statement,
    encode,
    is_misread,
    parse,
    simple_command,
)
from uvlayers.dockerfile.shell.words import SUBSTITUTION, expand_fields

# What may be a quote, a bracket or a comment of its own, whose end is not looked for here.
_UNREAD = frozenset("(`#<>")
_UNREAD_IN_BRACES = frozenset("'\"`\\(){")
_UNREAD_AFTER_DOLLAR = frozenset("('\"")
_PUNCTUATION = frozenset((";", "\n", "if", "then", "else", "elif", "fi", "do", "done"))


def substitute(text: str, scope: Scope) -> tuple[str, int]:
    """What the substitution prints whose `(` begins `text`, and how long it is up to its `)`.

    `scope` is told of the files that it depends on, and whether it fails. Raises `NotUnderstood`.
    """
    if scope.lost is not None:
        raise NotUnderstood(SUBSTITUTION)
    try:
        length = _length(text)
        data = encode(f": ${text[:length]}")
        shell = _Subshell(data, scope.copy())
        succeeds = shell.runs(_inside(data))
    except NotUnderstood:
        raise NotUnderstood(SUBSTITUTION) from None
    scope.looked = shell.scope.looked
    scope.failed = not succeeds
    return shell.printed.rstrip("\n"), length


def _length(text: str) -> int:
    """Up to the `)` of the first `(`; raises for all that may hold another `)`."""
    at = 1
    while at < len(text) and text[at] != ")":
        character = text[at]
        if character == "'":
            at = text.find("'", at + 1)
            if at < 0:
                raise NotUnderstood("a quote is not closed")
        elif character == '"':
            at = _quote_end(text, at + 1)
        elif character == "\\":
            at += 1
        elif character == "$":
            at = _dollar_end(text, at)
        elif character in _UNREAD:
            raise NotUnderstood(f"it holds a `{character}`")
        at += 1
    return at + 1


def _quote_end(text: str, at: int) -> int:
    """Where the `"` is that closes the text which begins at `at`."""
    while at < len(text) and text[at] != '"':
        if text[at] == "`":
            raise NotUnderstood("it holds a substitution")
        if text[at] == "\\":
            at += 1
        elif text[at] == "$" and text[at + 1 : at + 2] != '"':
            at = _dollar_end(text, at)
        at += 1
    return at


def _dollar_end(text: str, at: int) -> int:
    """The last character of what the `$` at `at` begins, as far as brackets go."""
    if text[at + 1 : at + 2] in _UNREAD_AFTER_DOLLAR:
        raise NotUnderstood("it holds a substitution")
    if text[at + 1 : at + 2] != "{":
        return at
    end = text.find("}", at)
    if end < 0 or not _UNREAD_IN_BRACES.isdisjoint(text[at + 2 : end]):
        raise NotUnderstood("an expansion in it is not plain")
    return end


def _inside(data: bytes) -> list[Node]:
    """The statements of the substitution that is the only argument in `data`, a command's text."""
    root = parse(data)
    if is_misread(root, data) or len(root.children) != 1:
        raise NotUnderstood("it cannot be parsed")
    last = root.children[0].children[-1]
    if last.type != "command_substitution" or last.end_byte != len(data):
        raise NotUnderstood("the parser sees another end")
    return last.children[1:-1]


class _Subshell:
    """Follows a substitution from top to bottom, keeping what it prints."""

    def __init__(self, data: bytes, scope: Scope) -> None:
        self.data = data
        self.scope = scope
        self.printed = ""

    def runs(self, nodes: Sequence[Node]) -> bool:
        """Whether the statements succeed, after running them."""
        succeeds = True
        for statement in _statements(nodes):
            self._require_success(succeeds)
            succeeds = self._statement(statement)
        return succeeds

    def _require_success(self, succeeds: bool) -> None:
        """`set -e` may be on, and bash has it off in substitutions."""
        if not succeeds:
            raise NotUnderstood("a part of it that is not the last fails")

    def _statement(self, node: Statement) -> bool:
        parts = joined(node)
        if parts is not None:
            return succeeds(parts, self._statement)
        if isinstance(node, Redirected):
            raise NotUnderstood("it is redirected")
        match node.type:
            case "if_statement":
                return self.runs(taken_branch(node, self.data, self.scope))
            case "for_statement":
                return self._for_each(node)
            case _:
                return self._simple(node)

    def _for_each(self, node: Node) -> bool:
        """`for NAME in WORDS; do …; done`."""
        loop = for_loop(node)
        if loop is None:
            raise NotUnderstood("it is another loop")
        fields = loop.fields(self.data, self.scope)
        succeeds = True
        for field in fields:
            self._require_success(succeeds)
            self.scope.assign(loop.variable, field)
            succeeds = self.runs(loop.body.children)
        return succeeds

    def _simple(self, node: Node) -> bool:
        before = dict(self.scope.variables)
        succeeds = self._prints(node)
        if succeeds is None:
            succeeds = holds(node, self.data, self.scope)
        if self.scope.variables != before:
            raise NotUnderstood("it sets a variable")
        return succeeds

    def _prints(self, node: Node) -> bool | None:
        """True for a command that only prints, False for `false`; None for all else."""
        if node.type != "command":
            return None
        command = simple_command(node, self.data)
        if command.assignments or command.reads or command.writes or not command.words:
            raise NotUnderstood("it is more than a command and its words")
        name, *arguments = command.words
        match name:
            case "echo":
                self.printed += echoed([each for raw in arguments for each in self._fields(raw)])
            case "printf":
                self.printed += formatted([each for raw in arguments for each in self._fields(raw)])
            case "true" | "false" | ":" if not arguments:
                return name != "false"
            case _:
                return None
        return True

    def _fields(self, raw: str) -> tuple[str, ...]:
        return expand_fields(raw, self.scope)


def _statements(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.is_named and node.type != "comment":
            yield node
        elif not node.is_named and node.type not in _PUNCTUATION:
            raise NotUnderstood(f"it holds a `{node.type}`")
