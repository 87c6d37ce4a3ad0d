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
from uvlayers.settings.request import Request, SyncRequest
from uvlayers.settings.resolve import resolve


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be installed for an interpreter.

    `checked`: that is known to be what uv would install; otherwise uv itself must say.
    """

    checked: bool
    installation: Callable[[Interpreter], Installation]


def read_request(command: SyncCommand, files: ExecFiles) -> Request:
    """What `command` asks uv for; raises Unsupported."""
    return resolve(command, files)


def read_order(request: Request, files: ExecFiles) -> Order:
    """What `request` installs, by the files that it names.

    Raises Unsupported where the RUN must be built as written, other UvlayersErrors where the build
    must end.
    """
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


@lru_cache(maxsize=4)
def _ranks(tags: tuple[str, ...]) -> TagRanks:
    """Several RUNs of a Dockerfile have one interpreter: a set of tags is rated once."""
    return TagRanks(tags)
