"""The command line of `bench`."""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from integration.bench import chart
from integration.bench.builders import Builders, builders_of
from integration.bench.chapters import Chapter, chapters_of
from integration.bench.corpus import find_corpus, provide
from integration.bench.measure import Setting
from integration.bench.project import Project, copy_project
from integration.bench.quiet import PATIENCE, wait_for_quiet
from integration.bench.report import caption, document, machine_facts, table
from integration.bench.results import Result
from integration.bench.scenarios import GROUPS, SCENARIOS
from integration.bench.sides import frontends_of_sides
from integration.bench.sizes import make_project
from integration.cache import find_cache
from integration.errors import SetupError
from integration.machine import Machine, bring_up
from integration.recipes import PYTHON, UV
from integration.registry import spare_registry
from integration.steps import say
from integration.traffic import Watched
from integration.venv import REPOSITORY, make_venv, uv_version

PROJECT = "genai-launchpad"
DOCKERFILE = REPOSITORY / "examples/web/Dockerfile"
ROUNDS = 5

# The registry that is gone afterwards.
REGISTRY = "registry-bench"


def main(argv: list[str]) -> int:
    if argv[:1] == ["plan"]:
        return without_engine("integration.bench.planning", argv[1:])
    if argv[:1] == ["history"]:
        return without_engine("integration.bench.history.command", argv[1:])
    if argv[:1] == ["chart"]:
        return chart.main(argv[1:])
    arguments = parse(argv)
    chapters = list(chapters_of(arguments.scenarios))
    # Engines are stopped on the way out, and that way is an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    machine = bring_up(recipes=(PYTHON, UV))
    require_engines(machine, chapters)
    machine.frontend_image()
    require_image(machine, arguments.syntax)
    with (
        TemporaryDirectory() as work,
        registry_for(machine, chapters) as watched,
        builders_of(machine, frontends_of_sides(arguments.syntax)) as builders,
    ):
        projects = Projects(arguments.project, machine, Path(work))
        facts = circumstances(projects, chapters, machine, builders)
        facts["patience"] = arguments.patience
        facts["plain_frontend"] = arguments.syntax
        results: list[Result] = []
        try:
            for number, chapter in enumerate(chapters, start=1):
                names = ", ".join(scenario.name for scenario in chapter.scenarios)
                say("bench", f"part {number} of {len(chapters)}: {names}")
                setting = Setting(
                    projects.fresh(chapter.packages),
                    arguments.dockerfile.read_text(encoding="utf-8"),
                    builders,
                    watched,
                    partial(wait_for_quiet, patience=arguments.patience),
                )
                # One after the other: an error in the midst takes none back.
                results.extend(chapter.measure(setting, chapter.scenarios, arguments.rounds))
        finally:
            # Before the engines go, and whatever happens: it has taken hours.
            code = tell(results, facts, arguments.json, arguments.svg)
        return code


def without_engine(module: str, argv: Sequence[str]) -> int:
    """Run a bench of its own, in a process that has the frontend's own requirements."""
    cache = find_cache()
    make_venv(cache)
    command = [str(cache.venv / "bin/python"), "-m", module, *argv]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "frontend")}
    return subprocess.run(command, env=environment, cwd=REPOSITORY, check=False).returncode


def tell(
    results: Sequence[Result],
    facts: Mapping[str, object],
    target: Path | None = None,
    picture: Path | None = None,
) -> int:
    """The table to standard output, all samples and a chart to files; 1 if something is amiss."""
    if not results:
        return 0
    sys.stdout.write(f"\n{table(results)}\n\n{caption(facts)}\n\n")
    sys.stdout.flush()
    told = document(results, facts)
    if target is not None:
        target.write_text(f"{told}\n", encoding="utf-8")
        say("bench", f"written to {target}")
    if picture is not None:
        picture.write_text(chart.draw(json.loads(told)), encoding="utf-8")
        say("bench", f"drawn to {picture}")
    complaints = [line for result in results for line in result.complaints()]
    for line in complaints:
        say("bench", f"failed: {line}")
    return 1 if complaints else 0


