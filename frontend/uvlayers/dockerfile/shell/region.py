"""Parts of a script that are not followed: which syncs they hold, what state they leave unknown."""

from collections.abc import Iterator

from tree_sitter import Node

from uvlayers.dockerfile.shell.alternatives import exits_with
from uvlayers.dockerfile.shell.builtins import LOSING
from uvlayers.dockerfile.shell.program import DATA_COMMANDS, mentions, mentions_text
from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope, is_name
from uvlayers.dockerfile.shell.syntax import (
    REDIRECTIONS,
    SUBSTITUTIONS,
    Redirected,
    Statement,
    descendants,
    source,
    takes_words,
)
from uvlayers.dockerfile.shell.words import expand_fields

# Inside a substitution they leave no trace and run nothing else.
READERS = frozenset(
    (
        ":",
        "base64",
        "basename",
        "cat",
        "cut",
        "date",
        "dirname",
        "echo",
        "false",
        "grep",
        "head",
        "hostname",
        "id",
        "jq",
        "nproc",
        "printf",
        "pwd",
        "tail",
        "test",
        "tr",
        "true",
        "uname",
        "whoami",
    )
)
_TOLD_NOTHING = DATA_COMMANDS - frozenset((":", "export"))
_LEAVING = frozenset(
    ("break", "builtin", "command", "continue", "eval", "exec", "exit", "return", "trap")
)
_UNREAD = frozenset("$`\\'\"")
_DECLARING = frozenset(("declare", "export", "typeset", "unset"))
INERT_SET_LETTERS = frozenset("xveo")


def lenient_words(node: Node, scope: Scope) -> list[str | None]:
    """The words of a command node as far as they can be told, None for the rest."""
    words: list[str | None] = []
    for child in node.children:
        if child.type in REDIRECTIONS or child.type == "variable_assignment":
            continue
        try:
            words.extend(expand_fields(source(child), scope.copy()))
        except NotUnderstood:
            words.append(None)
    return words


def syncs_within(node: Statement, scope: Scope) -> Iterator[Statement]:
    """The commands at or below `node` that may run a `uv sync`, outermost first."""
    if isinstance(node, Redirected) and _script_on_input(node, scope):
        yield node
        return
    end = -1
    for child in descendants(node):
        if child.start_byte < end:
            continue
        if _may_sync(child, scope):
            end = child.end_byte
            yield child


def _may_sync(node: Node, scope: Scope) -> bool:
    if node.type == "command":
        return mentions(lenient_words(node, scope))
    return node.type == "redirected_statement" and _script_on_input(node, scope)


def _script_on_input(node: Statement, scope: Scope) -> bool:
    """A heredoc that names a sync and goes to a program that is not known to just store it."""
    bodies = [child for child in descendants(node) if child.type == "heredoc_body"]
    if not any(mentions_text(source(body)) for body in bodies):
        return False
    command = node.children[0]
    words = lenient_words(command, scope) if command.type == "command" else [None]
    return mentions([*words, "uv", "sync"])


def hides_words(node: Node) -> bool:
    """Whether words that may matter stand behind a redirection, where nobody looks for them."""
    if node.type != "redirected_statement":
        return False
    command, *redirections = node.children
    if not any(takes_words(each) for part in redirections for each in descendants(part)):
        return False
    while command.type == "list":
        command = command.children[-1]
    # `echo >&2 text` is common, and tells nothing
    return command.type != "command" or source(command.children[0]) not in _TOLD_NOTHING


def is_plain_subshell(node: Statement) -> bool:
    """Whether it ends where its last statement does."""
    return node.type == "subshell" and not any(map(may_leave, descendants(node)))


def may_leave(node: Node) -> bool:
    """Whether a command's name is one after which its shell may not go on with the next."""
    text = source(node) if node.type == "command_name" else ""
    return text in _LEAVING or not _UNREAD.isdisjoint(text)


def substitutions(node: Statement) -> list[Node]:
    """The outermost command and process substitutions below `node`."""
    found: list[Node] = []
    for child in descendants(node):
        nested = found and child.start_byte < found[-1].end_byte
        if child.type in SUBSTITUTIONS and not nested:
            found.append(child)
    return found


