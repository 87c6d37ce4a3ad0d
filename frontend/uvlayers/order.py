"""What a command asks for, and what it installs once its interpreter is known.

Read → lock → select, each in the form that the command has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.files import ExecFiles
from uvlayers.installation import Installation, normalized_names, plan_installation
from uvlayers.lock.model import Lock
from uvlayers.lock.select import select
from uvlayers.locked import read_lock, require_not_stale
from uvlayers.python.interpreter import Interpreter
from uvlayers.python.tags import compatible_tags
from uvlayers.python.wheels import TagRanks
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
    if not command.certain:
        # few builds use uv's pip interface, and each module costs every one of them
        from uvlayers.pip_order import require_locked_requirements

        require_locked_requirements(command, files)


def read_request(command: SyncCommand, files: ExecFiles) -> Request:
    """What `command` asks uv for; raises Unsupported."""
    if not command.is_pip:
        return resolve(command, files)
    from uvlayers.settings.pip import resolve_pip

    return resolve_pip(command, files)


def read_order(request: Request, files: ExecFiles) -> Order:
    """What `request` installs, by the files that it names.

    Raises Unsupported where the RUN must be built as written, other UvlayersErrors where the build
    must end.
    """
    if isinstance(request, PipRequest):
        from uvlayers.pip_order import order_of_pip

        return order_of_pip(request, files)
    assert isinstance(request, SyncRequest)
    return _of_sync(request, files)


def _of_sync(request: SyncRequest, files: ExecFiles) -> Order:
    lock = read_lock(request, files)
    checked = require_not_stale(request, lock)
    return Order(checked, lambda interpreter: _of_lock(request, lock, interpreter))


def _of_lock(request: SyncRequest, lock: Lock, interpreter: Interpreter) -> Installation:
    selected = select(lock, request.selection, interpreter.markers, interpreter.uv)
    packages = [each.package for each in selected]
    ranks = tag_ranks(compatible_tags(interpreter))
    installed = normalized_names(interpreter.installed)
    root = request.workspace_root
    return plan_installation(packages, request.selection, ranks, lock, root, installed)


@lru_cache(maxsize=4)
def tag_ranks(tags: tuple[str, ...]) -> TagRanks:
    """Several RUNs of a Dockerfile have one interpreter: a set of tags is rated once."""
    return TagRanks(tags)