def parse(argv: Sequence[str]) -> argparse.Namespace:
    known = {scenario.name: (scenario,) for scenario in SCENARIOS} | GROUPS
    parser = argparse.ArgumentParser(prog="integration bench", description=__doc__)
    parser.add_argument(
        "scenarios",
        nargs="*",
        metavar="SCENARIO",
        help=f"what to measure: {', '.join(scenario.name for scenario in SCENARIOS)}; or a group: "
        f"{', '.join(GROUPS)}; `usual` if none is named; or `plan`, which measures how planning "
        "grows with the lock; or `history`, which replays real changes of locks; or `chart`, "
        "which draws once more what was measured",
    )
    parser.add_argument(
        "--project", default=PROJECT, help="a directory with pyproject.toml, or a lock's name"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each side builds")
    parser.add_argument(
        "--dockerfile",
        type=Path,
        default=DOCKERFILE,
        help="for scenarios without one of their own; its `# syntax=` line is replaced",
    )
    parser.add_argument(
        "--syntax",
        metavar="IMAGE",
        help="the Dockerfile frontend of uv's side, such as docker/dockerfile:1: an image that the "
        "engine has; without it the one that is built into the engine, which starts no container",
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE,
        metavar="SECONDS",
        help="how long to wait for a quiet machine before each build; 0 where others use it",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all samples")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="where to draw a chart")
    arguments = parser.parse_args(argv)
    unknown = [name for name in arguments.scenarios if name not in known]
    if unknown:
        parser.error(f"unknown scenario: {unknown[0]}")
    if arguments.rounds < 1:
        parser.error("at least one round is needed")
    if arguments.patience < 0:
        parser.error("nobody waits for less than no time")
    if not arguments.dockerfile.is_file():
        parser.error(f"there is no Dockerfile {arguments.dockerfile}")
    for target in (arguments.json, arguments.svg):
        # To be told after hours of measuring would be too late.
        if target is not None and (target.is_dir() or not target.absolute().parent.is_dir()):
            parser.error(f"no file can be written to {target}")
    named = arguments.scenarios or ["usual"]
    chosen = {scenario.name for name in named for scenario in known[name]}
    # In the order in which they follow from each other, whatever the order they were named in.
    arguments.scenarios = [scenario for scenario in SCENARIOS if scenario.name in chosen]
    return arguments


def require_engines(machine: Machine, chapters: Sequence[Chapter]) -> None:
    if machine.engine.own:
        return
    for chapter in chapters:
        if chapter.own_engines:
            names = ", ".join(scenario.name for scenario in chapter.scenarios)
            raise SetupError(
                f"no other engines can be set up beside somebody's own Docker Engine for: {names}",
                hint="as root on Debian, UVLAYERS_ENGINE=own sets up what is needed",
            )


def require_image(machine: Machine, image_ref: str | None) -> None:
    if image_ref is not None and machine.engine.image_labels(image_ref) is None:
        hint = f"`docker pull {image_ref}` in `{machine.engine.name}`"
        raise SetupError(f"the engine has no image `{image_ref}`", hint)


@contextmanager
def registry_for(machine: Machine, chapters: Sequence[Chapter]) -> Iterator[Watched | None]:
    """A registry with nothing in it, if any image is to be pushed."""
    if not any(chapter.pushes for chapter in chapters):
        yield None
        return
    with spare_registry(machine.cache, REGISTRY) as registry:
        yield Watched(registry)


class Projects:
    """Copies of projects, each to be changed by one chapter; `name` is the command line's."""

    def __init__(self, name: str, machine: Machine, work: Path) -> None:
        self.name = Path(name).name
        self._provided = name
        self._environment = machine.environment
        self._work = work
        self._made = 0

    def fresh(self, packages: int | None = None) -> Project:
        """A copy of the project that was named, or one with so many packages."""
        self._made += 1
        target = self._work / str(self._made)
        if packages is not None:
            say("bench", f"lock a project of {packages} packages")
            return make_project(packages, target, self._environment)
        return copy_project(self._source(), target, self._environment)

    def _source(self) -> Path:
        copy = self._work / "source"
        if copy.exists():
            return copy
        return provide(self._provided, copy, self._environment, find_corpus())


def circumstances(
    projects: Projects, chapters: Sequence[Chapter], machine: Machine, builders: Builders
) -> dict[str, object]:
    """What the measurement depends on."""
    facts: dict[str, object] = {
        "uv": uv_version(machine.cache),
        "first_build": builders.cold,
        **machine_facts(machine.engine),
    }
    if any(chapter.packages is None for chapter in chapters):
        facts["project"] = projects.name
        facts["locked_packages"] = len(projects.fresh().locked())
    return facts
