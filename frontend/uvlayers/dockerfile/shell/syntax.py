"""The syntax tree of a shell text, and simple commands in it.

tree-sitter-bash finds the structure and the extent of every word; what a word means is read by
`words`, and whatever the two could see differently is refused here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from uvlayers.dockerfile.shell.scope import NotUnderstood

REDIRECTIONS = frozenset(("file_redirect", "heredoc_redirect", "herestring_redirect"))
SIMPLE = frozenset(
    (
        "command",
        "declaration_command",
        "test_command",
        "unset_command",
        "variable_assignment",
        "variable_assignments",
    )
)
SUBSTITUTIONS = frozenset(("command_substitution", "process_substitution"))
_BRACKETS, _AND_OR = frozenset((b"[", b"]", b"[[", b"]]")), frozenset((b"&&", b"||"))
HARMLESS_TARGETS = frozenset((b"/dev/null", b"/dev/stdout", b"/dev/stderr"))
_WRITING = frozenset((">", ">>", ">|"))
BLANK = b" \t\n"
BEFORE_COMMENT = frozenset(b" \t\n;&|()")
# What lies between the children of these is their own text, or must be nothing at all.
TEXTUAL = frozenset(("arithmetic_expansion", "expansion", "heredoc_body", "string"))
UNBROKEN = frozenset(("concatenation", "simple_expansion", "variable_assignment"))
# A line that ends in an assignment with a redirection is taken for the beginning of the next one.
ONE_LINE = frozenset(("command", "declaration_command", "unset_command"))
# `<<` WORD BODY WORD; more means that the rest of the command's line hangs below it.
HEREDOC_PARTS = frozenset(
    ("<<", "<<-", "heredoc_start", "heredoc_body", "heredoc_end", "file_redirect")
)


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """A simple command's raw parts; `span` counts bytes of the text, redirections included."""

    assignments: tuple[str, ...]
    words: tuple[str, ...]
    span: tuple[int, int]
    reads: bool
    """Standard input is redirected."""
    targets: tuple[str, ...]
    """The files, raw words as well, that output goes to."""
    fed: bool
    """Standard input comes from the text itself, if it is redirected."""

    @property
    def writes(self) -> bool:
        """Output goes to a file."""
        return bool(self.targets)


@dataclass(frozen=True, slots=True)
class Redirected:
    """A `redirected_statement` that the parser has not made.

    `command` is the last one in a list, `around` the list with the redirections that are behind it.
    """

    command: Node
    around: "Statement"

    @property
    def type(self) -> str:
        return "redirected_statement"

    @property
    def children(self) -> list[Node]:
        return [self.command, *self.around.children[1:]]

    @property
    def start_byte(self) -> int:
        return self.command.start_byte

    @property
    def end_byte(self) -> int:
        return self.around.end_byte

    @property
    def text(self) -> bytes:
        return (self.around.text or b"")[self.start_byte - self.around.start_byte :]


Statement = Node | Redirected


def parse(data: bytes) -> Node:
    """The root node; `has_error` on it says that the grammar does not cover the text."""
    return Parser(Language(tree_sitter_bash.language())).parse(data).root_node


def is_misread(root: Node, data: bytes) -> bool:
    """Whether the parser finds errors, or other text or other commands than a shell does."""
    return root.has_error or _skips_text(root, data) or any(map(_joins_tests, descendants(root)))


def _joins_tests(node: Node) -> bool:
    """`[ -- ] && [ a ]` as one test: the parser takes `--` for an operator before all the rest."""
    if node.type != "test_command":
        return False
    first, *texts = (part.text for part in _test_parts(node))
    joining = _BRACKETS if first == b"[[" else _BRACKETS | _AND_OR
    return not joining.isdisjoint(texts[:-1])


