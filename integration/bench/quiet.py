"""Waiting until what an earlier build left to do is done, before the clock of the next one starts.

A build goes on after it has ended: the kernel writes what it has in memory, containerd deletes the
layers of the image before. Whoever builds next would be charged for it.
"""

import os
import time
from pathlib import Path

CPUS = Path("/proc/stat")

# What counts as quiet: this part of all processors at most, over so many seconds.
BUSY = 0.1
WINDOW = 0.5
# A machine that others use as well may never be quiet.
PATIENCE = 20.0


def wait_for_quiet(cpus: Path = CPUS, patience: float = PATIENCE) -> None:
    os.sync()
    end = time.monotonic() + patience
    while cpus.exists() and time.monotonic() < end:
        before = read_times(cpus)
        time.sleep(WINDOW)
        if busy(before, read_times(cpus)) <= BUSY:
            return


def read_times(cpus: Path) -> tuple[int, int]:
    """Ticks that all processors were idle (waiting for disks is not idle), and all ticks."""
    fields = [int(field) for field in cpus.read_text().split("\n", 1)[0].split()[1:]]
    return fields[3], sum(fields[:8])


def busy(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The part of the time between two readings in which processors were not idle."""
    passed = after[1] - before[1]
    return 0.0 if passed == 0 else 1 - (after[0] - before[0]) / passed
