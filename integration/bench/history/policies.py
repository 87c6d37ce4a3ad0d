"""The plans that are compared: the present one, the one before, and what was tried beside it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import floor, log, log2, prod
from zlib import crc32

from uvlayers.layers.plan import Wheel, make_plan

from integration.bench.history.record import History
from integration.bench.history.replay import Layers, Policy

BUDGETS = (16, 32, 48, 64, 96, 127)
REFERENCE = "one per wheel, largest first"

Key = Callable[[Wheel], tuple[float | str, ...]]


@dataclass(frozen=True)
class Named:
    """A policy for each history: those with hindsight look into it, the others do not.

    It is handed the histories of the other projects as well.
    """

    title: str
    of: Callable[[History, Sequence[History]], Policy]


def all_policies() -> list[Named]:
    return [
        fixed("one layer for all", single),
        fixed("one per wheel, by name", alone(lambda wheel: (wheel.name,))),
        fixed(REFERENCE, alone(largest)),
        fixed("one per wheel, oldest upload first", alone(oldest)),
        fixed("one per wheel, 8x sizes then oldest", alone(bucketed(8))),
        *(fixed(title, policy) for title, policy in TRIED.items()),
        Named("… by how often others' locks changed it", informed(others_rates)),
        Named("… by how often it will change: hindsight", informed(own_rates)),
        fixed("over 100 kB alone, 8 bundles", split(100e3, 8, largest)),
        fixed("over 300 kB alone, 8 bundles, 8x sizes", split(300e3, 8, bucketed(8))),
        fixed("over 1 MB alone, 8 bundles", split(1e6, 8, largest)),
        fixed("before: 12 bundles, budget 64", twelve_bundles),
        *(fixed(f"the plan, budget {budget}", planned(budget)) for budget in BUDGETS),
    ]


def fixed(title: str, policy: Policy) -> Named:
    return Named(title, lambda _history, _others: policy)


def planned(budget: int) -> Policy:
    return lambda wheels: [as_wheels(layer.wheels) for layer in make_plan(wheels, budget)]


def as_wheels(artifacts: Iterable[object]) -> tuple[Wheel, ...]:
    return tuple(each for each in artifacts if isinstance(each, Wheel))


def single(wheels: Iterable[Wheel]) -> Layers:
    return [tuple(sorted(wheels, key=lambda wheel: wheel.name))]


def alone(key: Key) -> Policy:
    return lambda wheels: [(wheel,) for wheel in sorted(wheels, key=key)]


def largest(wheel: Wheel) -> tuple[float | str, ...]:
    return (-wheel.size, wheel.name)


def oldest(wheel: Wheel) -> tuple[float | str, ...]:
    return (wheel.upload_time, wheel.name)


def bucketed(factor: float, size: Callable[[Wheel], float] = lambda wheel: wheel.size) -> Key:
    """By classes of sizes that differ by `factor`, then by age."""
    return lambda wheel: (
        -floor(log(max(size(wheel), 1)) / log(factor)),
        wheel.upload_time,
        wheel.name,
    )


def smooth(days: float) -> Key:
    """Twice the size counts as much as `days` of age."""
    return lambda wheel: (day(wheel) / days - log2(wheel.size + 1e4), wheel.name)


def by_age_now(exponent: float, period: float = 0) -> Policy:
    """Size times a power of the age when the newest wheel was uploaded.

    That time is rounded up to whole periods of days, if there are any.
    """

    def policy(wheels: Iterable[Wheel]) -> Layers:
        known = list(wheels)
        now = max(map(day, known), default=0.0)
        now = (now // period + 1) * period if period else now
        return alone(
            lambda wheel: (
                -log(wheel.size + 1e4) - exponent * log(max(now - day(wheel), 0) + 3),
                wheel.name,
            )
        )(known)

    return policy


@lru_cache(maxsize=100_000)
def releases(version: str) -> float:
    """About how many releases a version number tells of; years are no numbers of releases."""
    parts = [int(part) for part in re.findall(r"\d+", version)[:3]]
    return prod(1 + part for part in parts if part < 1900)


TRIED: Mapping[str, Policy] = {
    "… twice the size as much as 16 months": alone(smooth(480)),
    "… by size x age in the lock ^0.6": by_age_now(0.6),
    "… the same, age at the year's end": by_age_now(0.6, 365),
    "… 8x sizes / releases ^0.25 then oldest": alone(
        bucketed(8, lambda wheel: wheel.size / releases(wheel.version) ** 0.25)
    ),
}


@lru_cache(maxsize=100_000)
def day_of(upload_time: str) -> float:
    """Days since the year 1; what has no date counts as old."""
    return date.fromisoformat(upload_time or "2020-01-01").toordinal()


def day(wheel: Wheel) -> float:
    return day_of(wheel.upload_time)


def informed(
    rates: Callable[[History, Sequence[History]], Callable[[str], float]],
) -> Callable[[History, Sequence[History]], Policy]:
    """In the order that is best where wheels change independently, each at its own rate.

    Of two neighbours the one with the higher size x (1 - p) / p lies below: the exchange
    argument of Smith's rule.
    """

    def of(history: History, others: Sequence[History]) -> Policy:
        rate = rates(history, others)
        return alone(
            lambda wheel: (
                -wheel.size * (1 - rate(wheel.name)) / rate(wheel.name),
                wheel.name,
            )
        )

    return of


def own_rates(history: History, _others: Sequence[History]) -> Callable[[str], float]:
    changed, seen = counted([history])
    return lambda name: (changed[name] + 0.02) / (seen[name] + 1)


def others_rates(_history: History, others: Sequence[History]) -> Callable[[str], float]:
    changed, seen = counted(others)
    return lambda name: (changed[name] + 0.5) / (seen[name] + 20)


def counted(histories: Iterable[History]) -> tuple[Counter[str], Counter[str]]:
    """How often each package changed, and in how many changes of a lock it was there."""
    changed: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for history in histories:
        for before, after in history.changes:
            seen.update(after.keys())
            changed.update(name for name in after if after[name] != before.get(name))
    return changed, seen


def split(least: float, bundles: int, key: Key) -> Policy:
    """What is larger alone in the order of `key`, the rest above it in bundles by name."""

    def policy(wheels: Iterable[Wheel]) -> Layers:
        known = list(wheels)
        small = [wheel for wheel in known if wheel.size < least]
        return [
            *alone(key)(wheel for wheel in known if wheel.size >= least),
            *bundled(small, lambda wheel: crc32(wheel.name.encode()) % bundles),
        ]

    return policy


def bundled(wheels: Iterable[Wheel], bundle_of: Callable[[Wheel], int]) -> Layers:
    members: dict[int, list[Wheel]] = {}
    for wheel in sorted(wheels, key=lambda wheel: wheel.name):
        members.setdefault(bundle_of(wheel), []).append(wheel)
    return [tuple(members[bundle]) for bundle in sorted(members)]


def twelve_bundles(wheels: Iterable[Wheel]) -> Layers:
    """The plan before this comparison was made."""
    known = list(wheels)
    if len(known) <= 64:
        return alone(bucketed(8))(known)
    least = 16 * 1024
    while sum(wheel.size >= least for wheel in known) > 64 - 12:
        least *= 2
    return [
        *alone(bucketed(8))(wheel for wheel in known if wheel.size >= least),
        *bundled(
            (wheel for wheel in known if wheel.size < least),
            lambda wheel: crc32(wheel.name.encode()) % 6 + 6 * (wheel.size < 64 * 1024),
        ),
    ]
