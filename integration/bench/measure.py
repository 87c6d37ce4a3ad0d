"""Measuring: rounds in which each side builds the same thing once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from integration.bench.builders import Builder, Builders
from integration.bench.project import Project
from integration.bench.quiet import wait_for_quiet
from integration.bench.scenarios import Scenario
from integration.bench.shapes import CHOSEN, Shape
from integration.bench.sides import LAYERED, PLAIN, SIDES, Side, order
from integration.bench.work import Work
from integration.steps import say


@dataclass(frozen=True)
class Sample:
    """One build: wall clock of `docker buildx build` in seconds, and what it did."""

    seconds: float
    work: Work


@dataclass(frozen=True)
class Result:
    """All samples of one scenario, by name of the side, in order of rounds."""

    scenario: Scenario
    samples: Mapping[str, tuple[Sample, ...]]
    downloads_kept: bool = False

    def seconds(self, side: Side) -> float:
        return median(sample.seconds for sample in self.samples[side.name])

    @property
    def ratio(self) -> float:
        """How many times faster uvlayers was, by medians."""
        return self.seconds(PLAIN) / self.seconds(LAYERED)

    def complaints(self) -> tuple[str, ...]:
        """One line per round in which uvlayers did what it should not."""
        kept = self.downloads_kept
        found = (
            (turn, self.scenario.complaint(sample.work, downloads_kept=kept))
            for turn, sample in enumerate(self.samples[LAYERED.name], start=1)
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
                say(side.name, f"{label}: {sample.seconds:.2f} s")
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
                seconds = self._build(side).seconds
                say(side.name, f"a first build, not measured: {seconds:.2f} s")
            self._built.add(side.name)

    def _build(self, side: Side) -> Sample:
        builder, image_ref = self._at[side.name], f"uvlayers-bench/result:{side.name}"
        builder.keep(image_ref)
        self._settle()
        dockerfile = self._shape.dockerfile(self._dockerfile)
        built = builder.build(side, self._project.directory, dockerfile, image_ref)
        return Sample(built.seconds, Work.of(built.progress))
