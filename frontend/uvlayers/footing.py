"""The state on which wheels are unpacked: the lowest that has the interpreter as the RUN has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from uvlayers.dockerfile.ancestry import candidates
from uvlayers.existing import environment_directories, shared_directories
from uvlayers.files import Directories, is_there
from uvlayers.gateway.states import States
from uvlayers.llb.graph import Output
from uvlayers.questions import UNPACKER, emit_unpacker
from uvlayers.skeleton import Ground, Skeleton, usual_python


@dataclass(frozen=True, slots=True)
class Footing:
    """`root` is that state, `unpacker` what `emit_unpacker` makes of it."""

    root: Output
    unpacker: Output


def find_footing(
    skeleton: Skeleton,
    directories: Directories,
    library_path: str | None,
    guest: Output,
    states: States,
    others: Sequence[Output] = (),
) -> Footing:
    """Where the interpreter of `skeleton` runs, with `directories` as the RUN has them.

    `others` are states that come first, though the RUN does not stand on them.
    """
    python = skeleton.interpreter.base_executable
    on = partial(_footing, skeleton.ground, python, library_path, guest)
    # the last is not asked: that would pull an image that may not be needed
    *asked, last = (*others, *candidates(skeleton.ground.root))
    held = (
        each
        for each in map(on, asked)
        if _has_python(each, skeleton, states)
        and _looks_alike(each.root, skeleton, directories, states)
        and _runs(each, skeleton, states)
    )
    return next(held, None) or on(last)


def foresee_unpacker(
    ground: Ground, library_path: str | None, guest: Output, states: States
) -> None:
    """Have the unpacker made by the Python that uv is likely to choose, while it chooses."""
    python = usual_python(ground, states)
    if python is not None:
        lowest = candidates(ground.root)[0]
        states.read(_footing(ground, python, library_path, guest, lowest).unpacker, f"/{UNPACKER}")


def foresee_footing(
    skeleton: Skeleton, library_path: str | None, guest: Output, states: States
) -> None:
    """Ask what `find_footing` asks first."""
    root, *others = candidates(skeleton.ground.root)
    python = skeleton.interpreter.base_executable
    first = _footing(skeleton.ground, python, library_path, guest, root)
    if others and _has_python(first, skeleton, states):
        states.read(first.unpacker, f"/{UNPACKER}")


def _footing(
    ground: Ground, python: str, library_path: str | None, guest: Output, root: Output
) -> Footing:
    return Footing(root, emit_unpacker(ground.run, root, guest, python, library_path))


def _has_python(footing: Footing, skeleton: Skeleton, states: States) -> bool:
    return states.exists(footing.root, skeleton.interpreter.base_executable)


def _runs(footing: Footing, skeleton: Skeleton, states: States) -> bool:
    """Whether the interpreter does: it may lack a library there, or the loader's cache."""
    compiled = states.answer(footing.unpacker, f"/{UNPACKER}") or b""
    return compiled.startswith(bytes.fromhex(skeleton.interpreter.magic))


def _looks_alike(
    root: Output, skeleton: Skeleton, directories: Directories, states: States
) -> bool:
    """Whether the directories that wheels share with the state look as they do for the RUN.

    A `chown` between the image and the RUN would be undone by the layers.
    """
    interpreter = skeleton.interpreter
    environment = interpreter.environment
    if environment is None or not environment.existed:
        return True
    if not environment.virtual:
        return shared_directories(states, root, interpreter) == directories
    # all its directories are told to the guest, which must not find others at their place
    there = is_there(states, root, environment.path)
    return not there or environment_directories(states, root, interpreter) == directories
