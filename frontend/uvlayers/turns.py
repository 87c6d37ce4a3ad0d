"""What a first build installs, a few wheels at a time and the largest first.

BuildKit starts whatever is ready. A hundred containers on two processors take a quarter more of
their time than a few do one after the other, and the largest wheel, which takes longest, has a
hundredth of them until all others are done: a first build of 162 wheels took a twentieth longer.
"""

from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from time import monotonic
from typing import TypeVar

from uvlayers.gateway.errors import GatewayError

PER_PROCESSOR = 2  # one that runs, and one that waits for a download
QUICK = 0.05  # seconds, in which no container starts: what took less was there
ANSWER = 5  # where the daemon is slow to answer, so many answers are quick as well

Task = TypeVar("Task")
Asked = TypeVar("Asked")


def take_turns(
    ask: Callable[[Task], Asked],
    make: Callable[[Asked], None],
    tasks: Sequence[Task],
    processors: int,
) -> None:
    """Ask for each of the tasks and have it made, in their order, some at a time.

    Until all are made, or one was quick: then there is little left to be made, if anything. One
    that fails ends it as well. Whoever makes the whole makes what is left, and hears what is wrong.
    """
    pending = iter(tasks)
    workers = min(PER_PROCESSOR * processors, len(tasks))
    ended, lock = Event(), Lock()

    def take() -> Task | None:
        with lock:
            return next(pending, None)

    def work() -> None:
        nonlocal workers
        try:
            while not ended.is_set() and (task := take()) is not None:
                if not _took_long(ask, make, task):
                    ended.set()
        finally:  # whatever goes wrong: who waits for the last one must not wait for ever
            with lock:
                workers -= 1
                if not workers:
                    ended.set()

    if not workers:
        return
    others = workers - 1
    Thread(target=work, daemon=True).start()
    if ended.wait(QUICK):  # most builds find everything made: they need no more than one to see it
        return
    for _ in range(others):
        Thread(target=work, daemon=True).start()
    ended.wait()


def _took_long(ask: Callable[[Task], Asked], make: Callable[[Asked], None], task: Task) -> bool:
    begin = monotonic()
    try:
        asked = ask(task)
        answered = monotonic()
        make(asked)
    except GatewayError:
        return False
    return monotonic() - answered >= max(QUICK, ANSWER * (answered - begin))
