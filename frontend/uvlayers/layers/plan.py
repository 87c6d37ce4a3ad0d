"""Wheels to layers: the large ones alone, the others in bundles, what seldom changes lowest.

A pure function of the install set. Two wheels lie in the same order whatever else is installed, and
a bundle is chosen by a wheel's name and size alone; only the size from which a wheel stands alone
depends on the others, and moves in coarse steps. So one wheel more makes one layer anew, and where
the step goes up, one more than there are bundles at most. docs/layers.md has what it costs, by
`python3 -m integration bench history`, from which all figures here are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

from uvlayers.layers.artifacts import Built, PathWheel

DEFAULT_BUDGET = 64  # beyond it a pulling node pays more for layers than it saves in bytes
LEAST_ALONE = 256 * 1024  # bytes, as all sizes; a layer takes as long to unpack as 850 kB do
SMALL = 64 * 1024
CLASSES = ((SMALL, 8), (16 * 1024, 3), (0, 1))  # of those that share: sizes from which, bundles
BUNDLES = sum(bundles for _, bundles in CLASSES)
_COMPILING_EXECS = 2  # for each layer, where wheels that are not `SMALL` are compiled as well
_SIZE_BUCKET = 8  # wheels within a factor of 8 in size are ordered by age


@dataclass(frozen=True, slots=True)
class Wheel:
    """A locked wheel to be fetched and installed.

    `digest` is `sha256:…`, `size` in bytes (0: the lock does not say), `upload_time` RFC 3339 or
    empty. `direct`: the project names it by its URL.
    """

    name: str
    version: str
    filename: str
    url: str
    digest: str
    size: int = 0
    upload_time: str = ""
    direct: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


Artifact = Wheel | PathWheel | Built
"""Whatever a layer can hold; `Built` becomes a wheel during the build."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The artifacts of one image layer, by name."""

    wheels: tuple[Artifact, ...]

    def units(self, *, compiled: bool) -> tuple[tuple[Artifact, ...], ...]:
        """What is installed in one go: each wheel alone, but for the small ones.

        To start an exec takes 0.13 s of a processor, and to gather the results of several execs
        0.06 s. As long takes it to install five wheels of 50 KiB and make their bytecode
        (`compiled`), two of 120 KiB, or to unpack a dozen of any size below 256 KiB. So one exec
        for each would double what they cost, and one more of them costs little more than it has to.
        """
        units: dict[object, list[Artifact]] = {}
        for wheel in self.wheels:
            unit: object = wheel
            if 0 < wheel.size < LEAST_ALONE:
                execs = _COMPILING_EXECS if compiled and wheel.size >= SMALL else 1
                unit = execs, _unit_of(wheel.name) % execs
            units.setdefault(unit, []).append(wheel)
        return tuple(map(tuple, units.values()))

    @property
    def title(self) -> str:
        return ", ".join(map(str, self.wheels))


def make_plan(wheels: Iterable[Artifact], budget: int = DEFAULT_BUDGET) -> tuple[Layer, ...]:
    """The layers of an environment, lowest first; at most `budget` of them."""
    ordered = sorted(wheels, key=_stability)
    if len(ordered) <= budget:
        return tuple(Layer((wheel,)) for wheel in ordered)
    classes = _classes(budget)
    least = _least_alone(ordered, budget - sum(bundles for _, bundles in classes))
    alone = tuple(Layer((wheel,)) for wheel in ordered if wheel.size >= least)
    return alone + _bundle((wheel for wheel in ordered if wheel.size < least), classes)


def _classes(budget: int) -> tuple[tuple[int, int], ...]:
    """The bundles, which take half of a small budget."""
    if budget >= 2 * BUNDLES:
        return CLASSES
    half = max(1, budget // 2)
    small = half // 3
    return ((SMALL, half - small), (0, small)) if small else ((0, half),)


def _least_alone(wheels: Sequence[Artifact], most: int) -> int:
    """The size from which a wheel has a layer of its own, so that at most `most` have."""
    least = LEAST_ALONE
    while sum(wheel.size >= least for wheel in wheels) > most:
        least *= 2
    return least


def _bundle(wheels: Iterable[Artifact], classes: Sequence[tuple[int, int]]) -> tuple[Layer, ...]:
    """The others, by size and name; most additions are small, so the smallest lie on top."""
    members: dict[tuple[int, int], list[Artifact]] = {}
    for wheel in sorted(wheels, key=lambda wheel: wheel.name):
        of_size = next(place for place, (least, _) in enumerate(classes) if wheel.size >= least)
        of_name = crc32(wheel.name.encode()) % classes[of_size][1]
        members.setdefault((of_size, of_name), []).append(wheel)
    return tuple(Layer(tuple(members[bundle])) for bundle in sorted(members))


def _unit_of(name: str) -> int:
    """By another part of the sum than that which chooses the bundle."""
    return crc32(name.encode()) >> 16


def _stability(wheel: Artifact) -> tuple[int, str, str]:
    """Sort key: larger size bucket first, then the older upload, then the name.

    What was uploaded lately changes more often: one in seven of the last three days' with the next
    change of a lock, one in 200 after three years. Size counts first because it differs more. The
    age in the lock, not the date, would say most, but as it grows wheels that stay would move.
    """
    bucket = 0
    size = wheel.size
    while size >= _SIZE_BUCKET:
        size //= _SIZE_BUCKET
        bucket += 1
    return (-bucket, wheel.upload_time, wheel.name)
