"""What a statement may change, whichever of its commands run: nothing that is not known."""

from uvlayers.dockerfile.shell import region
from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope
from uvlayers.dockerfile.shell.syntax import Statement, bare, simple_command, statements
from uvlayers.dockerfile.shell.touches import Touched, touched_by_all, touched_by_program
from uvlayers.dockerfile.shell.words import expand_fields

# Whichever of their parts run, they change what these do and nothing else.
_COMPOUND = frozenset(
    (
        "compound_statement",
        "elif_clause",
        "else_clause",
        "if_statement",
        "list",
        "negated_command",
        "pipeline",
        "subshell",
    )
)
_CHANGE_NOTHING = frozenset((":", "echo", "exit", "false", "printf", "true"))


def touched_by_statement(node: Statement, data: bytes, scope: Scope) -> Touched | None:
    """What `node` may change in a shell that is in the state `scope`; None if unknown.

    `data` is the text that it is part of. What may change the shell itself counts as unknown.
    """
    try:
        return _touched(node, data, scope)
    except NotUnderstood:
        return None


def _touched(node: Statement, data: bytes, scope: Scope) -> Touched | None:
    inner, redirections = bare(node)
    if inner.type == "command":
        return _touched_by_command(node, data, scope)
    background = any(child.type == "&" for child in inner.children)
    if inner.type not in _COMPOUND or background or redirections:
        return None
    return touched_by_all(_touched(part, data, scope) for part in statements(inner.children))


def _touched_by_command(node: Statement, data: bytes, scope: Scope) -> Touched | None:
    command = simple_command(node, data)
    redirected = command.reads or command.writes
    if scope.cwd is None or scope.lost or command.assignments or redirected:
        return None
    if not all(map(region.only_reads, region.substitutions(node))):
        return None
    if command.words[0] in _CHANGE_NOTHING and not any(map(_may_assign, command.words)):
        return Touched()
    words = [
        # what a pattern names is in its directory
        field + raw[len(raw.removesuffix("/*")) :]
        for raw in command.words
        for field in expand_fields(raw.removesuffix("/*"), scope)
    ]
    return touched_by_program(words, scope.cwd) if words else None


def _may_assign(raw: str) -> bool:
    """Whether a word, as it is expanded, may set a variable: `${X:=1}`, `$((X = 1))`."""
    return "=" in raw and ("${" in raw or "$((" in raw)
