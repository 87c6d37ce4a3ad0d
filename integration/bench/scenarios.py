"""What is measured: a change that a developer makes in a Dockerfile's project, and the work that
it may cause.
"""

from collections.abc import Callable
from dataclasses import dataclass

from integration.bench.project import Project
from integration.bench.quantities import SECONDS, Measured, share, times
from integration.bench.shapes import (
    CHOSEN,
    COPY,
    PACKAGED,
    RUN,
    STAGES,
    STAGES_APP,
    Shape,
    leave,
)
from integration.bench.work import Work


@dataclass(frozen=True)
class Scenario:
    """`change` is made before the clock starts."""

    name: str
    title: str
    change: Callable[[Project], object] = leave
    # How many wheels uvlayers may fetch, and as many layers make; None where it has all to do.
    wheels: int | None = None
    # Whether no step at all may run.
    idle: bool = False
    # Whether each round begins with nothing built.
    cold: bool = False
    # The Dockerfile that is built.
    shape: Shape = CHOSEN
    measured: tuple[Measured, ...] = (Measured(SECONDS),)

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


def added(name: str, where: str, shape: Shape, aim: float) -> Scenario:
    """One dependency more, in a Dockerfile of another shape."""
    return Scenario(
        f"add-{name}",
        f"one added, {where}",
        Project.add,
        wheels=1,
        shape=shape,
        measured=(Measured(SECONDS, times(aim)),),
    )


def count(names: tuple[str, ...]) -> str:
    return f"{len(names)} ({'; '.join(names)})" if names else "0"


USUAL = (
    Scenario("cold", "first build", leave, cold=True, measured=(Measured(SECONDS, share(1.0)),)),
    Scenario(
        "add",
        "one dependency added",
        Project.add,
        wheels=1,
        measured=(Measured(SECONDS, times(25)),),
    ),
    Scenario("unchanged", "nothing changed", leave, wheels=0, idle=True),
    Scenario("bump", "the project's version raised", Project.bump, wheels=0),
)

# What stands behind the environment in the Dockerfile may spoil what is saved before it.
SHAPES = (
    added("copy", "code copied after it", COPY, aim=15),
    added("run", "a command after it", RUN, aim=4),
    added("project", "project installed after it", PACKAGED, aim=15),
    added("stages", "environment copied to a stage", STAGES, aim=15),
    added("stages-app", "all of /app copied to a stage", STAGES_APP, aim=15),
)

SCENARIOS = (*USUAL, *SHAPES)

# Names for several at once.
GROUPS = {"usual": USUAL, "shapes": SHAPES}