def only_reads(substitution: Node) -> bool:
    """Whether a substitution leaves no trace: known readers, nothing written."""
    for child in descendants(substitution):
        if child.type == "command":
            name = child.children[0]
            if name.type != "command_name" or source(name) not in READERS:
                return False
        elif child.type in REDIRECTIONS and not source(child).startswith(("<", "2>/dev/null")):
            return False
    return True


def follow_defaults(node: Statement, scope: Scope, *, certain: bool = True) -> None:
    """`${name:=value}` and arithmetic set variables from within any word that is expanded."""
    for child in descendants(node):
        text = source(child)
        around = _types_around(child, node)
        if not SUBSTITUTIONS.isdisjoint(around):
            continue  # a shell of its own
        if child.type == "expansion" and len(child.children) > 2:
            if child.children[2].type in ("=", ":="):
                _store_default(child, scope, certain=certain and "expansion" not in around)
        elif child.type == "arithmetic_expansion" and ("=" in text or "++" in text or "--" in text):
            scope.lose("it comes after an arithmetic assignment")


def _types_around(node: Node, outermost: Statement) -> set[str]:
    """The types of the nodes that `node` is in, up to `outermost`."""
    types: set[str] = set()
    while node != outermost and node.parent is not None:
        node = node.parent
        types.add(node.type)
    return types


def _store_default(node: Node, scope: Scope, *, certain: bool) -> None:
    try:
        if certain:
            expand_fields(f'"{source(node)}"', scope)
            return
    except NotUnderstood:
        pass
    scope.assign(source(node.children[1]), None)


def forget_changes(node: Statement, scope: Scope) -> None:
    """Make unknown whatever a compound command that may or may not run could change."""
    follow_defaults(node, scope, certain=False)
    for child in descendants(node):
        if child.type == "variable_assignment":
            _forget_assignment(child, scope)
        elif child.type == "for_statement":
            scope.assign(source(child.children[1]), None)
        elif child.type == "declaration_command":
            _forget_declaration(child, scope)
        elif child.type == "unset_command":
            for word in child.children[1:]:
                scope.assign(source(word), None)
        elif child.type in ("function_definition", "c_style_for_statement"):
            scope.lose("it comes after a function or an arithmetic loop")
        elif child.type == "command":
            _forget_builtin(child, scope)


def _forget_assignment(node: Node, scope: Scope) -> None:
    if node.children[0].type != "variable_name" or node.children[1].type != "=":
        scope.lose("it comes after an assignment to part of a variable")
        return
    scope.assign(source(node.children[0]), None)


def _forget_declaration(node: Node, scope: Scope) -> None:
    for child in node.children[1:]:
        name = source(child).partition("=")[0]
        if child.type in ("variable_name", "variable_assignment"):
            scope.assign(name, None, export=True)
        else:
            scope.lose("it comes after a declaration in a condition")


def _forget_builtin(node: Node, scope: Scope) -> None:
    words = lenient_words(node, scope)
    name = words[0] if words else None
    if name is None:
        scope.lose("it comes after a command that cannot be told")
    elif name in LOSING:
        scope.lose(f"it comes after {LOSING[name]}")
    elif name in _DECLARING:
        _forget_named(words[1:], scope, export=name != "unset")
    elif name == "cd":
        scope.cwd = None
    elif name == "exit":
        if len(words) != 2 or not exits_with(str(words[1])):
            scope.lose("the script may have ended before it")
    elif name == "set":
        _forget_set(words[1:], scope)
    elif name == "umask":
        scope.lose(f"it comes after a conditional `{name}`")


def _forget_named(words: list[str | None], scope: Scope, *, export: bool) -> None:
    """What `! export A=1 B` names: a keyword before it makes it a plain command to the parser."""
    for word in words:
        name = "" if word is None else word.partition("=")[0]
        if is_name(name):
            scope.assign(name, None, export=export)
        else:
            scope.lose("it comes after a declaration in a condition")


def _forget_set(words: list[str | None], scope: Scope) -> None:
    scope.errexit = False
    for word in words:
        if word is None or (word[:1] in "-+" and not set(word[1:]) <= INERT_SET_LETTERS):
            scope.lose("it comes after a conditional `set`")
