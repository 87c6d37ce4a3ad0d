"""Asking early for what a sync is going to need, all at once.

The daemon mounts a state at the first look into it, which takes it up to 20 ms, and every look of a
sync follows from the one before. What most of them need is known beforehand: asked for in threads,
it is there when its turn comes, and the lock has been parsed while the daemon was at work.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported, UvlayersError
from uvlayers.files import ExecFiles
from uvlayers.gateway.states import States
from uvlayers.llb.graph import Output
from uvlayers.locked import foresee_lock
from uvlayers.settings.arguments import parse_arguments
from uvlayers.settings.releases import Requirement


def foresee_files(command: SyncCommand, files: ExecFiles, root: Output, states: States) -> None:
    """Begin to read the lock of a sync, and the directories at the top of its `root`.

    What a command is refused for by its words alone comes before all questions: to look would begin
    steps of the build that are given up at once.
    """
    if command.is_pip:
        return
    try:
        parse_arguments(command.argv[1:], Requirement())
    except Unsupported:
        return
    top = command.cwd.split("/")[1]
    foresee(partial(_list, root, ("/", f"/{top}"), states))
    foresee(partial(foresee_lock, command.cwd, files))


def foresee(question: Callable[[], object]) -> None:
    """Have a question answered by a thread; whoever needs the answer hears what is wrong."""
    Thread(target=_quietly, args=(question,), daemon=True).start()


def _quietly(question: Callable[[], object]) -> None:
    with suppress(UvlayersError):
        question()


def _list(root: Output, directories: tuple[str, ...], states: States) -> None:
    for directory in directories:
        states.names(root, directory)
