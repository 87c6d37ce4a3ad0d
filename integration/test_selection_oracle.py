"""What we read out of a lock equals what real uv installs: projects, versions and file names.

Every file that uv fetches is made up by a loopback server, so no package index is needed, and a
Python in a costume stands in for every interpreter.
"""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from uvlayers.lock.model import Lock
from uvlayers.lock.parse import parse_lock
from uvlayers.lock.versions import python_fits
from uvlayers.python.interpreter import Interpreter

from integration.cache import find_cache, locked
from integration.commands import run
from integration.conftest import required
from integration.image_makers import download_uv
from integration.oracle.corpus import CORPUS, LOCKS
from integration.oracle.costumes import COSTUMES, dress, probe
from integration.oracle.projects import copy_project
from integration.oracle.questions import questions_about
from integration.oracle.scenarios import SCENARIOS, lock_scenario, read_questions, universe
from integration.oracle.selection import Abstention, Question, Refusal, ask_us, ask_uv, differences
from integration.oracle.server import serve

QUESTIONS = int(os.environ.get("UVLAYERS_QUESTIONS", "24"))
"""How many questions are asked about a lock of up to a hundred packages, fewer about others.

There are up to a hundred questions about each; a large number asks all.
"""


OTHERS = os.environ.get("UVLAYERS_UVS", "0.6.17 0.8.24 0.11.20").split()
"""Other releases of uv to ask as well: each ordered tags, or read a flag, in another way."""


@dataclass(frozen=True)
class Python:
    path: Path
    interpreter: Interpreter


@dataclass(frozen=True)
class Bench:
    """What all questions share."""

    host: str
    directory: Path
    uv: str
    pythons: tuple[Python, ...]

    @property
    def cache(self) -> Path:
        return self.directory / "cache"

    def fitting(self, lock: Lock) -> list[Python]:
        return [
            python
            for python in self.pythons
            if python_fits(lock.requires_python, python.interpreter.markers["python_full_version"])
        ]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    directory = tmp_path_factory.mktemp("oracle")
    uv = str(Path(sys.executable).parent / "uv")
    real = Path(sys.executable).resolve()
    pythons = tuple(Python(dress(real, one, directory), probe(real, one)) for one in COSTUMES)
    with serve(universe()) as host:
        yield Bench(host, directory, uv, pythons)


def compare(bench: Bench, project: Path, asked: list[tuple[Question, Python]]) -> list[str]:
    """Ask both, several at once; return all differences."""
    lock = parse_lock((project / "uv.lock").read_bytes())

    def ask(pair: tuple[Question, Python]) -> list[str]:
        question, python = pair
        theirs = ask_uv(bench.uv, python.path, project, question, bench.cache)
        ours = ask_us(lock, python.interpreter, project, question)
        title = f"`{question}` with {python.path.parent.parent.name}"
        return [f"{title}: {line}" for line in differences(theirs, ours)]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [line for lines in pool.map(ask, asked) for line in lines]


@pytest.fixture(scope="module", params=OTHERS)
def other_uv(request: pytest.FixtureRequest) -> Path:
    """An older uv, fetched once and kept."""
    cache, version = find_cache(), str(request.param)
    directory = cache.directory("uvs") / version
    with locked(cache, f"uv-{version}"):
        if not (directory / "uv").exists():
            directory.mkdir(exist_ok=True)
            required(lambda: download_uv(cache, version, directory))
    return directory / "uv"


@pytest.mark.parametrize("name", sorted(path.name for path in SCENARIOS.iterdir()))
def test_scenarios_with_other_releases(
    bench: Bench, name: str, other_uv: Path, tmp_path: Path
) -> None:
    """A release that refuses what today's accepts, or is left to itself, is no contradiction."""
    real = Path(sys.executable).resolve()
    project = lock_scenario(name, tmp_path / name, bench.host, bench.uv, real, bench.cache)
    lock = parse_lock((project / "uv.lock").read_bytes())
    words = run([str(other_uv), "--version"]).split()
    version = tuple(map(int, words[1].split(".")))
    assert len(version) == 3
    for question in read_questions(name):
        for python in bench.fitting(lock)[:2]:
            theirs = ask_uv(str(other_uv), python.path, project, question, tmp_path / "cache")
            ours = ask_us(lock, replace(python.interpreter, uv=version), project, question)
            if not isinstance(theirs, Refusal) and not isinstance(ours, Abstention):
                assert differences(theirs, ours) == [], str(question)


@pytest.mark.parametrize("name", CORPUS)
def test_real_locks(bench: Bench, name: str) -> None:
    project = copy_project(LOCKS / name, bench.directory / name, bench.host)
    lock = parse_lock((project / "uv.lock").read_bytes())
    pythons = bench.fitting(lock)
    questions = list(questions_about(lock))
    wanted = max(8, QUESTIONS * 100 // max(100, len(lock.packages)))
    step = max(1, len(questions) // wanted)
    offset = CORPUS.index(name) % step
    asked = [
        (question, pythons[(place + offset) % len(pythons)])
        for place, question in enumerate(questions[offset::step])
    ]
    assert asked
    assert compare(bench, project, asked) == []


@pytest.mark.parametrize("name", sorted(path.name for path in SCENARIOS.iterdir()))
def test_scenarios(bench: Bench, name: str) -> None:
    target = bench.directory / "scenarios" / name
    real = Path(sys.executable).resolve()
    project = lock_scenario(name, target, bench.host, bench.uv, real, bench.cache)
    pythons = bench.fitting(parse_lock((project / "uv.lock").read_bytes()))
    plain = [(Question(), python) for python in pythons]
    asked = [
        (question, pythons[place % len(pythons)])
        for place, question in enumerate(read_questions(name))
    ]
    assert compare(bench, project, [*plain, *asked]) == []
