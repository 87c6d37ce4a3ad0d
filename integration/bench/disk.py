"""What builders keep on disk as the lock changes."""

from collections.abc import Iterator, Sequence

from integration.bench.builders import OwnEngines
from integration.bench.changes import upgrade_small
from integration.bench.measure import Bench, Setting
from integration.bench.project import Project
from integration.bench.quantities import BYTES
from integration.bench.results import Result, Sample, alternate, shown
from integration.bench.scenarios import DISK_CHANGED, DISK_FIRST, Scenario
from integration.bench.sides import Side, order
from integration.errors import SetupError
from integration.steps import say

CHANGES = 10


def measure_disk(setting: Setting, scenarios: Sequence[Scenario], _rounds: int) -> Iterator[Result]:
    """One round, whatever is asked for: builds of the same project leave the same behind."""
    engines = setting.builders
    if not isinstance(engines, OwnEngines):
        raise SetupError("the disk that a builder uses can be told of engines of our own only")

    def used(side: Side, _turn: int) -> Sample:
        # What is no longer needed is deleted after a build has ended.
        setting.settle()
        return Sample({BYTES.name: engines.disk_used(side)})

    bench = Bench(setting)
    bench.begin()
    build(bench, DISK_FIRST, 0, "first build")
    first = alternate(DISK_FIRST, 1, used)
    if DISK_FIRST in scenarios:
        yield first
    if DISK_CHANGED in scenarios:
        for turn in range(1, CHANGES + 1):
            change = Project.add if turn % 2 else upgrade_small
            change(setting.project)
            build(bench, DISK_CHANGED, turn, f"lock change {turn} of {CHANGES}")
        yield alternate(DISK_CHANGED, 1, used)


def build(bench: Bench, scenario: Scenario, turn: int, label: str) -> None:
    for side in order(turn):
        say(side.name, f"{label}: {shown(bench.build(side, scenario).figures)}")
