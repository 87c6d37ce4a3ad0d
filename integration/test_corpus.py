"""Every Dockerfile of the corpus gives what it gives without uvlayers, as layers where it can."""

import pytest

from integration.cases import Case, read_cases
from integration.frontends import Frontends
from integration.index_server import Index
from integration.machine import Machine
from integration.projects import Projects
from integration.side_by_side import SideBySide, make_context


@pytest.fixture(scope="module")
def sides(machine: Machine, both: Frontends, projects: Projects, index: Index) -> SideBySide:
    return SideBySide(machine, both, make_context(projects, index))


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.name)
def test_a_dockerfile_of_the_corpus(sides: SideBySide, case: Case) -> None:
    assert sides.differences(case) == []
