"""What one RUN installs where: its command, the files it sees and its uv's own choice of Python.

Read → lock → select. Whatever is not understood raises Unsupported.
"""

import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from posixpath import join
from typing import TYPE_CHECKING

from uvlayers.dockerfile.ancestry import candidates
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.dockerfile.find import SyncExec
from uvlayers.errors import Unsupported
from uvlayers.existing import environment_directories, shared_directories
from uvlayers.files import Directories, ExecFiles, directories_to, is_there
from uvlayers.footing import foresee_footing
from uvlayers.foresight import foresee, foresee_files
from uvlayers.installation import Installation
from uvlayers.launcher import require_own_way
from uvlayers.layers.artifacts import Built
from uvlayers.llb.fileop import absolute, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered, State
from uvlayers.order import read_order, read_request, require_lock
from uvlayers.python.interpreter import Interpreter
from uvlayers.settings.agreement import require_agreement
from uvlayers.settings.request import PipRequest, Request
from uvlayers.skeleton import Skeleton
from uvlayers.skeleton_search import find_skeleton
from uvlayers.workshop import Workshop

if TYPE_CHECKING:
    from uvlayers.managed_python import ManagedPython


@dataclass(frozen=True, slots=True)
class Recipe:
    """A command, understood.

    `root` is the state that it runs on, `directories` what the directories above the environment,
    and those that it shares with what was there before, look like. `checked`: the lock is known to
    be what uv would use; otherwise uv itself must say. `python` is what uv downloads for it.
    """

    found: SyncExec
    command: SyncCommand
    root: Layered
    request: Request
    checked: bool
    directories: Directories
    skeleton: Skeleton
    installation: Installation
    python: "ManagedPython | None" = None


def read_recipe(
    found: SyncExec,
    command: SyncCommand,
    files: ExecFiles,
    state: Callable[[Output], State],
    shop: Workshop,
) -> Recipe:
    """Understand the `command` of `found`, which sees `files`.

    `state` maps the delegated graph's outputs. Raises Unsupported where the RUN must be built as
    written, other UvlayersErrors where the build must end.
    """
    run = found.run
    require_lock(command, files)
    _require_plain(command)
    require_own_way(command, files)
    root = Layered.on(state(run.inputs[found.root_input]))
    foresee_files(command, files, root.shadow, shop.states)
    request = read_request(command, files)
    _require_own_place(run, request.environment_path)
    _require_same_answers(command, files, request.environment_path)
    _require_unfinished(root.shadow, request.environment_path, shop)
    order = read_order(request, files)
    directories = directories_to(shop.states, root.shadow, request.environment_path)
    if isinstance(request, PipRequest):
        _require_beforehand(root, request.environment_path, shop)
    skeleton, python = find_skeleton(run, command, request, root, directories, shop)
    _require_umask(command, skeleton.interpreter)
    require_agreement(request, skeleton.interpreter.uv or ())
    foresee(partial(foresee_footing, skeleton, command.library_path, shop.guest, shop.states))
    installation = order.installation(skeleton.interpreter)
    if skeleton.ground.run != run:
        installation = _without_builds(installation)
    environment = skeleton.interpreter.environment
    if environment is not None and environment.existed:
        looks = environment_directories if environment.virtual else shared_directories
        directories = looks(shop.states, root.shadow, skeleton.interpreter)
    _require_own_group(directories)
    return Recipe(
        found,
        command,
        root,
        request,
        order.checked,
        directories,
        skeleton,
        installation,
        python,
    )


def _without_builds(installation: Installation) -> Installation:
    """What is built may depend on the machine that builds it."""
    reason = "it must be built, and that for another platform than the builder's"
    built = (wheel.name for wheel in installation.wheels if isinstance(wheel, Built))
    return installation.without(dict.fromkeys(built, reason))


def _require_plain(command: SyncCommand) -> None:
    """Raise Unsupported for a RUN whose surroundings we cannot reproduce."""
    if command.before:
        raise Unsupported(
            f"another command comes first: `{command.before[0]}`",
            hint="put it into a RUN of its own",
        )


def _require_umask(command: SyncCommand, interpreter: Interpreter) -> None:
    """Raise Unsupported where the RUN's files would have other modes than those of the layers."""
    if command.umask not in (None, interpreter.umask):
        raise Unsupported(f"it sets a umask: `{command.umask:03o}`")


def _require_own_place(run: Vertex, path: str) -> None:
    """Raise Unsupported where the environment, or part of it, is in a mount."""
    for mount in run.op.exec.mounts:
        place = absolute(mount.dest)
        if place != "/" and (reaches([path], place) or reaches([place], path)):
            raise Unsupported(f"a mount is at the environment's place: `{place}`")


def _require_same_answers(command: SyncCommand, files: ExecFiles, path: str) -> None:
    """Raise Unsupported where a condition of the RUN would see the environment's layers.

    Of files that are sourced none but its own `activate` may be in it, which stays as it is.
    """
    for looked in map(files.real, command.looked):
        if reaches([looked], path) or (reaches([path], looked) and files.kind(looked) is None):
            raise Unsupported(
                f"a condition depends on what is at its environment's place: `{looked}`"
            )
    for sourced in map(files.real, command.sourced):
        if reaches([sourced], path) and sourced != join(path, "bin/activate"):
            raise Unsupported(f"a file is sourced that is in its environment: `{sourced}`")


def _require_unfinished(root: Output, path: str, shop: Workshop) -> None:
    """Raise Unsupported where the rest of an earlier sync ran on top of its layers."""
    if any(shop.completed.get(each.vertex.digest) == path for each in candidates(root)):
        raise Unsupported("an earlier command did more in its environment than install wheels")


def _require_beforehand(root: Layered, path: str, shop: Workshop) -> None:
    """Raise Unsupported where layers of ours are the environment that the command finds."""
    made = any(each.path == path for each in shop.installed_in(root))
    if made and not is_there(shop.states, root.shadow, path):
        raise Unsupported("an earlier command made its environment")


def _require_own_group(directories: Directories) -> None:
    """Raise Unsupported where the kernel, not uv, chooses the group of what is made."""
    for path, (mode, _, _) in directories.items():
        if mode & stat.S_ISGID:
            raise Unsupported(f"a directory hands its group down: `{path}`")
