"""Measuring: rounds in which each side builds the same thing once."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from integration.bench.builders import Builder, Builders
from integration.bench.least import TAG, least_pushed, push_alone
from integration.bench.project import Project
from integration.bench.quantities import BYTES, SECONDS
from integration.bench.quiet import wait_for_quiet
from integration.bench.results import Result, Sample, alternate, fewer, shown
from integration.bench.scenarios import Scenario
from integration.bench.sides import LAYERED, SIDES, Side, order
from integration.bench.work import Work
from integration.pushed import pushed_layers
from integration.steps import say
from integration.traffic import Watched


@dataclass(frozen=True)
class Setting:
    """What is built, by whom; `settle` waits until the machine is at rest."""

    project: Project
    dockerfile: str
    builders: Builders
    # The registry that images are pushed to, if any are.
    watched: Watched | None = None
    settle: Callable[[], None] = wait_for_quiet


class Bench:
    """Keeps what each side has built: every round follows the one before, as a developer's do."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._at: dict[str, Builder] = {}
        # What was measured last.
        self._last: Scenario | None = None
        # Who has built the project as that one does: its Dockerfile, and whether it is pushed.
        self._built: set[str] = set()

    def measure(self, scenario: Scenario, rounds: int) -> Result:
        changed: list[object] = []

        def before(turn: int) -> None:
            self._make_ready(scenario, turn)
            changed[:] = [scenario.change(self._setting.project)]

        def act(side: Side, _turn: int) -> Sample:
            sample = self.build(side, scenario)
            if scenario.least and side is LAYERED:
                return self._with_least(sample, scenario, str(changed[0]))
            return sample

        turns = fewer(rounds) if scenario.cold or scenario.few else rounds
        kept = self._setting.builders.downloads_kept
        return alternate(scenario, turns, act, before, downloads_kept=kept)

    def begin(self) -> None:
        """Have both sides begin afresh, with nothing built."""
        for side in SIDES:
            self._at[side.name] = self._setting.builders.fresh(side)

    def build(self, side: Side, scenario: Scenario) -> Sample:
        """Build what there is, in the way of the scenario."""
        builder, watched = self._at[side.name], self._setting.watched if scenario.pushed else None
        image_ref: str | None = f"uvlayers-bench/result:{side.name}" if scenario.exported else None
        if watched is not None:
            image_ref = watched.registry.image_ref(f"{builder.repository}:{TAG}")
        if image_ref is not None:
            builder.keep(image_ref)
        self._setting.settle()
        mark = 0 if watched is None else watched.mark()
        context, dockerfile = self._setting.project.directory, self._dockerfile(scenario)
        built = builder.build(side, context, dockerfile, image_ref, push=watched is not None)
        sample = Sample({SECONDS.name: built.seconds}, Work.of(built.progress))
        if watched is None:
            return sample
        sent = watched.pushed(mark, builder.repository)
        figures = {**sample.figures, BYTES.name: sum(sent.values())}
        return replace(sample, figures=figures, sent=sent)

    def _make_ready(self, scenario: Scenario, turn: int) -> None:
        """Nothing built before a cold round, everything before any other."""
        last, self._last = self._last, scenario
        if last is None or (scenario.shape, scenario.pushed) != (last.shape, last.pushed):
            scenario.shape.prepare(self._setting.project)
            self._built.clear()
        for side in order(turn):
            if scenario.cold or side.name not in self._at:
                self._at[side.name] = self._setting.builders.fresh(side)
            if not scenario.cold and side.name not in self._built:
                figures = self.build(side, scenario).figures
                say(side.name, f"a first build, not measured: {shown(figures)}")
            self._built.add(side.name)

    def _dockerfile(self, scenario: Scenario) -> str:
        return scenario.shape.dockerfile(self._setting.dockerfile)

    def _with_least(self, sample: Sample, scenario: Scenario, name: str) -> Sample:
        """The sample with the bytes that had to be pushed once the package had been added."""
        builder, watched = self._at[LAYERED.name], self._setting.watched
        assert watched is not None
        project = self._setting.project
        version = next(each["version"] for each in project.locked() if each["name"] == name)
        wheel = f"{name} {version}"
        own = push_alone(builder, watched, project, self._dockerfile(scenario), wheel)
        pushed = pushed_layers(watched, builder.repository)
        least = least_pushed(sample.sent, pushed, own, wheel)
        return replace(sample, least={BYTES.name: least})
