"""What a change of the install set costs under a plan: a registry and a node, as arithmetic.

A wheel's size stands for its share of a compressed layer. The registry has every layer that was
ever pushed, the node those of the image before; unpacked layers are keyed by all that lie below.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from uvlayers.layers.plan import Wheel

from integration.bench.history.record import History, InstallSet

# Measured at `docker pull`, Docker Engine 28.5 with the containerd store, 2 CPUs.
EXTRACTED_PER_SECOND = 17e6  # compressed bytes
SECONDS_PER_LAYER = 0.05  # whatever the size

Layers = Sequence[tuple[Wheel, ...]]
"""The wheels of each layer, lowest first."""

Policy = Callable[[Iterable[Wheel]], Layers]


@dataclass(frozen=True)
class Cost:
    """One change: bytes that go to the registry, that come from it, and that are unpacked.

    `extracted_layers` are the new ones and all above the lowest of them, `changed` the new alone.
    """

    pushed: int
    pulled: int
    extracted: int
    extracted_layers: int
    changed: int

    @property
    def seconds(self) -> float:
        return seconds(self.extracted, self.extracted_layers)


def seconds(size: int, layers: int) -> float:
    return size / EXTRACTED_PER_SECOND + layers * SECONDS_PER_LAYER


def size_of(layers: Iterable[tuple[Wheel, ...]]) -> int:
    return sum(wheel.size for layer in layers for wheel in layer)


def cost(before: Layers, after: Layers, pushed: Iterable[tuple[Wheel, ...]] = ()) -> Cost:
    """From one image to the next; `pushed` are layers that the registry has besides."""
    known = set(before)
    new = [layer for layer in after if layer not in known]
    there = set(pushed)
    same = zip(before, after, strict=False)
    kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], same))
    return Cost(
        pushed=size_of(layer for layer in new if layer not in there),
        pulled=size_of(new),
        extracted=size_of(after[kept:]),
        extracted_layers=len(after) - kept,
        changed=len(new),
    )


def replay(history: History, policy: Policy) -> list[Cost]:
    """The cost of each change, in order."""
    plans = [policy(each.values()) for each in history.sets]
    pushed: set[tuple[Wheel, ...]] = set()
    costs = []
    for before, after in pairwise(plans):
        pushed.update(before)
        costs.append(cost(before, after, pushed))
    return costs


def only_adds(before: InstallSet, after: InstallSet) -> bool:
    return len(after) > len(before) and all(after.get(n) == wheel for n, wheel in before.items())
