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
BUNDLES = 16  # at most half of the budget
LEAST_ALONE = 256 * 1024  # bytes, as TINY is; a layer takes as long to unpack as 850 kB do
TINY = 32 * 1024
_CLASSES = 4  # of sizes, with bundles of their own: a small wheel is not pushed with larger ones
_CLASS = 4  # the factor between them
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

    @property
    def units(self) -> tuple[tuple[Artifact, ...], ...]:
        """What is installed in one go: each wheel alone, but for the tiny ones.

        To install all the tiny wheels of a bundle takes about as long as to start an exec, so one
        for each would double what they cost, and one more of them costs no more than it has to.
        """
        tiny = tuple(wheel for wheel in self.wheels if 0 < wheel.size < TINY)
        others = tuple((wheel,) for wheel in self.wheels if wheel not in tiny)
        return ((tiny,) if tiny else ()) + others

    @property
    def title(self) -> str:
        return ", ".join(map(str, self.wheels))


def make_plan(wheels: Iterable[Artifact], budget: int = DEFAULT_BUDGET) -> tuple[Layer, ...]:
    """The layers of an environment, lowest first; at most `budget` of them."""
    ordered = sorted(wheels, key=_stability)
    if len(ordered) <= budget // 2:
        return tuple(Layer((wheel,)) for wheel in ordered)
    bundles = max(1, min(BUNDLES, budget // 2))
    least = _least_alone(ordered, budget - bundles)
    alone = tuple(Layer((wheel,)) for wheel in ordered if wheel.size >= least)
    return alone + _bundle((wheel for wheel in ordered if wheel.size < least), least, bundles)


def _least_alone(wheels: Sequence[Artifact], most: int) -> int:
    """The size from which a wheel has a layer of its own, so that at most `most` have."""
    least = LEAST_ALONE
    while sum(wheel.size >= least for wheel in wheels) > most:
        least *= 2
    return least


def _bundle(wheels: Iterable[Artifact], least: int, bundles: int) -> tuple[Layer, ...]:
    """The others, by size and name; most additions are small, so the smallest lie on top."""
    classes = min(_CLASSES, bundles)
    members: dict[tuple[int, int], list[Artifact]] = {}
    for wheel in sorted(wheels, key=lambda wheel: wheel.name):
        of_name = crc32(wheel.name.encode()) % (bundles // classes)
        members.setdefault((_class_of(wheel, least, classes), of_name), []).append(wheel)
    return tuple(Layer(tuple(members[bundle])) for bundle in sorted(members))


def _class_of(wheel: Artifact, least: int, classes: int) -> int:
    """0 for the largest of those that share."""
    place = 0
    while place < classes - 1 and wheel.size * _CLASS < least:
        least //= _CLASS
        place += 1
    return place


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
