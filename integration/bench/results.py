"""What was measured: samples of both sides, taken in turns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

from integration.bench.quantities import QUANTITIES, Medians, Quantity
from integration.bench.scenarios import Scenario
from integration.bench.sides import LAYERED, PLAIN, SIDES, Side, order
from integration.bench.work import Work
from integration.steps import say

# Rounds of what takes long, whatever is asked for.
FEW = 3


@dataclass(frozen=True)
class Sample:
    """One round of one side: a figure for each quantity, and what a build did."""

    figures: Mapping[str, float]
    # None where nothing was built.
    work: Work | None = None
    # Bytes of what was pushed, by its path in the repository.
    sent: Mapping[str, int] = field(default_factory=dict)
    # What would have had to be there at any rate, by quantity, where that is known.
    least: Mapping[str, float] = field(default_factory=dict)
    # What is wrong with it.
    complaint: str | None = None


@dataclass(frozen=True)
class Result:
    """All samples of one scenario, by name of the side, in order of rounds."""

    scenario: Scenario
    samples: Mapping[str, tuple[Sample, ...]]
    downloads_kept: bool = False

    def median(self, quantity: Quantity, side: Side) -> float:
        return median(sample.figures[quantity.name] for sample in self.samples[side.name])

    def medians(self, quantity: Quantity) -> Medians:
        least = [
            sample.least[quantity.name]
            for sample in self.samples[LAYERED.name]
            if quantity.name in sample.least
        ]
        plain, layered = self.median(quantity, PLAIN), self.median(quantity, LAYERED)
        return Medians(plain, layered, median(least) if least else None)

    def complaints(self) -> tuple[str, ...]:
        """One line per round in which uvlayers did what it should not, or that is wrong itself."""
        found = (
            (turn, text)
            for side in SIDES
            for turn, sample in enumerate(self.samples[side.name], start=1)
            for text in (self._complaint(sample, side), sample.complaint)
        )
        return tuple(f"{self.scenario.name}, round {turn}: {text}" for turn, text in found if text)

    def _complaint(self, sample: Sample, side: Side) -> str | None:
        if side is not LAYERED or sample.work is None:
            return None
        return self.scenario.complaint(sample.work, downloads_kept=self.downloads_kept)


def alternate(
    scenario: Scenario,
    rounds: int,
    act: Callable[[Side, int], Sample],
    before: Callable[[int], object] = lambda _turn: None,
    *,
    downloads_kept: bool = False,
) -> Result:
    """Rounds in which each side acts once, and the other goes first than the time before.

    `before` is called at the beginning of each.
    """
    samples: dict[str, list[Sample]] = {side.name: [] for side in SIDES}
    for turn in range(rounds):
        before(turn)
        for side in order(turn):
            sample = act(side, turn)
            samples[side.name].append(sample)
            label = f"{scenario.title}, round {turn + 1} of {rounds}"
            say(side.name, f"{label}: {shown(sample.figures)}")
    by_side = {name: tuple(found) for name, found in samples.items()}
    return Result(scenario, by_side, downloads_kept)


def fewer(rounds: int) -> int:
    """How many rounds there are of what takes long."""
    return min(rounds, FEW)


def shown(figures: Mapping[str, float]) -> str:
    """The figures of one sample, for a line of progress."""
    known = (quantity for quantity in QUANTITIES if quantity.name in figures)
    return ", ".join(quantity.show(figures[quantity.name]) for quantity in known)
