"""Measuring: rounds in which each side builds the same thing once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

from integration.bench.builders import Builder, Builders
from integration.bench.project import Project
from integration.bench.quantities import QUANTITIES, SECONDS, Medians, Quantity
from integration.bench.quiet import wait_for_quiet
from integration.bench.scenarios import Scenario
from integration.bench.shapes import CHOSEN, Shape
from integration.bench.sides import LAYERED, PLAIN, SIDES, Side, order
from integration.bench.work import Work
from integration.steps import say


@dataclass(frozen=True)
class Sample:
    """One round of one side: a figure for each quantity, and what a build did."""

    figures: Mapping[str, float]
    # None where nothing was built.
    work: Work | None = None
    # What would have had to be there at any rate, by quantity, where that is known.
    least: Mapping[str, float] = field(default_factory=dict)


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
        """One line per round in which uvlayers did what it should not."""
        kept = self.downloads_kept
        found = (
            (turn, self.scenario.complaint(sample.work, downloads_kept=kept))
            for turn, sample in enumerate(self.samples[LAYERED.name], start=1)
            if sample.work is not None
        )
        return tuple(f"{self.scenario.name}, round {turn}: {text}" for turn, text in found if text)


class Bench:
    """Keeps what each side has built: every round follows the one before, as a developer's do."""

    def __init__(
        self,
        project: Project,
        dockerfile: str,
        builders: Builders,
        settle: Callable[[], None] = wait_for_quiet,
    ) -> None:
        self._project = project
        self._settle = settle
        self._dockerfile = dockerfile
        self._builders = builders
        self._at: dict[str, Builder] = {}
        self._shape: Shape = CHOSEN
        # Who has built the project with the Dockerfile of this shape.
        self._built: set[str] = set()

    def measure(self, scenario: Scenario, rounds: int) -> Result:
        """Alternate between the sides, who goes first as well."""
        samples: dict[str, list[Sample]] = {side.name: [] for side in SIDES}
        for turn in range(rounds):
            self._make_ready(scenario, turn)
            scenario.change(self._project)
            for side in order(turn):
                sample = self._build(side)
                samples[side.name].append(sample)
                label = f"{scenario.title}, round {turn + 1} of {rounds}"
                say(side.name, f"{label}: {shown(sample.figures)}")
        by_side = {name: tuple(found) for name, found in samples.items()}
        return Result(scenario, by_side, self._builders.downloads_kept)

    def _make_ready(self, scenario: Scenario, turn: int) -> None:
        """Nothing built before a cold round, everything before any other."""
        if scenario.shape != self._shape:
            scenario.shape.prepare(self._project)
            self._shape = scenario.shape
            self._built.clear()
        for side in order(turn):
            if scenario.cold or side.name not in self._at:
                self._at[side.name] = self._builders.fresh(side)
            if not scenario.cold and side.name not in self._built:
                figures = self._build(side).figures
                say(side.name, f"a first build, not measured: {shown(figures)}")
            self._built.add(side.name)

    def _build(self, side: Side) -> Sample:
        builder, image_ref = self._at[side.name], f"uvlayers-bench/result:{side.name}"
        builder.keep(image_ref)
        self._settle()
        dockerfile = self._shape.dockerfile(self._dockerfile)
        built = builder.build(side, self._project.directory, dockerfile, image_ref)
        return Sample({SECONDS.name: built.seconds}, Work.of(built.progress))


def shown(figures: Mapping[str, float]) -> str:
    """The figures of one sample, for a line of progress."""
    known = (quantity for quantity in QUANTITIES if quantity.name in figures)
    return ", ".join(quantity.show(figures[quantity.name]) for quantity in known)
