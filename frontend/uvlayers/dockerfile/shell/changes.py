"""What a statement may change, whichever of its commands run: nothing that is not known."""

import re

from uvlayers.dockerfile.shell import region
from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope
from uvlayers.dockerfile.shell.syntax import (
    Statement,
    bare,
    is_silencing,
    simple_command,
    source,
    statements,
)
from uvlayers.dockerfile.shell.touches import (
    Touched,
    absolute_all,
    touched_by_all,
    touched_by_program,
)
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
# A word that is expanded may set a variable: `${X:=1}`, `$((X = 1))`.
_ASSIGNS = re.compile(r"\$\{\w+:?=|\$\(\(")
_CHANGE_NOTHING = frozenset((":", "echo", "exit", "false", "printf", "true"))


def touched_by_statement(node: Statement, data: bytes, scope: Scope) -> Touched | None:
    """What `node` may change in a shell that is in the state `scope`; None if unknown.

    `data` is the text that it is part of. What may change the shell itself counts as unknown.
    """
    try:
        return _touched(node, data, scope, kept=False)
    except NotUnderstood:
        return None


def _touched(node: Statement, data: bytes, scope: Scope, *, kept: bool) -> Touched | None:
    """`kept`: what it prints is read by another command."""
    inner, redirections = bare(node)
    if inner.type == "command":
        return _touched_by_command(node, data, scope, kept=kept)
    background = any(child.type == "&" for child in inner.children)
    if inner.type not in _COMPOUND or background or not all(map(is_silencing, redirections)):
        return None
    kept = kept or inner.type == "pipeline"
    parts = statements(inner.children)
    return touched_by_all(_touched(part, data, scope, kept=kept) for part in parts)


def _touched_by_command(
    node: Statement, data: bytes, scope: Scope, *, kept: bool
) -> Touched | None:
    command = simple_command(node, data)
    if scope.cwd is None or scope.lost or command.assignments or not command.fed:
        return None
    kept = kept or command.writes or command.reads
    substitutions = region.substitutions(node)
    # what they print may depend on files
    if _ASSIGNS.search(source(node)) or (kept and substitutions):
        return None
    if command.reads and "`" in source(node):  # the parser sees no substitution in a heredoc
        return None
    if not all(map(region.only_reads, substitutions)):
        return None
    if command.words[0] in _CHANGE_NOTHING and not kept:
        return Touched()
    words = [field for raw in command.words for field in _fields(raw, scope, kept=kept)]
    files = [field for raw in command.targets for field in expand_fields(raw, scope)]
    if not words or len(files) != len(command.targets) or any(".." in file for file in files):
        return None
    written = Touched(absolute_all(files, scope.cwd))
    printing = words[0] in _CHANGE_NOTHING
    touched = Touched() if printing else touched_by_program(words, scope.cwd)
    return None if touched is None else touched.then(written)


def _fields(raw: str, scope: Scope, *, kept: bool) -> list[str]:
    """The fields of a word; a pattern `/*` at its end stays: what it names is in that directory."""
    if kept:  # what is there would be printed
        return list(expand_fields(raw, scope))
    plain = raw.removesuffix("/*")
    fields = list(expand_fields(plain, scope))
    if plain == raw:
        return fields
    if len(fields) > 1:
        raise NotUnderstood("a pattern is in several words")
    return [f"{''.join(fields)}/*"]
