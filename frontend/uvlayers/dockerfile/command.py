"""From an exec's arguments to the commands in it that install a lock."""

import posixpath
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from uvlayers.dockerfile.shell.builtins import set_option
from uvlayers.dockerfile.shell.command_words import unwrap
from uvlayers.dockerfile.shell.cutting import cut_script
from uvlayers.dockerfile.shell.heredoc import FedShell, fed_shell
from uvlayers.dockerfile.shell.program import called_in, invocation, mentions, mentions_text
from uvlayers.dockerfile.shell.scope import FilesBefore, NotUnderstood, Scope
from uvlayers.dockerfile.shell.script import read_script, read_steps
from uvlayers.dockerfile.shell.steps import SyncRun, touched_by
from uvlayers.dockerfile.shell.substitution import substitute
from uvlayers.dockerfile.shell.syntax import decode, encode
from uvlayers.dockerfile.shell.touches import Touched, touched_by_all
from uvlayers.dockerfile.shell.traces import runs_uv

SHELLS = frozenset(("sh", "bash", "dash", "ash"))
HARMLESS_OPTIONS = frozenset(("--norc", "--noprofile", "--noediting", "--posix"))
_HINTS = ("sync", "pylock", "--no-deps", "--require-hashes")
OTHER_SHELLS = frozenset(("zsh", "ksh", "fish", "pwsh", "powershell", "csh", "tcsh", "busybox"))


@dataclass(frozen=True, slots=True)
class SyncCommand:
    """A `uv sync`, or `uv pip` with a lock, that runs exactly once when its RUN succeeds.

    `argv` starts with the name of uv as written, `launcher` is what precedes it (`python -m`);
    `environment` is what the uv process gets, but for the names in `unknown`, whose values are
    only known when it runs. `cwd` is absolute, symbolic links in it unresolved. `alone`: the RUN
    leaves nothing behind but what this sync does. `needed`: the RUN fails if the sync fails;
    `spare`: it then runs something else in its place.
    `before` and `after` are the texts of the RUN's other commands that can leave something behind
    (or, after, can fail). `aside`: the RUN needs this sync, which is its first command, and those
    after it change nothing but these caches (absolute paths); None if they may do more.
    `span` counts bytes of the shell text, `inline`: that is in the exec's arguments, not in a file.
    `umask` is what the RUN set it to, `what` how the command is called, and `certain` says that it
    installs a lock, whatever is in its files. All this holds only if the directories `entered`
    exist, to which the RUN changes, and if at the paths `looked` nothing but what was there is, and
    at those `sourced` the same text.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    cwd: str
    alone: bool
    span: tuple[int, int] | None
    launcher: tuple[str, ...] = ()
    unknown: frozenset[str] = frozenset()
    needed: bool = True
    spare: bool = False
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    aside: tuple[str, ...] | None = None
    umask: int | None = None
    entered: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()
    sourced: tuple[str, ...] = ()
    inline: bool = True
    what: str = "uv sync"
    certain: bool = True

    @property
    def uv(self) -> tuple[str, ...]:
        """The words that start uv, its own arguments not among them."""
        return *self.launcher, self.argv[0]

    @property
    def library_path(self) -> str | None:
        """Where the interpreter's own libraries may be."""
        return self.environment.get("LD_LIBRARY_PATH")

    @property
    def is_pip(self) -> bool:
        """Whether it is one of `uv pip`."""
        return self.what.startswith("uv pip ")


@dataclass(frozen=True, slots=True)
class Opaque:
    """One that runs as written; `reason` is a clause such as "it runs in a loop"."""

    reason: str
    span: tuple[int, int] | None = None
    what: str = "uv sync"


def find_sync(
    args: Sequence[str],
    env: Mapping[str, str],
    cwd: str,
    *,
    unknown: Collection[str] = (),
    script: str | None = None,
    files: FilesBefore | None = None,
) -> tuple[SyncCommand | Opaque, ...]:
    """The syncs that the exec `args` runs, in the order of its text; never raises.

    `env` is the exec's whole environment, HOME included (the runtime sets it from the user's
    entry in passwd when the image does not); `unknown` names the variables that BuildKit adds
    from secrets. `script` is the text of the file `args[0]` where the caller can see it, such as
    /dev/pipes/EOF for a heredoc that starts with `#!`. `files` are what conditions ask for and
    what is sourced; without them neither is understood. An empty tuple: no sync is mentioned, or
    none runs.
    """
    if not args:
        return ()
    scope = Scope.of(env, unknown, cwd, files, substitute)
    if script is not None:
        found = _of_script(script, scope)
        return tuple(replace(e, inline=False) if isinstance(e, SyncCommand) else e for e in found)
    name = posixpath.basename(args[0])
    if name in SHELLS:
        return _of_shell(args, scope)
    if name in OTHER_SHELLS:
        return _unread(args, f"`{name}` is no shell that we can read")
    return _of_words(args, scope)


def cut_sync(
    args: Sequence[str],
    env: Mapping[str, str],
    cwd: str,
    *,
    unknown: Collection[str] = (),
    private: bool = False,
) -> tuple[list[str], list[str]] | None:
    """The arguments of two execs that do what the exec `args` does, the second from a sync on.

    None where there is no such cut; for `env`, `cwd` and `unknown` see `find_sync`, for `private`
    see `cut_script`. Never raises.
    """
    if len(args) < len(("sh", "-c", "text")) or posixpath.basename(args[0]) not in SHELLS:
        return None
    *shell, text = args
    scope = Scope.of(env, unknown, cwd, None, substitute)
    scope.anticipating = True
    try:
        if not shell[-1].endswith("c") or _read_options(args, scope) != text:
            return None
        script, scope, fed = _script_of(text, scope)
        cut = cut_script(script, scope, private=private)
    except NotUnderstood:
        return None
    if cut is None:
        return None
    head, tail = ("", "") if fed is None else fed.around(text)
    return [*shell, f"{head}{cut.first}{tail}"], [*shell, f"{head}{cut.second}{tail}"]


