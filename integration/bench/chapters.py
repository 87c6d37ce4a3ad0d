"""What is measured in one go, each on a project and engines of its own."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from integration.bench.disk import measure_disk
from integration.bench.measure import Bench, Setting
from integration.bench.nodes import measure_nodes
from integration.bench.results import Result
from integration.bench.scenarios import (
    AFTER,
    BEFORE,
    CHANGES,
    DISK,
    FRONTEND,
    NODES,
    REGISTRY,
    SIZED,
    STAGED,
    USUAL,
    Scenario,
)


def measure_builds(
    setting: Setting, scenarios: Sequence[Scenario], rounds: int
) -> Iterator[Result]:
    bench = Bench(setting)
    for scenario in scenarios:
        yield bench.measure(scenario, rounds)


@dataclass(frozen=True)
class Chapter:
    scenarios: tuple[Scenario, ...]
    measure: Callable[[Setting, Sequence[Scenario], int], Iterable[Result]] = measure_builds
    # How many packages its project has; None is the project that the command line names.
    packages: int | None = None
    # Whether only engines that we may make and delete will do.
    own_engines: bool = False
    # Whether images are pushed.
    pushes: bool = False


CHAPTERS = (
    Chapter((*USUAL, FRONTEND)),
    Chapter(CHANGES),
    Chapter(REGISTRY, own_engines=True, pushes=True),
    Chapter(NODES, measure_nodes, own_engines=True, pushes=True),
    Chapter(DISK, measure_disk, own_engines=True),
    # each Dockerfile leaves some GB with uv's builder, which has a disk of its own
    Chapter(BEFORE),
    Chapter(AFTER),
    Chapter(STAGED),
    *(Chapter(scenarios, packages=packages) for packages, scenarios in SIZED.items()),
)


def chapters_of(chosen: Collection[Scenario]) -> Iterator[Chapter]:
    """The chapters that have a chosen scenario, with those alone."""
    for chapter in CHAPTERS:
        scenarios = tuple(scenario for scenario in chapter.scenarios if scenario in chosen)
        if scenarios:
            yield replace(chapter, scenarios=scenarios)
