"""What is measured: a change that a developer makes, and the work that it may cause."""

from collections.abc import Callable
from dataclasses import dataclass

from integration.bench.project import Project
from integration.bench.work import Work


@dataclass(frozen=True)
class Scenario:
    """`change` is made before the clock starts."""

    name: str
    title: str
    change: Callable[[Project], object]
    # How many wheels uvlayers may fetch, and as many layers make; None where it has all to do.
    wheels: int | None = None
    # Whether no step at all may run.
    idle: bool = False
    # Whether each round begins with nothing built.
    cold: bool = False

    def complaint(self, work: Work, *, downloads_kept: bool = False) -> str | None:
        """What uvlayers did that it should not have done, or the other way round.

        `downloads_kept`: an earlier run may have fetched the wheel already.
        """
        if self.idle and work.executed:
            return f"ran {', '.join(work.executed)}, not nothing"
        if self.wheels is None:
            return None
        spared = downloads_kept and len(work.fetched) < self.wheels
        if len(work.installed) == self.wheels and (len(work.fetched) == self.wheels or spared):
            return None
        done = f"fetched {count(work.fetched)}, made {count(work.installed)}"
        return f"{done}, not {self.wheels} each"


def leave(_project: Project) -> None:
    """No change at all."""


def count(names: tuple[str, ...]) -> str:
    return f"{len(names)} ({'; '.join(names)})" if names else "0"


SCENARIOS = (
    Scenario("cold", "first build", leave, cold=True),
    Scenario("add", "one dependency added", Project.add, wheels=1),
    Scenario("unchanged", "nothing changed", leave, wheels=0, idle=True),
    Scenario("bump", "the project's version raised", Project.bump, wheels=0),
)