def touched(
    args: Sequence[str], env: Mapping[str, str], cwd: str, *, unknown: Collection[str] = ()
) -> Touched | None:
    """What the exec `args` may change; None where it may do more.

    For `env`, `cwd` and `unknown` see `find_sync`. Never raises.
    """
    if not args or posixpath.basename(args[0]) not in SHELLS:
        return None
    scope = Scope.of(env, unknown, cwd, None, substitute)
    try:
        script, scope, _ = _script_of(_read_options(args, scope), scope)
        steps = read_steps(script, scope)
    except NotUnderstood:
        return None
    # where uv has its cache depends on its configuration
    if any(runs_uv(step.node) for step in steps):
        return None
    # a directory that is not there is one that is not entered
    return touched_by_all((Touched(named=scope.entered), touched_by(steps)))


def _unread(texts: Sequence[str], reason: str) -> tuple[Opaque, ...]:
    return tuple(Opaque(reason, what=called_in(text)) for text in texts if mentions_text(text))[:1]


def _of_words(args: Sequence[str], scope: Scope) -> tuple[SyncCommand | Opaque, ...]:
    found = invocation(unwrap(list(args), scope))
    if found is not None:
        return (_command(SyncRun(found, scope, None, alone=True, needed=True)),)
    what = called_in(" ".join(args))
    return (Opaque("it runs inside another command", what=what),) if mentions(args) else ()


def _of_script(text: str, scope: Scope) -> tuple[SyncCommand | Opaque, ...]:
    """An executable text: `#!/bin/sh -e`, `#!/usr/bin/env bash`."""
    line = text.partition("\n")[0]
    words = line.removeprefix("#!").split()
    if words[:1] == ["/usr/bin/env"]:
        words = words[1:]
    if not line.startswith("#!") or not words or posixpath.basename(words[0]) not in SHELLS:
        return _unread([text], "it is in a script that is not a shell's")
    return _of_shell([*words, "-c", text], scope)


def _of_shell(args: Sequence[str], scope: Scope) -> tuple[SyncCommand | Opaque, ...]:
    try:
        script, scope, fed = _script_of(_read_options(args, scope), scope)
    except NotUnderstood as error:
        return _unread(args, error.reason)
    return _of_text(script, scope, 0 if fed is None else fed.offset)


def _script_of(text: str, scope: Scope) -> tuple[str, Scope, FedShell | None]:
    """What a shell runs in the end, and what it knows: `text`, or the heredoc of one it starts."""
    fed = fed_shell(text)
    if fed is None or not fed.words or posixpath.basename(fed.words[0]) not in SHELLS:
        return text, scope, None
    known, unknown = scope.environment(), scope.unknown()
    inner = Scope.of(known, unknown, scope.cwd or "/", scope.files, scope.substitute)
    inner.anticipating = scope.anticipating
    _read_options([*fed.words, "-c", fed.script], inner)
    return fed.script, inner, fed


def _of_text(text: str, scope: Scope, offset: int) -> tuple[SyncCommand | Opaque, ...]:
    values = (text, *scope.environment().values())
    if not any(word in value for value in values for word in _HINTS):
        return ()
    found: list[SyncCommand | Opaque] = []
    data = encode(text)
    for sync in read_script(text, scope):
        span = sync.span and (sync.span[0] + offset, sync.span[1] + offset)
        if isinstance(sync, SyncRun):
            found.append(_command(replace(sync, span=span)))
        else:
            start, end = sync.span or (0, len(data))
            found.append(Opaque(sync.reason, span, called_in(decode(data[start:end]))))
    return tuple(found)


def _read_options(args: Sequence[str], scope: Scope) -> str:
    """The text after `-c`, the shell's options put into `scope`; raises `NotUnderstood`."""
    scope.bash = posixpath.basename(args[0]) == "bash"
    for name in ("BASH_ENV", "SHELLOPTS", "BASHOPTS"):
        if scope.bash and scope.environment().get(name):
            raise NotUnderstood(f"`{name}` changes what the shell does")
    if any(name.startswith("BASH_FUNC_") for name in scope.variables):
        raise NotUnderstood("the environment brings shell functions")
    pending, takes_text = list(args[1:]), False
    while pending and pending[0][:1] in ("-", "+") and len(pending[0]) > 1:
        word = pending.pop(0)
        if word == "--":
            break
        if word.startswith("--"):
            if word not in HARMLESS_OPTIONS:
                raise NotUnderstood(f"the shell runs with `{word}`")
            continue
        takes_text = takes_text or "c" in word
        name_of_option = pending.pop(0) if "o" in word and pending else None
        set_option(word[1:].replace("c", ""), name_of_option, on=word[0] == "-", scope=scope)
    if not takes_text or not pending:
        raise NotUnderstood("it is in a script file")
    return pending[0]


def _command(sync: SyncRun) -> SyncCommand:
    return SyncCommand(
        argv=sync.invocation.argv,
        environment=sync.scope.environment(),
        cwd=sync.scope.cwd or "/",
        alone=sync.alone,
        span=sync.span,
        launcher=sync.invocation.launcher,
        unknown=sync.scope.unknown(),
        needed=sync.needed,
        spare=sync.spare,
        before=sync.before,
        after=sync.after,
        aside=sync.aside,
        umask=sync.scope.umask,
        entered=sync.scope.entered,
        looked=sync.scope.looked,
        sourced=sync.scope.sourced,
        what=sync.invocation.what,
        certain=sync.invocation.certain,
    )
