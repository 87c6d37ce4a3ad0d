"""What is measured: a change that a developer makes in a Dockerfile's project, and the work that
it may cause.
"""

from collections.abc import Callable
from dataclasses import dataclass

from integration.bench.changes import add_ten, remove, upgrade
from integration.bench.project import Project
from integration.bench.quantities import BYTES, LEAST, MORE, SECONDS, Aim, Measured, share, times
from integration.bench.shapes import (
    ALL,
    CHOSEN,
    COPY,
    LOCK,
    OWNER,
    PACKAGED,
    PLAIN_FILES,
    RUN,
    STAGES,
    STAGES_APP,
    STAGES_RUN,
    USER,
    Shape,
    leave,
)
from integration.bench.sizes import SIZES
from integration.bench.work import Work


@dataclass(frozen=True)
class Scenario:
    """`change` is made before the clock starts."""

    name: str
    title: str
    change: Callable[[Project], object] = leave
    # How many wheels uvlayers may fetch, and as many layers make; None where it has all to do.
    wheels: int | None = None
    # How many steps may be made without a wheel of theirs: that of others which shared one.
    again: int = 0
    # Whether no step at all may run.
    idle: bool = False
    # Whether each round begins with nothing built.
    cold: bool = False
    # Whether there are few rounds of it: it takes long, or uses up what can be changed.
    few: bool = False
    # Whether the image is pushed to a registry as well.
    pushed: bool = False
    # Whether an image is made of the result at all.
    exported: bool = True
    # The Dockerfile that is built.
    shape: Shape = CHOSEN
    measured: tuple[Measured, ...] = (Measured(SECONDS),)

    @property
    def least(self) -> bool:
        """Whether it is held against what had to be pushed at any rate."""
        return any(each.aim is not None and each.aim.comparison is LEAST for each in self.measured)

    def complaint(self, work: Work, *, downloads_kept: bool = False) -> str | None:
        """What uvlayers did that it should not have done, or the other way round.

        `downloads_kept`: an earlier run may have fetched the wheel already.
        """
        if self.idle and work.executed:
            return f"ran {', '.join(work.executed)}, not nothing"
        if self.wheels is None:
            return None if work.installed else "made no layers, but ran as written"
        spared = downloads_kept and len(work.fetched) < self.wheels
        # small wheels may share a step: fewer than there are wheels, but not none
        installed = min(self.wheels, 1) <= len(work.installed) <= self.wheels + self.again
        if installed and (len(work.fetched) == self.wheels or spared):
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
    Scenario("cold", "first build", cold=True, measured=(Measured(SECONDS, share(1.0)),)),
    Scenario(
        "add",
        "one dependency added",
        Project.add,
        wheels=1,
        measured=(Measured(SECONDS, times(25)),),
    ),
    Scenario("unchanged", "nothing changed", wheels=0, idle=True),
    Scenario("bump", "the project's version raised", Project.bump, wheels=0),
)

# What stands around the environment in the Dockerfile may spoil what is saved by it.
BEFORE = (
    added("lock", "lock copied before it", LOCK, aim=15),
    Scenario(
        "bump-all",
        "version raised, all copied before it",
        Project.bump,
        wheels=0,
        shape=ALL,
        measured=(Measured(SECONDS, times(15)),),
    ),
)
AFTER = (
    added("copy", "code copied after it", COPY, aim=15),
    added("run", "a command after it", RUN, aim=4),
    added("user", "a user made after it", USER, aim=15),
    Scenario(
        "cold-owner",
        "first build, all given to a user after it",
        cold=True,
        shape=OWNER,
        measured=(Measured(SECONDS, share(1.0)),),
    ),
    added("owner", "all given to a user after it", OWNER, aim=15),
    added("project", "project installed after it", PACKAGED, aim=15),
)
STAGED = (
    added("stages", "environment copied to a stage", STAGES, aim=15),
    added("stages-run", "copied to a stage after a command", STAGES_RUN, aim=4),
    added("stages-app", "all of /app copied to a stage", STAGES_APP, aim=15),
)
SHAPES = (*BEFORE, *AFTER, *STAGED)

CHANGES = (
    Scenario("upgrade", "a wheel of some MB changed", upgrade, wheels=1),
    Scenario("remove", "one dependency removed", remove, wheels=0, again=1),
    Scenario("add-ten", "ten dependencies added", add_ten, wheels=10, few=True),
)

TRANSFERRED = Measured(BYTES, label="bytes")

REGISTRY = (
    Scenario(
        "push-cold",
        "first build, pushed",
        cold=True,
        pushed=True,
        measured=(Measured(SECONDS, share(1.0)), TRANSFERRED),
    ),
    Scenario(
        "push-add",
        "one added, pushed",
        Project.add,
        wheels=1,
        pushed=True,
        measured=(Measured(SECONDS, times(25)), Measured(BYTES, Aim(LEAST, 1.1), "bytes")),
    ),
    Scenario(
        "cold-plain",
        "first build without bytecode, pushed",
        cold=True,
        pushed=True,
        shape=PLAIN_FILES,
        measured=(Measured(SECONDS, share(1.0)), TRANSFERRED),
    ),
)

PULL_FIRST = Scenario(
    "pull-first", "first pull", measured=(Measured(SECONDS, share(1.3)), TRANSFERRED)
)
PULL_NEXT = Scenario(
    "pull-next", "pull once one is added", measured=(Measured(SECONDS, times(6)), TRANSFERRED)
)
IMPORT = Scenario("import", "all imported at run time", measured=(Measured(SECONDS, share(1.05)),))
NODES = (PULL_FIRST, PULL_NEXT, IMPORT)

DISK_FIRST = Scenario("disk-first", "disk used, first build", measured=(Measured(BYTES),))
DISK_CHANGED = Scenario(
    "disk-ten", "disk used, ten lock changes later", measured=(Measured(BYTES),)
)
DISK = (DISK_FIRST, DISK_CHANGED)

# What our frontend itself costs: nothing has changed, so all that both do is to find that out, and
# no image is made, because that of more layers takes longer whoever made them.
FRONTEND = Scenario(
    "frontend",
    "overhead of the frontend, no image made",
    wheels=0,
    idle=True,
    exported=False,
    measured=(Measured(SECONDS, Aim(MORE, 0.35)),),
)


def sized(packages: int) -> tuple[Scenario, ...]:
    """A project with so many packages, in which one more is the same change as in any other."""
    title = f"of {packages} packages"
    return (
        Scenario(f"cold-{packages}", f"first build {title}", cold=True),
        Scenario(f"add-{packages}", f"one added {title}", Project.add, wheels=1, few=True),
    )


SIZED = {packages: sized(packages) for packages in SIZES}

SIZES_OF_ALL = tuple(scenario for each in SIZED.values() for scenario in each)

SCENARIOS = (
    *(*USUAL, FRONTEND, *CHANGES, *REGISTRY),
    *(*NODES, *DISK, *SHAPES, *SIZES_OF_ALL),
)

# Names for several at once.
GROUPS = {
    "usual": USUAL,
    "changes": CHANGES,
    "registry": REGISTRY,
    "nodes": NODES,
    "disk": DISK,
    "shapes": SHAPES,
    "sizes": SIZES_OF_ALL,
    "all": SCENARIOS,
}
