"""What a pushed image costs where it runs: pulling it, pulling the next one, importing from it."""

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from integration.bench.builders import OwnEngines
from integration.bench.measure import Setting
from integration.bench.quantities import BYTES, SECONDS
from integration.bench.results import Result, Sample, alternate, fewer
from integration.bench.scenarios import IMPORT, PULL_FIRST, PULL_NEXT, Scenario
from integration.bench.sides import SIDES, Side, order
from integration.engine import Engine
from integration.errors import SetupError
from integration.steps import say
from integration.traffic import Watched, pulled

# It runs in a container, and needs nothing of ours there.
PROGRAM = Path(__file__).with_name("import_everything.py")


def measure_nodes(setting: Setting, scenarios: Sequence[Scenario], rounds: int) -> Iterator[Result]:
    """Images are built and pushed before, and the builders given back: nodes have the machine."""
    engines, watched = setting.builders, setting.watched
    if not isinstance(engines, OwnEngines) or watched is None:
        raise SetupError("a node to pull images needs an engine of its own")
    later = PULL_NEXT in scenarios or IMPORT in scenarios
    repositories = push_images(setting, watched, rounds if later else 0)
    nodes = Nodes(setting.settle, engines, watched, repositories)
    firsts = fewer(rounds) if PULL_FIRST in scenarios else 1
    first = alternate(PULL_FIRST, firsts, nodes.pull_first, nodes.renew)
    if PULL_FIRST in scenarios:
        yield first
    if later:
        following = alternate(PULL_NEXT, rounds, nodes.pull_next)
        if PULL_NEXT in scenarios:
            yield following
    if IMPORT in scenarios:
        yield alternate(IMPORT, rounds, nodes.import_all)
    for side in SIDES:
        engines.discard(side)


def push_images(setting: Setting, watched: Watched, changes: int) -> dict[str, str]:
    """Push an image, then one more after each change, tagged by number; the sides' repositories."""
    builders = {side.name: setting.builders.fresh(side) for side in SIDES}
    for tag in range(changes + 1):
        if tag:
            setting.project.add()
        for side in order(tag):
            builder = builders[side.name]
            image_ref = watched.registry.image_ref(f"{builder.repository}:{tag}")
            context = setting.project.directory
            done = builder.build(side, context, setting.dockerfile, image_ref, push=True)
            say(side.name, f"image {tag} of {changes} pushed, not measured: {done.seconds:.2f} s")
    for side in SIDES:
        setting.builders.discard(side)
    return {name: builder.repository for name, builder in builders.items()}


@dataclass(frozen=True)
class Nodes:
    """An engine for each side; the images in its repository are numbered from 0."""

    settle: Callable[[], None]
    engines: OwnEngines
    watched: Watched
    repositories: Mapping[str, str]
    # By name of the side, as the next ones.
    at: dict[str, Engine] = field(default_factory=dict)
    # What could be imported from its image.
    imported: dict[str, set[str]] = field(default_factory=dict)

    def renew(self, turn: int) -> None:
        """Start with empty nodes."""
        for side in order(turn):
            self.at[side.name] = self.engines.node(side)

    def pull_first(self, side: Side, _turn: int) -> Sample:
        return self._pull(side, 0)

    def pull_next(self, side: Side, turn: int) -> Sample:
        return self._pull(side, turn + 1)

    def import_all(self, side: Side, _turn: int) -> Sample:
        """How long a process takes in a new container to import all that there is."""
        self.settle()
        told = self.at[side.name].docker(
            *("run", "--rm", "--network=none", "--entrypoint=python", self._image_ref(side, 1)),
            *("-c", PROGRAM.read_text(encoding="utf-8")),
        )
        answer = json.loads(told.splitlines()[-1])
        self.imported[side.name] = set(answer["imported"])
        return Sample({SECONDS.name: answer["seconds"]}, complaint=only_on_one_side(self.imported))

    def _pull(self, side: Side, tag: int) -> Sample:
        """Wall clock of `docker pull`, which unpacks as well, and what the registry sent."""
        self.settle()
        mark = self.watched.mark()
        started = time.monotonic()
        self.at[side.name].docker("pull", "--quiet", self._image_ref(side, tag))
        seconds = time.monotonic() - started
        sent = pulled(self.watched.since(mark), self.repositories[side.name])
        return Sample({SECONDS.name: seconds, BYTES.name: sent})

    def _image_ref(self, side: Side, tag: int) -> str:
        return self.watched.registry.image_ref(f"{self.repositories[side.name]}:{tag}")


def only_on_one_side(imported: Mapping[str, Collection[str]]) -> str | None:
    """What is wrong with modules that only one of the images lets import."""
    if len(imported) < len(SIDES):
        return None
    one, other = (set(modules) for modules in imported.values())
    return f"only one side imports {', '.join(sorted(one ^ other))}" if one != other else None
