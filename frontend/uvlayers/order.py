"""What a command asks for, and what it installs once its interpreter is known.

Read → lock → select, each in the form that the command has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from posixpath import dirname

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import LockError, SelectError, Unrelated, Unsupported
from uvlayers.files import ExecFiles
from uvlayers.installation import Installation, normalized_names, plan_installation
from uvlayers.lock.model import Lock
from uvlayers.lock.pylock import Pylock, packages_for, parse_pylock
from uvlayers.lock.requirements_file import RequirementsFile, parse_requirements
from uvlayers.lock.select import select
from uvlayers.lock.selection import BuildPolicy, Selection
from uvlayers.locked import read_lock, require_not_stale
from uvlayers.python.interpreter import Interpreter
from uvlayers.python.tags import compatible_tags
from uvlayers.python.wheels import TagRanks
from uvlayers.settings.pip import is_pylock, requirements_source, resolve_pip
from uvlayers.settings.request import PipRequest, Request, SyncRequest
from uvlayers.settings.resolve import resolve


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be installed for an interpreter.

    `checked`: that is known to be what uv would install; otherwise uv itself must say.
    """

    checked: bool
    installation: Callable[[Interpreter], Installation]


def require_lock(command: SyncCommand, files: ExecFiles) -> None:
    """Raise Unrelated for requirements that lock nothing, Unsupported for hashes without URLs."""
    if command.certain:
        return
    path = requirements_source(command, files)
    found = None if path is None else _read_requirements(path, files)
    if found is None or not found.hashed:
        raise Unrelated("its requirements are no lock")
    if found.unnamed is not None:
        raise Unsupported(
            f"its requirements name no URL of a wheel: `{found.unnamed}`",
            hint="write a lock that does: `uv export -o pylock.toml`",
        )


def read_request(command: SyncCommand, files: ExecFiles) -> Request:
    """What `command` asks uv for; raises Unsupported."""
    if not command.is_pip:
        return resolve(command, files)
    return resolve_pip(command, files)


def read_order(request: Request, files: ExecFiles) -> Order:
    """What `request` installs, by the files that it names.

    Raises Unsupported where the RUN must be built as written, other UvlayersErrors where the build
    must end.
    """
    if isinstance(request, PipRequest):
        return _of_pip(request, files)
    assert isinstance(request, SyncRequest)
    return _of_sync(request, files)


def _of_sync(request: SyncRequest, files: ExecFiles) -> Order:
    lock = read_lock(request, files)
    checked = require_not_stale(request, lock)
    return Order(checked, lambda interpreter: _of_lock(request, lock, interpreter))


def _of_lock(request: SyncRequest, lock: Lock, interpreter: Interpreter) -> Installation:
    selected = select(lock, request.selection, interpreter.markers)
    packages = [each.package for each in selected]
    ranks = _ranks(compatible_tags(interpreter))
    installed = normalized_names(interpreter.installed)
    root = request.workspace_root
    return plan_installation(packages, request.selection, ranks, lock, root, installed)


def _of_pip(request: PipRequest, files: ExecFiles) -> Order:
    """Whatever is wrong with its lock, uv says it best."""
    if not is_pylock(request.source):
        return _of_requirements(request, files)
    data = files.read(request.source)
    if data is None:
        raise Unsupported(f"there is no file at `{request.source}`")
    try:
        lock = parse_pylock(data)
    except LockError as error:
        raise Unsupported(f"`{request.source}` is no lock that is known: {error}") from error
    return Order(True, lambda interpreter: _of_pylock(request, lock, interpreter))


def _read_requirements(path: str, files: ExecFiles) -> RequirementsFile | None:
    try:
        data = files.read(path)
        return None if data is None else parse_requirements(data.decode())
    except (LockError, Unsupported, UnicodeDecodeError):
        return None


def _of_requirements(request: PipRequest, files: ExecFiles) -> Order:
    """uv itself must say whether the wheels permit this Python, which only they tell.

    `uv pip sync` does so with the wheels there; `uv pip install` finds itself done.
    """
    found = _read_requirements(request.source, files)
    if found is None:
        raise Unrelated("its requirements are no lock")
    if request.transitive:
        raise Unsupported(
            "what its requirements depend on is resolved when it runs", hint="add `--no-deps`"
        )
    if request.satisfied:
        raise Unsupported(
            "it would not ask its wheels whether they permit this Python, once they are there",
            hint="`uv pip sync` does: with it they become layers",
        )
    lock = Pylock(None, (), found.entries)
    return Order(False, lambda interpreter: _of_pylock(request, lock, interpreter))


def _of_pylock(request: PipRequest, lock: Pylock, interpreter: Interpreter) -> Installation:
    if interpreter.full_version != interpreter.markers["python_full_version"]:
        raise Unsupported(f"Python is a pre-release: `{interpreter.full_version}`")
    selection = Selection(build=BuildPolicy(no_build=request.no_build))
    ranks = _ranks(compatible_tags(interpreter))
    installed = normalized_names(interpreter.installed)
    directory = dirname(request.source)
    try:
        packages = packages_for(lock, interpreter.markers)
        return plan_installation(packages, selection, ranks, None, directory, installed)
    except (LockError, SelectError) as error:
        raise Unsupported(f"uv would refuse its lock: {error.message}") from error


@lru_cache(maxsize=4)
def _ranks(tags: tuple[str, ...]) -> TagRanks:
    """Several RUNs of a Dockerfile have one interpreter: a set of tags is rated once."""
    return TagRanks(tags)
