"""What we read out of a pylock.toml equals what real uv installs from it: projects and file names.

The locks are real ones, exported when they are needed; every file that uv fetches is made up by a
loopback server, and a Python in a costume stands in for every interpreter.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from uvlayers.lock.pylock import parse_pylock
from uvlayers.lock.versions import python_fits
from uvlayers.python.interpreter import Interpreter

from integration.cache import find_cache, locked
from integration.conftest import required
from integration.image_makers import download_uv
from integration.oracle import pylock
from integration.oracle.corpus import CORPUS, LOCKS
from integration.oracle.costumes import COSTUMES, dress, probe
from integration.oracle.projects import copy_project
from integration.oracle.selection import Abstention, Refusal
from integration.oracle.server import serve

SMALL = 3000
"""Kilobytes of a uv.lock that is asked about; the largest take minutes to install."""


@dataclass(frozen=True)
class Bench:
    host: str
    directory: Path
    uv: str
    pythons: tuple[tuple[Path, Interpreter], ...]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    directory = tmp_path_factory.mktemp("pylock")
    real = Path(sys.executable).resolve()
    pythons = tuple((dress(real, one, directory), probe(real, one)) for one in COSTUMES)
    with serve({}) as host:
        yield Bench(host, directory, str(Path(sys.executable).parent / "uv"), pythons)


def exported(bench: Bench, name: str) -> Path:
    project = bench.directory / name
    if not project.exists():
        copy_project(LOCKS / name, project, bench.host)
    found = pylock.export(bench.uv, project, bench.directory / "cache")
    if found is None:
        pytest.skip("uv does not export it")
    return found


def asked(bench: Bench, lock: Path, number: int) -> list[tuple[Path, Interpreter]]:
    """A few interpreters that fit, others for each lock, and one that may not."""
    requires = parse_pylock(lock.read_bytes()).requires_python or ""
    fitting = [
        each
        for each in bench.pythons
        if python_fits(requires, each[1].markers["python_full_version"])
    ]
    start = CORPUS.index(lock.parent.name)
    chosen = [fitting[(start + step * 5) % len(fitting)] for step in range(number)]
    return [*chosen, bench.pythons[0]]


def differences(bench: Bench, uv: str, lock: Path, number: int) -> list[str]:
    found = []
    for path, interpreter in asked(bench, lock, number):
        theirs = pylock.ask_uv(uv, path, lock, bench.directory / "cache")
        ours = pylock.ask_us(lock, interpreter)
        title = path.parent.parent.name
        found += [f"{title}: {line}" for line in pylock.differences(theirs, ours)]
    return found


@pytest.mark.parametrize("name", CORPUS)
def test_real_locks(bench: Bench, name: str) -> None:
    if (LOCKS / name / "uv.lock").stat().st_size > SMALL * 1000:
        pytest.skip("too large")
    assert differences(bench, bench.uv, exported(bench, name), 3) == []


@pytest.mark.parametrize("version", ["0.8.24", "0.11.20"])
@pytest.mark.parametrize("name", CORPUS[:3])
def test_real_locks_with_older_releases(bench: Bench, name: str, version: str) -> None:
    cache = find_cache()
    directory = cache.directory("uvs") / version
    with locked(cache, f"uv-{version}"):
        if not (directory / "uv").exists():
            directory.mkdir(exist_ok=True)
            required(lambda: download_uv(cache, version, directory))
    assert differences(bench, str(directory / "uv"), exported(bench, name), 1) == []


@pytest.mark.skipif(not CORPUS, reason="there is no collection of real locks")
def test_something_is_installed(bench: Bench) -> None:
    """The comparison above is of more than refusals."""
    lock = exported(bench, CORPUS[0])
    _, interpreter = asked(bench, lock, 1)[0]
    ours = pylock.ask_us(lock, interpreter)
    assert not isinstance(ours, Refusal | Abstention)
    assert len(ours) > 1
