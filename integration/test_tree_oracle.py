"""What our unpacker makes of wheels equals what real uv makes of them, file by file.

Peculiar wheels are made on the spot; well-known ones come from an index, once. Everything is
repeated with each interpreter that UVLAYERS_PYTHONS names, besides this one.
"""

import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from integration.cache import find_cache
from integration.conftest import required
from integration.oracle.costumes import probe
from integration.oracle.peculiar import HOSTILE, PECULIAR
from integration.oracle.published import fetch
from integration.oracle.tree import Case, Refused, judge
from tests.guest.pythons import PYTHONS
from tests.guest.wheels import Peculiar

UV = str(Path(sys.executable).parent / "uv")
MODES = (None, "timestamp", "checked-hash", "unchecked-hash")
UMASKS = (0o022, 0o027, 0o077, 0o000)
# A plain place, one that a shebang cannot name, one that is too long for it, one with a quote.
PLACES = ("app/.venv", "my app/.venv", f"{'long-' * 30}/.venv", "it's/.venv")


# Files whose names the system or uv has taken: their wheels are uv's to install.
TAKEN = ("entry points: activate",)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("tree")
    yield directory
    shutil.rmtree(directory)


@pytest.mark.parametrize("name", [name for name in PECULIAR if name not in TAKEN])
def test_peculiar_wheels(work: Path, tmp_path: Path, name: str) -> None:
    turn = list(PECULIAR).index(name)
    case = Case(
        wheels=[write(PECULIAR[name], tmp_path)],
        python=Path(PYTHONS[turn % len(PYTHONS)]),
        environment=tmp_path / PLACES[turn % 4],
        # Not in step with the places: every pair comes about.
        bytecode=MODES[turn // 4 % 4],
        umask=UMASKS[turn // 16 % 4],
    )
    assert judge(UV, case, work).differences == []


@pytest.mark.parametrize("name", TAKEN)
def test_names_that_are_taken_are_left_to_uv(work: Path, tmp_path: Path, name: str) -> None:
    wheel = write(PECULIAR[name], tmp_path)
    verdict = judge(UV, Case([wheel], Path(PYTHONS[0]), tmp_path / PLACES[0]), work)
    assert not isinstance(verdict.uv, Refused)
    assert isinstance(verdict.ours, Refused)
    assert "the environment's own `activate`" in str(verdict.ours)


@pytest.mark.parametrize("python", PYTHONS)
def test_scripts_in_every_place(work: Path, tmp_path: Path, python: str) -> None:
    for name in ("script: a cookie", "script: python", "entry points: console and gui"):
        for place in PLACES:
            wheel = write(PECULIAR[name], tmp_path)
            case = Case([wheel], Path(python), tmp_path / place)
            assert judge(UV, case, work).differences == [], (name, place)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_wheels(work: Path, tmp_path: Path, name: str) -> None:
    wheel = write(HOSTILE[name], tmp_path)
    verdict = judge(UV, Case([wheel], Path(sys.executable), tmp_path / "env"), work)
    # uv skips what would escape and makes files of links and devices.
    assert not isinstance(verdict.uv, Refused)
    assert isinstance(verdict.ours, Refused)
    assert wheel.name in verdict.ours.message


@pytest.mark.parametrize("python", PYTHONS)
def test_published_wheels(work: Path, tmp_path: Path, python: str) -> None:
    turn = PYTHONS.index(python)
    mode = MODES[1 + turn % 3]
    place = tmp_path / PLACES[turn % 4]
    verdict = judge(UV, Case(published(python), Path(python), place, mode, UMASKS[turn % 2]), work)
    assert not isinstance(verdict.ours, Refused)
    assert len(verdict.ours) > 5000
    assert verdict.differences == []


@pytest.mark.parametrize("python", PYTHONS)
def test_a_system_prefix(work: Path, tmp_path: Path, python: str) -> None:
    wheels = [*published(python), write(PECULIAR["data behind links"], tmp_path)]
    case = Case(wheels, Path(python), tmp_path / "usr/local", system=True)
    verdict = judge(UV, case, work)
    assert not isinstance(verdict.ours, Refused)
    assert len(verdict.ours) > 5000
    assert verdict.differences == []


def write(peculiar: Peculiar, directory: Path) -> Path:
    with pytest.warns() if peculiar.repeats else pytest.MonkeyPatch.context():
        return peculiar.write(directory)


def published(python: str) -> Sequence[Path]:
    version = probe(Path(python)).version
    return required(lambda: fetch(find_cache(), (version[0], version[1]), platform.machine()))
