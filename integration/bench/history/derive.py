"""Histories out of git repositories: the frontend's own reading of every lock that there was."""

import posixpath
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import UvlayersError
from uvlayers.installation import plan_installation
from uvlayers.lock.parse import parse_lock
from uvlayers.lock.select import select
from uvlayers.python.interpreter import Interpreter
from uvlayers.python.tags import compatible_tags
from uvlayers.python.wheels import TagRanks
from uvlayers.settings.resolve import resolve

from integration.bench.history.record import History, InstallSet, recorded
from integration.commands import CommandFailedError, run
from integration.oracle.costumes import Costume, probe

WORKSPACE = "/workspace"
DATED = 0.9  # part of the wheels whose upload time a lock has to know: older uvs wrote none


@dataclass(frozen=True)
class Repository:
    """A git directory; paths are relative to its root."""

    directory: Path

    def commits(self, path: str) -> list[str]:
        """The commits of the main line that changed the file, oldest first."""
        return self._git("log", "--first-parent", "--reverse", "--format=%H", "--", path).split()

    def read(self, commit: str, path: str) -> bytes | None:
        try:
            return self._git("cat-file", "blob", f"{commit}:{path}").encode()
        except CommandFailedError:
            return None

    def list(self, commit: str, path: str) -> tuple[str, ...] | None:
        tree = commit if path == "." else f"{commit}:{path}"
        try:
            return tuple(self._git("ls-tree", "--name-only", tree).splitlines())
        except CommandFailedError:
            return None

    def _git(self, *arguments: str) -> str:
        return run(["git", "-C", str(self.directory), *arguments])


@dataclass(frozen=True)
class Checkout:
    """The files of a commit as if it were checked out at WORKSPACE."""

    repository: Repository
    commit: str

    def read(self, path: str) -> bytes | None:
        inside = self._inside(path)
        return None if inside is None else self.repository.read(self.commit, inside)

    def list(self, path: str) -> tuple[str, ...] | None:
        inside = self._inside(path)
        return None if inside is None else self.repository.list(self.commit, inside)

    def _inside(self, path: str) -> str | None:
        relative = posixpath.relpath(path, WORKSPACE)
        return None if relative.startswith("..") else relative


@dataclass(frozen=True)
class Reader:
    """What `uv sync FLAGS` in `directory` of a checkout would install with a Python on Linux."""

    flags: Sequence[str]
    directory: str
    python: Costume

    @cached_property
    def _interpreter(self) -> Interpreter:
        return probe(Path(sys.executable), self.python)

    @cached_property
    def _ranks(self) -> TagRanks:
        return TagRanks(compatible_tags(self._interpreter))

    def install_set(self, files: Checkout) -> InstallSet:
        """Raises UvlayersError where the frontend would leave the sync to uv."""
        command = SyncCommand(
            argv=("uv", "sync", "--frozen", *self.flags),
            environment={"HOME": "/nonexistent"},
            cwd=posixpath.normpath(posixpath.join(WORKSPACE, self.directory)),
            alone=True,
            span=None,
        )
        request = resolve(command, files)
        path = f"{request.workspace_root}/uv.lock"
        lock = parse_lock(files.read(path) or b"")
        python = self._interpreter
        chosen = select(lock, request.selection, python.markers, python.uv)
        packages = [each.package for each in chosen]
        planned = plan_installation(
            packages, request.selection, self._ranks, lock, request.workspace_root
        )
        return recorded(planned.wheels)


def derive(project: str, repository: Repository, reader: Reader) -> History:
    """The history on the main line, from the first lock on that has upload times."""
    commits = repository.commits(posixpath.normpath(posixpath.join(reader.directory, "uv.lock")))
    sets: list[InstallSet] = []
    unread = same = 0
    for commit in commits:
        try:
            found = reader.install_set(Checkout(repository, commit))
        except UvlayersError:
            found = {}
        if not is_dated(found):
            unread += 1
        elif sets and sets[-1] == found:
            same += 1
        else:
            sets.append(found)
    sync = shlex.join(["uv", "sync", *reader.flags])
    return History(project, sync, reader.python.version, len(commits), unread, same, tuple(sets))


def is_dated(install_set: InstallSet) -> bool:
    dated = sum(bool(wheel.upload_time) for wheel in install_set.values())
    return bool(install_set) and dated >= DATED * len(install_set)
