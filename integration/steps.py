"""One progress line per step, on stderr."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# A step this short is not worth a line of its own.
QUIET_SECONDS = 0.2


def say(scope: str, text: str) -> None:
    sys.stderr.write(f"[{scope}] {text}\n")
    sys.stderr.flush()


@contextmanager
def step(scope: str, text: str, *, slow: bool = False) -> Iterator[None]:
    """Time a step; a slow one is announced before it starts, too."""
    if slow:
        say(scope, f"{text} …")
    started = time.monotonic()
    try:
        yield
    except BaseException:
        say(scope, f"{text} … failed after {time.monotonic() - started:.1f} s")
        raise
    seconds = time.monotonic() - started
    if slow or seconds >= QUIET_SECONDS:
        say(scope, f"{text} … {seconds:.1f} s")
