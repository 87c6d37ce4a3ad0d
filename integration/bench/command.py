"""The command line of `bench`."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from integration.bench.builders import Builders, builders_of
from integration.bench.corpus import find_corpus, provide
from integration.bench.measure import Bench, Result
from integration.bench.project import Project, copy_project
from integration.bench.report import document, machine_facts, table
from integration.bench.scenarios import GROUPS, SCENARIOS, Scenario
from integration.cache import find_cache
from integration.machine import Machine, bring_up
from integration.recipes import PYTHON, UV
from integration.steps import say
from integration.venv import REPOSITORY, make_venv, uv_version

PROJECT = "genai-launchpad"
DOCKERFILE = REPOSITORY / "examples/web/Dockerfile"
ROUNDS = 5
COLD_ROUNDS = 3


def main(argv: list[str]) -> int:
    if argv[:1] == ["plan"]:
        return without_engine("integration.bench.planning", argv[1:])
    if argv[:1] == ["history"]:
        return without_engine("integration.bench.history.command", argv[1:])
    arguments = parse(argv)
    # Engines are stopped on the way out, and that way is an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    machine = bring_up(recipes=(PYTHON, UV))
    machine.frontend_image()
    dockerfile = arguments.dockerfile.read_text(encoding="utf-8")
    with TemporaryDirectory() as work, builders_of(machine) as builders:
        project = provide_project(arguments.project, machine, Path(work))
        facts = circumstances(arguments.project, project, machine, builders)
        bench = Bench(project, dockerfile, builders)
        results = run(bench, arguments.scenarios, arguments.rounds)
        # Before the engines go: that takes a while, and could fail.
        return tell(results, facts, arguments.json)


def without_engine(module: str, argv: Sequence[str]) -> int:
    """Run a bench of its own, in a process that has the frontend's own requirements."""
    cache = find_cache()
    make_venv(cache)
    command = [str(cache.venv / "bin/python"), "-m", module, *argv]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "frontend")}
    return subprocess.run(command, env=environment, cwd=REPOSITORY, check=False).returncode


def tell(results: Sequence[Result], facts: Mapping[str, object], target: Path | None) -> int:
    """The table to standard output, all samples to a file; 1 if there is something amiss."""
    sys.stdout.write(f"\n{table(results)}\n\n{caption(facts)}\n\n")
    sys.stdout.flush()
    if target is not None:
        target.write_text(f"{document(results, facts)}\n", encoding="utf-8")
        say("bench", f"written to {target}")
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
        help=f"what to measure: {', '.join(known)}, of which {' and '.join(GROUPS)} are groups; "
        "`usual` if none is named; or `plan`, which measures how planning grows with the lock; "
        "or `history`, which replays real changes of locks",
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
    parser.add_argument("--json", type=Path, help="where to write all samples")
    arguments = parser.parse_args(argv)
    unknown = [name for name in arguments.scenarios if name not in known]
    if unknown:
        parser.error(f"unknown scenario: {unknown[0]}")
    if arguments.rounds < 1:
        parser.error("at least one round is needed")
    named = arguments.scenarios or ["usual"]
    chosen = {scenario.name for name in named for scenario in known[name]}
    # In the order in which they follow from each other, whatever the order they were named in.
    arguments.scenarios = [scenario for scenario in SCENARIOS if scenario.name in chosen]
    return arguments


def provide_project(name: str, machine: Machine, work: Path) -> Project:
    source = provide(name, work / "source", machine.environment, find_corpus())
    return copy_project(source, work / "project", machine.environment)


def run(bench: Bench, scenarios: Sequence[Scenario], rounds: int) -> list[Result]:
    return [
        bench.measure(scenario, min(rounds, COLD_ROUNDS) if scenario.cold else rounds)
        for scenario in scenarios
    ]


def circumstances(
    name: str, project: Project, machine: Machine, builders: Builders
) -> dict[str, object]:
    """What the measurement depends on."""
    return {
        "project": Path(name).name,
        "locked_packages": len(project.locked()),
        "uv": uv_version(machine.cache),
        "first_build": builders.cold,
        **machine_facts(machine.engine),
    }


def caption(facts: Mapping[str, object]) -> str:
    return (
        "{project}: {locked_packages} locked packages, uv {uv}, Docker Engine {engine}, "
        "{cpus} CPUs, {memory_gib} GiB. Medians of `docker buildx build` to a runnable image, "
        "sides alternating, each on a quiet machine; wheels that uvlayers fetched, installs that "
        "it ran. First build: {first_build}."
    ).format(**facts)
