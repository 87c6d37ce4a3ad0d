"""Real locks of different character, with three Pythons: our environments are those of uv."""

from pathlib import Path

import pytest

from integration.bench.corpus import find_corpus
from integration.conftest import required
from integration.frontends import Frontends
from integration.machine import Machine
from integration.verify import PYTHONS, Verdict, dockerfile, prepare, tell, verify

# A lock of the corpus, and what of it is asked for: nothing of the projects themselves is there.
DEPENDENCIES = "--no-install-workspace"
ASKED = {
    "black": ("--frozen", "--all-extras", "--no-dev", DEPENDENCIES),
    "cibuildwheel": ("--frozen", DEPENDENCIES),
    "conflicts": ("--frozen", DEPENDENCIES),
    "flask": ("--frozen", DEPENDENCIES),
    "httpx": ("--frozen", DEPENDENCIES),
    "workspace": ("--frozen", "--all-packages", DEPENDENCIES),
}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ASKED)
def test_real_locks(
    machine: Machine, both: Frontends, tmp_path: Path, name: str, python: str
) -> None:
    if find_corpus() is None:
        pytest.skip("there is no collection of real locks")
    image_ref = required(lambda: machine.image(PYTHONS[python].image_ref))
    project = prepare(machine, name, tmp_path)
    text = dockerfile(image_ref, ASKED[name], bytecode=python != "3.11")
    verdict = verify(both, project, text)
    assert verdict.differences == []
    assert len(verdict.layers) > 1


def test_differences_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(Verdict([], ["a"], [])) == 0
    assert tell(Verdict(["/x: only without"], ["a"], [])) == 1
    assert "/x: only without" in capsys.readouterr().out
