"""What we say about a lock's freshness equals what real uv finds, edit after edit.

Fresh may only be said where uv keeps the lock without resolving, and it must be said of every lock
that was not edited. Where we leave the question to uv nothing is claimed; Stale only costs layers.
"""

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from uvlayers.lock.freshness import Fresh, Unknown

from integration.oracle.corpus import CORPUS, LOCKS
from integration.oracle.costumes import Costume, dress
from integration.oracle.edits import dump_toml, edited
from integration.oracle.freshness import Verdict, ask_us, ask_uv
from integration.oracle.scenarios import SCENARIOS, lock_scenario, universe
from integration.oracle.server import serve

_EVERY = 5  # of the edits, for a real lock; each lock tries others

# A cutoff was given on the command line, and a number was masked in the other file.
_CUTOFF = re.compile(r"^exclude-newer.*\n", re.MULTILINE)
_MASKED_ELSEWHERE = {"home-assistant-core"}

# It sets `prerelease = "if-necessary"`, which is today's default and was another mode before.
_LEFT_TO_UV = {"semantic-kernel"}


@dataclass(frozen=True)
class Bench:
    host: str
    directory: Path
    uv: str

    @property
    def cache(self) -> Path:
        return self.directory / "cache"

    def python(self, version: str) -> Path:
        return dress(Path(sys.executable).resolve(), Costume(version), self.directory)

    def ask(self, project: Path, python: Path, title: str, text: str) -> str | None:
        """Return a difference, if there is one, after an edit of pyproject.toml."""
        copy = self.directory / "edited" / f"{project.name}-{re.sub(r'[^a-z]', '-', title.lower())}"
        shutil.copytree(project, copy, symlinks=True)
        (copy / "pyproject.toml").write_text(text, encoding="utf-8")
        ours = ask_us(copy)
        verdict, why = ask_uv(self.uv, python, copy, self.cache)
        shutil.rmtree(copy)
        if isinstance(ours, Fresh) and verdict is not Verdict.KEPT:
            return f"{title}: we call it fresh, uv says: {why}"
        expected = Unknown if project.name in _LEFT_TO_UV else Fresh
        if title == "no edit" and not isinstance(ours, expected):
            return f"{title}: {ours}, uv: {verdict.value}"
        return None


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with serve(universe()) as host:
        yield Bench(
            host, tmp_path_factory.mktemp("oracle"), str(Path(sys.executable).parent / "uv")
        )


def compare(bench: Bench, project: Path, python: Path, every: int = 1) -> list[str]:
    table = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    unedited, *edits = [(title, dump_toml(copy)) for title, copy in edited(table)]
    chosen = [unedited, *edits[len(project.name) % every :: every]]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda edit: bench.ask(project, python, *edit), chosen)
        return [difference for difference in found if difference is not None]


@pytest.mark.parametrize("name", sorted({path.name for path in SCENARIOS.iterdir()} - {"sources"}))
def test_scenarios(bench: Bench, name: str) -> None:
    target = bench.directory / "scenarios" / name
    real = Path(sys.executable).resolve()
    project = lock_scenario(name, target, bench.host, bench.uv, real, bench.cache)
    assert compare(bench, project, bench.python("3.11.2")) == []


def test_archives_and_repositories_are_left_to_uv(bench: Bench) -> None:
    target = bench.directory / "scenarios" / "sources"
    real = Path(sys.executable).resolve()
    project = lock_scenario("sources", target, bench.host, bench.uv, real, bench.cache)
    assert isinstance(ask_us(project), Unknown)


@pytest.mark.parametrize("name", [name for name in CORPUS if name not in _MASKED_ELSEWHERE])
def test_real_locks(bench: Bench, name: str) -> None:
    project = bench.directory / name
    shutil.copytree(LOCKS / name, project, copy_function=shutil.copyfile)
    for directory in [project, *filter(Path.is_dir, project.rglob("*"))]:
        directory.chmod(0o755)
    lock = project / "uv.lock"
    text = _CUTOFF.sub("", lock.read_text(encoding="utf-8").replace("[X]", "1"))
    lock.write_text(text, encoding="utf-8")
    (minor,) = re.findall(r'^requires-python = "==(3\.[0-9]+)', text, re.MULTILINE) or ["3.14"]
    assert compare(bench, project, bench.python(f"{minor}.0"), _EVERY) == []
