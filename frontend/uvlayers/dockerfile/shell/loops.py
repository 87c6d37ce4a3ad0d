"""`for NAME in WORDS; do …; done`, which is the same for all shells."""

from dataclasses import dataclass

from tree_sitter import Node

from uvlayers.dockerfile.shell.scope import Scope, is_name
from uvlayers.dockerfile.shell.syntax import Statement, refuse_joined, source
from uvlayers.dockerfile.shell.words import expand_fields

_PUNCTUATION = frozenset((";", "\n", "comment"))


@dataclass(frozen=True, slots=True)
class ForLoop:
    """What a loop sets, the words that it goes through as written, and its `do` group."""

    variable: str
    values: tuple[Node, ...]
    body: Node

    def fields(self, data: bytes, scope: Scope) -> list[str]:
        """What the variable is set to, in `data`'s order; raises `NotUnderstood`."""
        refuse_joined(self.values, data)
        return [field for value in self.values for field in expand_fields(source(value), scope)]


def for_loop(node: Statement) -> ForLoop | None:
    """`node` as a loop; None for another statement, and for a loop of another form."""
    if node.type != "for_statement":
        return None
    match loop_parts(node):
        # the parser has `select` and bash's `for … { … }` under the same name
        case [keyword, name, of, *values, body] if (keyword.type, of.type) == ("for", "in"):
            if body.type == "do_group" and is_name(source(name)):
                return ForLoop(source(name), tuple(values), body)
    return None


def loop_parts(node: Statement) -> list[Node]:
    """The children of a compound command that are no punctuation."""
    return [child for child in node.children if child.type not in _PUNCTUATION]
