"""Which execs of the delegated graph run `uv sync`."""

from collections.abc import Callable
from dataclasses import dataclass
from posixpath import join
from typing import TypeVar

from uvlayers.dockerfile.command import Opaque, SyncCommand, cut_sync, find_sync
from uvlayers.dockerfile.shell.scope import FilesBefore, Kind, NotUnderstood
from uvlayers.errors import Unrelated, Unsupported
from uvlayers.llb.graph import Vertex
from uvlayers.pb import ops_pb2 as pb

_ANY_HOME = "/root"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class SyncExec:
    """An exec whose command runs at least one `uv sync`, understood or not.

    `what` is how the command is called, or the first of several; `certain` is False where only its
    files tell whether it installs a lock.
    """

    run: Vertex
    what: str = "uv sync"
    certain: bool = True

    @property
    def by_root(self) -> bool:
        return is_root(self.run.op.exec.meta.user)

    @property
    def root_input(self) -> int:
        """The position of the root's input among the exec's; raises Unsupported without one."""
        index = next(m.input for m in self.run.op.exec.mounts if m.dest == "/")
        if index < 0:
            raise Unsupported("its root file system is empty")
        return index

    def command(self, home: Callable[[str], str], files: FilesBefore | None = None) -> SyncCommand:
        """The one sync that the RUN runs; `home` finds a user's home, `files` are those it sees.

        They may raise Unsupported for what cannot be told.

        Raises Unsupported for commands that are not understood, and for several in one RUN;
        Unrelated where none runs.
        """
        meta = self.run.op.exec.meta
        known = environment_of(self.run)
        if "HOME" not in known:
            known["HOME"] = home(meta.user)
        found = _find(self.run, known, None if files is None else _Told(files))
        if not found:
            raise Unrelated("no sync runs")
        if len(found) > 1 and not self.certain:
            raise Unrelated("the RUN has several commands that may install a lock")
        return _only(found)

    def cut(self) -> tuple[list[str], list[str]] | None:
        """The arguments of two execs that do what this one does (see `cut_sync`)."""
        execution = self.run.op.exec
        secrets = secret_variables(self.run)
        mounted = any(m.mountType == pb.MountType.SECRET for m in execution.mounts)
        known = {"HOME": _ANY_HOME, **environment_of(self.run)}
        return cut_sync(
            execution.meta.args,
            known,
            execution.meta.cwd or "/",
            unknown=secrets,
            private=mounted or bool(secrets),
        )


def _only(found: tuple[SyncCommand | Opaque, ...]) -> SyncCommand:
    reasons = {each.reason if isinstance(each, Opaque) else None for each in found}
    first = found[0]
    if isinstance(first, Opaque) and len(reasons) == 1:
        raise Unsupported(first.reason)
    if isinstance(first, Opaque) or len(found) > 1:
        raise Unsupported("the RUN has several syncs")
    return first


def is_root(user: str) -> bool:
    """Whether an exec's user, `name:group` or by number, is root, as nobody named is."""
    return user.partition(":")[0] in ("", "0", "root")


def find_sync_exec(vertex: Vertex) -> SyncExec | None:
    """`vertex` as a SyncExec; None when nothing in it mentions a sync."""
    if vertex.op.WhichOneof("op") != "exec":
        return None
    known = {"HOME": _ANY_HOME, **environment_of(vertex)}
    found = _find(vertex, known)
    certain = any(isinstance(each, Opaque) or each.certain for each in found)
    return SyncExec(vertex, found[0].what, certain) if found else None


@dataclass(frozen=True, slots=True)
class _Told:
    """`FilesBefore` that raise what a reader of shell text expects."""

    files: FilesBefore

    def kind(self, path: str) -> Kind | None:
        return _told(self.files.kind, path)

    def sourced(self, path: str) -> bytes | None:
        return _told(self.files.sourced, path)


def _told(ask: Callable[[str], Answer], path: str) -> Answer:
    try:
        return ask(path)
    except Unsupported as reason:
        raise NotUnderstood(reason.message) from reason


def environment_of(run: Vertex) -> dict[str, str]:
    """The variables that an exec is given, without those that come from secrets."""
    pairs = (entry.partition("=") for entry in run.op.exec.meta.env)
    return {name: value for name, _, value in pairs}


def secret_variables(run: Vertex) -> list[str]:
    """Names whose values only the RUN is given."""
    return [variable.name for variable in run.op.exec.secretenv]


def _find(
    run: Vertex, environment: dict[str, str], files: FilesBefore | None = None
) -> tuple[SyncCommand | Opaque, ...]:
    execution, secret = run.op.exec, secret_variables(run)
    args, cwd, script = execution.meta.args, execution.meta.cwd or "/", _inline_script(run)
    return find_sync(args, environment, cwd, unknown=secret, script=script, files=files)


def _inline_script(run: Vertex) -> str | None:
    """The text of a heredoc that begins with `#!`: a file in a mount that the shell is to run.

    (BuildKit: frontend/dockerfile/dockerfile2llb/convert_runmount.go and `dispatchRun`.)
    """
    if len(run.op.exec.meta.args) != len(("/bin/sh", "-c", "/dev/pipes/EOF")):
        return None
    path = run.op.exec.meta.args[-1]
    for mount in run.op.exec.mounts:
        made = run.inputs[mount.input].vertex.op.file if mount.input >= 0 else None
        inside = mount.dest != "/" and path.startswith(mount.dest)
        if (
            inside
            and made is not None
            and [a.WhichOneof("action") for a in made.actions] == ["mkfile"]
        ):
            file = made.actions[0].mkfile
            if join(mount.dest, file.path.lstrip("/")) == path:
                return file.data.decode(errors="surrogateescape")
    return None
