"""`demo`: an example project before and after one more dependency, with and without uvlayers."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from integration.bench.builders import Builder, SharedEngine
from integration.bench.project import Project, copy_project
from integration.bench.quantities import duration
from integration.bench.sides import LAYERED, PLAIN, SIDES, Side
from integration.bench.work import Work
from integration.build import Build
from integration.machine import Machine, bring_up
from integration.recipes import PYTHON, UV
from integration.steps import say
from integration.venv import REPOSITORY

EXAMPLE = REPOSITORY / "examples/web"

# Enough of a vertex's name to recognise it by.
WIDTH = 100


def main(argv: list[str]) -> int:
    argparse.ArgumentParser(prog="integration demo", description=__doc__).parse_args(argv)
    machine = bring_up(recipes=(PYTHON, UV))
    machine.frontend_image()
    with TemporaryDirectory() as work:
        say("demo", "lock the dependencies of examples/web")
        project = copy_project(EXAMPLE, Path(work) / "web", machine.environment)
        say("demo", f"uv.lock has {len(project.locked())} packages")
        sys.stdout.write(show(Demo(project, machine)))
    return 0


class Demo:
    """Builds the example on both sides; each on a base image that nobody has built upon."""

    def __init__(self, project: Project, machine: Machine) -> None:
        self.project = project
        self._dockerfile = (EXAMPLE / "Dockerfile").read_text(encoding="utf-8")
        self._engine = machine.engine
        fresh = SharedEngine(machine).fresh
        self._builders: dict[str, Builder] = {side.name: fresh(side) for side in SIDES}

    def build(self, what: str) -> dict[str, Build]:
        return {side.name: self._build(side, what) for side in SIDES}

    def _build(self, side: Side, what: str) -> Build:
        say(side.name, f"{what} …")
        builder = self._builders[side.name]
        builder.keep(image_ref(side))
        built = builder.build(side, self.project.directory, self._dockerfile, image_ref(side))
        say(side.name, f"{what} … {duration(built.seconds)}")
        return built

    def require_import(self, name: str) -> None:
        """Make sure that both images run, with the new dependency in them."""
        for side in SIDES:
            program = f"import app.main, {name}"
            self._engine.docker("run", "--rm", image_ref(side), "python", "-c", program)


def image_ref(side: Side) -> str:
    return f"uvlayers-demo/web:{side.name}"


def show(demo: Demo) -> str:
    first = demo.build("first build")
    added = demo.project.add()
    say("demo", f"uv add {added}")
    second = demo.build(f"build with `{added}` added")
    demo.require_import(added)
    third = demo.build("build once more, nothing changed")
    rows = {"first build": first, f"`{added}` added": second, "nothing changed": third}
    rebuilt = [rebuilds(side, Work.of(second[side.name].progress)) for side in SIDES]
    return "\n".join(["", *rebuilt, times(rows), ""])


def rebuilds(side: Side, work: Work) -> str:
    """What was executed once the dependency was added, a line for each vertex."""
    lines = [f"  {shortened(name)}" for name in work.executed]
    return "\n".join([f"Rebuilt with {side.title}:", *lines, ""])


def shortened(name: str) -> str:
    flat = " ".join(name.split())
    return flat if len(flat) <= WIDTH else f"{flat[: WIDTH - 1]}…"


def times(rows: dict[str, dict[str, Build]]) -> str:
    """A small table of seconds."""
    width = max(map(len, rows))
    head = f"{'':{width}}  {PLAIN.title:>15}  {LAYERED.title:>10}"
    return "\n".join([head, *(time_row(what, builds, width) for what, builds in rows.items())])


def time_row(what: str, builds: dict[str, Build], width: int) -> str:
    plain, layered = (duration(builds[side.name].seconds) for side in SIDES)
    return f"{what:{width}}  {plain:>15}  {layered:>10}"
