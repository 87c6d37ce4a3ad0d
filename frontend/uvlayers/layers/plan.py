"""Wheels to layers: the large ones alone, the tail in bundles, the stable ones lowest.

A pure function of the install set. Membership of a bundle depends on a wheel's name and on whether
it is small, and the size above which a wheel stands alone moves in coarse steps: adding a wheel
makes one layer anew, and where the step goes up, one more than there are bundles at most.
Unpacked snapshots are keyed by all layers below, so what is large and old comes first; the small
wheels, of which most are and most are added, have bundles of their own on top.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

from uvlayers.layers.artifacts import Built, PathWheel

BUNDLES = 12  # half of them for small wheels
SMALL = 64 * 1024  # bytes, as the two sizes below are
TINY = 32 * 1024
DEFAULT_BUDGET = 64  # beyond it a pulling node pays more for layers than it saves in bytes
_SMALLEST_STEP = 16 * 1024  # bytes; the ladder of sizes doubles from here
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
    bundles = min(BUNDLES, budget)
    alone = _alone(ordered, budget, bundles)
    shared = [wheel for wheel in ordered if wheel not in alone]
    return tuple(Layer((wheel,)) for wheel in ordered if wheel in alone) + _bundle(shared, bundles)


def _alone(wheels: Sequence[Artifact], budget: int, bundles: int) -> frozenset[Artifact]:
    """The wheels that get a layer of their own."""
    if len(wheels) <= budget:
        return frozenset(wheels)
    step = _SMALLEST_STEP
    while True:
        large = [wheel for wheel in wheels if wheel.size >= step]
        if len(large) + bundles <= budget:
            return frozenset(large)
        step *= 2


def _bundle(wheels: Iterable[Artifact], bundles: int) -> tuple[Layer, ...]:
    members: dict[int, list[Artifact]] = {}
    for wheel in sorted(wheels, key=lambda wheel: wheel.name):
        members.setdefault(_bundle_of(wheel, bundles), []).append(wheel)
    return tuple(Layer(tuple(members[bundle])) for bundle in sorted(members))


def _bundle_of(wheel: Artifact, bundles: int) -> int:
    lower = bundles // 2
    of_name = crc32(wheel.name.encode())
    return lower + of_name % (bundles - lower) if wheel.size < SMALL else of_name % max(lower, 1)


def _stability(wheel: Artifact) -> tuple[int, str, str]:
    """Sort key: larger size bucket first, then the older upload, then the name."""
    bucket = 0
    size = wheel.size
    while size >= _SIZE_BUCKET:
        size //= _SIZE_BUCKET
        bucket += 1
    return (-bucket, wheel.upload_time, wheel.name)
