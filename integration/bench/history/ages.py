"""How much its age says of whether a wheel changes with the next change of the lock."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import fmean

from integration.bench.history.policies import day
from integration.bench.history.record import History

DAYS = (0, 3, 7, 14, 30, 60, 120, 240, 480, 1000)
"""Where the classes of ages begin; the last has no end."""


def rates(histories: Sequence[History]) -> Iterator[tuple[int, float | None]]:
    """For each class of ages, in days, the part that changed; each project weighs the same.

    A wheel's age is that before the change, counted up to the newest upload in its lock. None
    where no project has wheels of that age.
    """
    found = [list(observed(history)) for history in histories]
    for start, end in pairwise((*DAYS, float("inf"))):
        parts = [[changed for age, changed in ages if start <= age < end] for ages in found]
        known = [fmean(part) for part in parts if part]
        yield int(start), fmean(known) if known else None


def observed(history: History) -> Iterator[tuple[float, bool]]:
    """Age and whether it changed or went, of every dated wheel before every change."""
    for before, after in history.changes:
        newest = max(map(day, before.values()), default=0.0)
        for name, wheel in before.items():
            if wheel.upload_time:
                yield newest - day(wheel), after.get(name) != wheel


def described(found: Iterable[tuple[int, float | None]]) -> str:
    """`from 0 days 19.4 %, from 3 …`."""
    return ", ".join(f"from {start} days {rate:.1%}" for start, rate in found if rate is not None)
