"""What a shell's builtin commands do to the state that later commands see."""

import posixpath
import re
from collections.abc import Callable
from enum import Enum

from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope, is_name
from uvlayers.dockerfile.shell.sourcing import source_file
from uvlayers.dockerfile.shell.words import expand_fields, expand_value


class Effect(Enum):
    """How far a command reaches."""

    QUIET = "cannot fail and leaves no trace outside the shell"
    MOVE = "changes the directory, leaves no trace outside the shell"
    SOURCE = "reads a file that is known, leaves no trace outside the shell"
    OUTWARD = "anything else"


# They change the shell in ways that are not followed; the text completes "…, because it comes after
# <text>".
LOSING = {
    ".": "a sourced file",
    "source": "a sourced file",
    "eval": "an `eval`",
    "alias": "an alias",
    "trap": "a trap",
    "exec": "an `exec`",
    "return": "a `return`",
    "read": "a `read`",
    "mapfile": "a `mapfile`",
    "readarray": "a `readarray`",
    "getopts": "a `getopts`",
    "let": "a `let`",
    "pushd": "a `pushd`",
    "popd": "a `popd`",
    "enable": "an `enable`",
    "builtin": "a `builtin`",
    "shopt": "a `shopt`",
    "readonly": "a `readonly`",
    "local": "a `local`",
}
# `${name:=word}` sets a variable from within a word.
_STORED = re.compile(r"\$\{(\w+):?=")
SET_LETTERS = {"e": "errexit", "u": "nounset", "a": "allexport"}
SET_NAMES = frozenset(SET_LETTERS.values())
SET_INERT = frozenset("xvhbmfCB")
SET_INERT_NAMES = frozenset(
    ("pipefail", "xtrace", "verbose", "noclobber", "noglob", "monitor", "notify")
)
# Of bash, about traps; dash knows another `-E`.
TRAP_LETTERS = frozenset("ET")
TRAP_NAMES = frozenset(("errtrace", "functrace"))


def apply_builtin(words: tuple[str, ...], scope: Scope) -> Effect | None:
    """Do what the builtin `words[0]` does to `scope`; None when it is no such builtin."""
    name, arguments = words[0], words[1:]
    if name == "." or (name == "source" and scope.bash):
        return _source(arguments, scope)
    if name in LOSING:
        scope.lose(f"it comes after {LOSING[name]}")
        return Effect.OUTWARD
    builtin = _BUILTINS.get(name)
    if builtin is None:
        return None
    try:
        return builtin(arguments, scope)
    except NotUnderstood as error:
        scope.lose(f"it comes after a `{name}` in which {error.reason}")
        return Effect.OUTWARD


def assign(raw: str, scope: Scope, *, export: bool = False) -> None:
    """`NAME=text` as a command of its own or before one."""
    name, _, value = raw.partition("=")
    if not is_name(name):
        scope.lose("it comes after an assignment to part of a variable")
        return
    try:
        scope.assign(name, expand_value(value, scope), export=export)
    except NotUnderstood:
        for stored in _STORED.findall(value):
            scope.assign(stored, None)
        scope.assign(name, None, export=export)


def set_option(letters: str, name: str | None, *, on: bool, scope: Scope) -> None:
    """One `-abc` or `-o name` of `set` or of the shell itself; raises `NotUnderstood`."""
    inert_letters = SET_INERT | TRAP_LETTERS if scope.bash else SET_INERT
    inert_names = SET_INERT_NAMES | TRAP_NAMES if scope.bash else SET_INERT_NAMES
    for letter in letters:
        if letter in SET_LETTERS:
            setattr(scope, SET_LETTERS[letter], on)
        elif letter not in inert_letters and letter != "o":
            raise NotUnderstood(f"the option `{letter}` is set")
    if name in SET_NAMES:
        setattr(scope, name, on)
    elif name is not None and name not in inert_names:
        raise NotUnderstood(f"the option `{name}` is set")


def _source(arguments: tuple[str, ...], scope: Scope) -> Effect:
    try:
        source_file(arguments, scope)
    except NotUnderstood:
        scope.lose(f"it comes after {LOSING['.']}")
        return Effect.OUTWARD
    return Effect.SOURCE


