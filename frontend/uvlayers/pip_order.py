"""What a command of uv's pip interface installs, by the pylock.toml or requirements it names."""

from posixpath import dirname

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import LockError, SelectError, Unrelated, Unsupported
from uvlayers.files import ExecFiles
from uvlayers.installation import Installation, normalized_names, plan_installation
from uvlayers.lock.pylock import Pylock, packages_for, parse_pylock
from uvlayers.lock.requirements_file import RequirementsFile, parse_requirements
from uvlayers.lock.selection import BuildPolicy, Selection
from uvlayers.order import Order, tag_ranks
from uvlayers.python.interpreter import Interpreter
from uvlayers.python.tags import compatible_tags
from uvlayers.settings.pip import is_pylock, requirements_source
from uvlayers.settings.request import PipRequest


def require_locked_requirements(command: SyncCommand, files: ExecFiles) -> None:
    """Raise Unrelated for requirements that lock nothing, Unsupported for hashes without URLs."""
    path = requirements_source(command, files)
    found = None if path is None else _read_requirements(path, files)
    if found is None or not found.hashed:
        raise Unrelated("its requirements are no lock")
    if found.unnamed is not None:
        raise Unsupported(
            f"its requirements name no URL of a wheel: `{found.unnamed}`",
            hint="write a lock that does: `uv export -o pylock.toml`",
        )


def order_of_pip(request: PipRequest, files: ExecFiles) -> Order:
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
    ranks = tag_ranks(compatible_tags(interpreter))
    installed = normalized_names(interpreter.installed)
    directory = dirname(request.source)
    try:
        packages = packages_for(lock, interpreter.markers)
        return plan_installation(packages, selection, ranks, None, directory, installed)
    except (LockError, SelectError) as error:
        raise Unsupported(f"uv would refuse its lock: {error.message}") from error