def _test_parts(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.type.endswith("_expression"):
            yield from _test_parts(child)
        else:
            yield child


def _skips_text(root: Node, data: bytes) -> bool:
    """Whether the parser leaves out text that a shell reads, such as a blank after a backslash."""
    if _is_more_than_blank(data[: root.start_byte], BLANK):
        return True
    for node in descendants(root):
        if node.type == "comment" and _continues_word(data[: node.start_byte]):
            return True
        if node.type in TEXTUAL or not node.children:
            continue
        ends = [node.start_byte, *(child.end_byte for child in node.children)]
        starts = [*(child.start_byte for child in node.children), node.end_byte]
        if any(
            _is_more_than_blank(data[end:start], _blank_within(node))
            for end, start in zip(ends, starts, strict=True)
        ):
            return True
    return False


def _blank_within(node: Node) -> bytes:
    """What may stand between the children of `node` and mean nothing."""
    if node.type in UNBROKEN:
        return b""
    return b" \t" if node.type in ONE_LINE else BLANK


def _continues_word(before: bytes) -> bool:
    """Whether a `#` after `before` is part of a word, by way of a line continuation."""
    while before.endswith(b"\\\n"):
        before = before[:-2]
    return bool(before) and before[-1] not in BEFORE_COMMENT


def _is_more_than_blank(gap: bytes, blank: bytes) -> bool:
    return bool(gap.replace(b"\\\n", b"").strip(blank))


def encode(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def decode(data: bytes) -> str:
    return data.decode(errors="surrogatepass")


def source(node: Statement) -> str:
    return decode(node.text or b"")


def descendants(node: Statement) -> Iterator[Node]:
    """`node`, if the parser made it, and every node below it, in the order of the text."""
    pending = node.children[::-1] if isinstance(node, Redirected) else [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(current.children))


def bare(node: Statement) -> tuple[Node, list[Node]]:
    """A statement without its redirections, and those."""
    if isinstance(node, Redirected) or node.type == "redirected_statement":
        return node.children[0], node.children[1:]
    return node, []


def simple_command(node: Statement, data: bytes) -> SimpleCommand:
    """The parts of a simple command; raises `NotUnderstood`."""
    inner, redirections = bare(node)
    if inner.type not in SIMPLE:
        raise NotUnderstood("it is part of a compound command")
    parts = [inner] if inner.type == "variable_assignment" else inner.children
    refuse_joined([*parts, *redirections], data)
    redirections = redirections + [part for part in parts if part.type in REDIRECTIONS]
    words = [part for part in parts if part.type not in REDIRECTIONS]
    declares = inner.type == "declaration_command"
    leading = 0 if declares else _leading_assignments(words)
    return SimpleCommand(
        tuple(map(source, words[:leading])),
        tuple(map(source, words[leading:])),
        (node.start_byte, node.end_byte),
        *_redirected(redirections),
    )


def _leading_assignments(words: list[Node]) -> int:
    for index, word in enumerate(words):
        if word.type != "variable_assignment":
            return index
    return len(words)


def statements(nodes: Iterable[Node]) -> list[Node]:
    """The commands among the children of a compound command."""
    return [node for node in nodes if node.is_named and node.type != "comment"]


def refuse_joined(parts: Sequence[Node], data: bytes) -> None:
    """Raise `NotUnderstood` for words that may be one.

    A line continuation without a blank joins two words for the shell, not for the parser.
    """
    for before, after in pairwise(parts):
        gap = data[before.end_byte : after.start_byte].replace(b"\\\n", b"")
        if after.type in REDIRECTIONS and not gap:
            if (before.text or b"").isdigit():
                raise NotUnderstood("a number before a redirection may be its descriptor")
            continue
        if not gap or gap.strip(b" \t"):
            raise NotUnderstood("its words are not set apart by blanks")


def takes_words(redirection: Node) -> bool:
    """Whether the parser takes words of the command for more places: `uv sync >log --no-dev`."""
    return len(redirection.children_by_field_name("destination")) > 1


def is_silencing(redirection: Node) -> bool:
    """Whether it only leads output away that nobody keeps: `> /dev/null`, `2>&1`."""
    if redirection.type != "file_redirect" or takes_words(redirection):
        return False
    operator, target = _operator(redirection), redirection.children[-1].text or b""
    if operator == ">&":
        return target in (b"1", b"2")
    return operator in _WRITING and target in HARMLESS_TARGETS


def _operator(redirection: Node) -> str:
    return next((child.type for child in redirection.children if not child.is_named), "")


def shares_line(redirection: Node) -> bool:
    """Whether the parser hangs other commands below a heredoc: `cat <<EOF && ls`."""
    parts = {child.type for child in redirection.children}
    return redirection.type == "heredoc_redirect" and not parts <= HEREDOC_PARTS


def _redirected(redirections: list[Node]) -> tuple[bool, tuple[str, ...], bool]:
    """Whether standard input is redirected, which files are written, and whether none is read."""
    reads, targets, fed = False, [], True
    pending = list(redirections)
    while pending:
        node = pending.pop(0)
        if takes_words(node):
            raise NotUnderstood("words follow its redirection")
        if node.type != "file_redirect":
            if shares_line(node):
                raise NotUnderstood("its heredoc shares a line with other commands")
            reads = True
            pending += [child for child in node.children if child.type == "file_redirect"]
            continue
        operator = _operator(node)
        if operator == "<":
            reads, fed = True, False
        elif is_silencing(node):
            continue
        elif operator in _WRITING:
            targets.append(source(node.children[-1]))
        else:
            raise NotUnderstood(f"it is redirected with `{operator}`")
    return reads, tuple(targets), fed
