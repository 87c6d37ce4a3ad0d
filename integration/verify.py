"""`verify PATH [FLAGS…]`: is the environment that uvlayers makes of a project the one uv makes?

The project is built twice by one Dockerfile, with and without uvlayers, and every file of both
images is compared: paths, kinds, modes, owners, contents, bytecode by its code object.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from integration.bench.corpus import find_corpus, provide
from integration.bench.project import copy_project
from integration.bench.quantities import duration
from integration.bench.work import INSTALL
from integration.build import BuildFailedError
from integration.compare import compare
from integration.errors import SetupError
from integration.frontends import Frontends, frontends
from integration.machine import Machine, bring_up
from integration.projects import Project
from integration.recipes import NEW_SYSTEM_PYTHON, OLD_SYSTEM_PYTHON, PYTHON, UV, Recipe
from integration.steps import say

# The images that have each Python: of a distribution's own and of a /usr/local of its own.
PYTHONS: dict[str, Recipe] = {
    "3.11": OLD_SYSTEM_PYTHON,
    "3.13": PYTHON,
    "3.14": NEW_SYSTEM_PYTHON,
}

DOCKERFILE = """\
FROM {python}
COPY --from={uv} /uv /bin/
ENV UV_LINK_MODE=copy{environment}
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.cache/uv uv sync {flags}
"""

# How many differences are worth reading before the rest is only counted.
SHOWN = 50


@dataclass(frozen=True)
class Verdict:
    """What a comparison found; `layers` are the names of those that uvlayers made."""

    differences: Sequence[str]
    layers: Sequence[str]
    warnings: Sequence[str]


def main(argv: list[str]) -> int:
    arguments, flags = parse(argv)
    recipe = PYTHONS[arguments.python]
    machine = bring_up(recipes=(recipe, UV))
    machine.frontend_image()
    with TemporaryDirectory() as work:
        project = prepare(machine, arguments.project, Path(work))
        text = dockerfile(recipe.image_ref, flags, bytecode=arguments.bytecode)
        with frontends(machine.engine, "uvlayers/frontend", Path(work) / "builds") as both:
            try:
                verdict = verify(both, project, text)
            except BuildFailedError as error:
                say("verify", str(error))
                return 1
    return tell(verdict)


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, Sequence[str]]:
    """The options, which come first, and the flags for `uv sync`, which are all that follows."""
    parser = argparse.ArgumentParser(
        prog="integration verify",
        description=(__doc__ or "").partition(": ")[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--python", choices=PYTHONS, default="3.13", help="the image's Python")
    parser.add_argument(
        "--bytecode", action="store_true", help="set UV_COMPILE_BYTECODE, and compare bytecode"
    )
    parser.add_argument(
        "project", help="a directory with pyproject.toml and uv.lock, or a lock's name"
    )
    parser.add_argument(
        "flags", nargs=argparse.REMAINDER, help="for `uv sync`; --locked if there are none"
    )
    found = parser.parse_args(argv)
    return found, found.flags or ["--locked"]


def prepare(machine: Machine, name: str, work: Path) -> Project:
    """A copy of the project, so that nothing happens to the user's own."""
    source = provide(name, work / "source", machine.environment, find_corpus())
    if not (source / "uv.lock").is_file():
        raise SetupError(f"there is no uv.lock in `{name}`", hint="run `uv lock` there first")
    copied = copy_project(source, work / "project", machine.environment)
    return Project(copied.directory, machine.cache.venv / "bin/uv", machine.environment)


def dockerfile(python: str, flags: Sequence[str], *, bytecode: bool = False) -> str:
    environment = " UV_COMPILE_BYTECODE=1" if bytecode else ""
    return DOCKERFILE.format(
        python=python, uv=UV.image_ref, environment=environment, flags=" ".join(flags)
    )


def verify(both: Frontends, project: Project, text: str) -> Verdict:
    """Build with both frontends and compare; BuildFailedError if one of them fails."""
    say("verify", "build as uv does it …")
    docker = both.docker(project, text)
    say("verify", f"build as uv does it … {duration(docker.done.seconds)}")
    ours = both.ours(project, text)
    say("verify", f"build with uvlayers … {duration(ours.done.seconds)}")
    return Verdict(
        differences=compare(both.engine, ours.image_ref, docker.image_ref, "/"),
        layers=[vertex.name for vertex in ours.done.progress.named(INSTALL)],
        warnings=[warning.short for warning in ours.done.progress.warnings],
    )


def tell(verdict: Verdict) -> int:
    """The differences to standard output; 1 if there are any."""
    for line in verdict.warnings:
        say("verify", f"warning: {line}")
    say("verify", f"{len(verdict.layers)} layers took the place of uv's one")
    for line in verdict.differences[:SHOWN]:
        sys.stdout.write(f"{line}\n")
    hidden = len(verdict.differences) - SHOWN
    if hidden > 0:
        sys.stdout.write(f"and {hidden} more\n")
    found = f"{len(verdict.differences)} differences" if verdict.differences else "no difference"
    say("verify", found)
    return 1 if verdict.differences else 0