def _set(arguments: tuple[str, ...], scope: Scope) -> Effect:
    pending = [field for raw in arguments for field in expand_fields(raw, scope)]
    while pending:
        word = pending.pop(0)
        if word in ("--", "-") or word[:1] not in ("-", "+"):
            break  # what follows are positional parameters, which are never expanded here
        name = pending.pop(0) if word.endswith("o") and pending else None
        set_option(word[1:], name, on=word[0] == "-", scope=scope)
        if name == "pipefail" and not scope.bash:
            return Effect.OUTWARD  # some shells stop here: they do not know the option
    return Effect.QUIET


def _cd(arguments: tuple[str, ...], scope: Scope) -> Effect:
    words = [field for raw in arguments for field in expand_fields(raw, scope)]
    words = [word for word in words if word not in ("--", "-L")]
    target = words[0] if words else scope.require("HOME")
    if len(words) > 1 or not target or target.startswith("-"):
        raise NotUnderstood("the directory cannot be told")
    if scope.value("CDPATH") and not target.startswith(("/", ".")):
        raise NotUnderstood("`CDPATH` decides")
    if scope.cwd is not None or target.startswith("/"):
        path = posixpath.normpath(posixpath.join(scope.cwd or "/", target))
        scope.cwd = "/" + path.lstrip("/")
        scope.entered = (*scope.entered, scope.cwd)
    return Effect.MOVE


def _export(arguments: tuple[str, ...], scope: Scope) -> Effect:
    before = scope.copy()
    for raw in arguments:
        name, equals, value = raw.partition("=")
        if raw == "-p":
            continue
        if not is_name(name):
            raise NotUnderstood(f"`{raw}` is not a plain name")
        if equals:
            scope.assign(name, _declared_value(value, before), export=True)
        else:
            scope.export(name)
    return Effect.QUIET


def _declared_value(raw: str, scope: Scope) -> str | None:
    """Old shells split the value of `export a=$b` into fields; None when that would matter."""
    try:
        fields = expand_fields(raw, scope)
    except NotUnderstood:
        return None
    if len(fields) > 1 or raw.startswith("~"):
        return None
    return fields[0] if fields else ""


def _declare(arguments: tuple[str, ...], scope: Scope) -> Effect:
    if arguments[:1] != ("-x",) or not scope.bash:
        raise NotUnderstood("more than an exported variable is declared")
    return _export(arguments[1:], scope)


def _unset(arguments: tuple[str, ...], scope: Scope) -> Effect:
    for raw in arguments:
        if raw == "-v":
            continue
        if not is_name(raw):
            raise NotUnderstood(f"`{raw}` is not a plain name")
        scope.unset(raw)
    return Effect.QUIET


def _say(arguments: tuple[str, ...], scope: Scope) -> Effect:
    try:
        for raw in arguments:
            expand_fields(raw, scope)
    except NotUnderstood:
        return Effect.OUTWARD  # such as `${name:?}`, which may stop the shell
    return Effect.QUIET


def _printf(arguments: tuple[str, ...], scope: Scope) -> Effect:
    if arguments[:1] == ("-v",):
        raise NotUnderstood("a variable is set")
    return _say(arguments, scope)


def _exit(arguments: tuple[str, ...], scope: Scope) -> Effect:
    del arguments
    scope.lose("the script exits before it")
    return Effect.OUTWARD


def _umask(arguments: tuple[str, ...], scope: Scope) -> Effect:
    if (
        len(arguments) != 1
        or not 1 <= len(arguments[0]) <= 4
        or set(arguments[0]) - set("01234567")
    ):
        raise NotUnderstood("the mask is not a number")
    scope.umask = int(arguments[0], 8)
    return Effect.QUIET


_BUILTINS: dict[str, Callable[[tuple[str, ...], Scope], Effect]] = {
    ":": _say,
    "true": _say,
    "echo": _say,
    "printf": _printf,
    "set": _set,
    "cd": _cd,
    "export": _export,
    "declare": _declare,
    "typeset": _declare,
    "unset": _unset,
    "exit": _exit,
    "umask": _umask,
}
