"""The environment without packages for one RUN, of whichever Python its uv takes.

That is there, as in most images; or uv downloads it; or, where the builder cannot run what is for
another platform, the RUN's twin for the builder's own is asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.dockerfile.twin import Twins, platform_name
from uvlayers.errors import PythonMissing, Unsupported
from uvlayers.files import Directories, home_directory
from uvlayers.footing import foresee_unpacker
from uvlayers.foreign import is_foreign, make_foreign_skeleton
from uvlayers.foresight import foresee
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered
from uvlayers.settings.request import PipRequest, Request, SyncRequest
from uvlayers.skeleton import Ground, Skeleton, ground_of, make_skeleton, skeleton_arguments
from uvlayers.workshop import Workshop

if TYPE_CHECKING:
    from uvlayers.managed_python import ManagedPython


def find_skeleton(
    run: Vertex,
    command: SyncCommand,
    request: Request,
    root: Layered,
    directories: Directories,
    shop: Workshop,
) -> "tuple[Skeleton, ManagedPython | None]":
    """The empty environment for the `command` of `run` on `root`; the Python that uv downloads.

    `directories` are those above the environment. Raises Unsupported where uv finds no Python that
    will do, or none that can be asked.
    """
    arguments = skeleton_arguments(run, command, request, directories)
    ground = ground_of(run, command, request, root.shadow)
    if is_foreign(run, shop.build_platform):
        return _by_twin(ground, command, request, root.shadow, arguments, shop), None
    guest = shop.finder if isinstance(request, PipRequest) else shop.guest
    make = partial(make_skeleton, arguments=arguments, states=shop.states, guest=guest)
    found = (shop.downloaded.get(segment) for segment in root.segments)
    python = next((each for each in found if each is not None), None)
    if python is not None:
        return _with_python(python, ground, make), python
    foresee(partial(foresee_unpacker, ground, command.library_path, shop.guest, shop.states))
    try:
        return make(ground), None
    except PythonMissing:
        if not isinstance(request, SyncRequest) or not request.python.downloads:
            raise
    python = _download(ground, command, request, shop)
    return _with_python(python, ground, make), python


def _by_twin(
    ground: Ground,
    command: SyncCommand,
    request: Request,
    below: Output,
    arguments: Mapping[str, object],
    shop: Workshop,
) -> Skeleton:
    """The empty environment for another platform than the builder's."""
    run = ground.run
    platform = platform_name(run.op.platform)
    if isinstance(request, PipRequest):
        raise Unsupported(f"`{command.what}` is for another platform, `{platform}`")
    try:
        twins = Twins(run.op.platform, shop.build_platform)
        twin = ground_of(twins.run(run), command, request, twins.output(below))
        return make_foreign_skeleton(ground, twin, arguments, shop)
    except Unsupported as reason:
        message = f"it is for another platform, `{platform}`: {reason.message}"
        raise Unsupported(message, hint=reason.hint) from reason


def _download(
    ground: Ground, command: SyncCommand, request: SyncRequest, shop: Workshop
) -> "ManagedPython":
    """The Python that uv finds missing."""
    from uvlayers.managed_python import download_python  # most images have one

    home = home_directory(shop.states, ground.root, ground.run.op.exec.meta.user)
    return download_python(ground, command, request, home, shop.states)


def _with_python(
    python: "ManagedPython", ground: Ground, make: Callable[..., Skeleton]
) -> Skeleton:
    """The empty environment that `make` makes of a Python that uv downloads."""
    skeleton = make(replace(ground, root=python.on(ground.root)), python=python.executable)
    python.require_chosen(skeleton.interpreter)
    return skeleton
