"""Every Dockerfile of the corpus gives what it gives without uvlayers, as layers where it can."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from integration.cases import Case, read_cases
from integration.frontends import Frontends
from integration.index_server import Index
from integration.machine import Machine
from integration.projects import Projects
from integration.shapes import DOCUMENT, GROUPS, written
from integration.side_by_side import WORKERS, SideBySide, make_context

Found = Mapping[str, Future[list[str]]]


@pytest.fixture(scope="module")
def found(
    request: pytest.FixtureRequest,
    machine: Machine,
    both: Frontends,
    projects: Projects,
    index: Index,
) -> Iterator[Found]:
    """The differences of all cases that were asked for, a few of which are built at a time."""
    sides = SideBySide(machine, both, make_context(projects, index))
    wanted = {
        item.callspec.params.get("case")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    with ThreadPoolExecutor(WORKERS) as pool:
        cases = [case for case in read_cases() if case in wanted]
        yield {case.name: pool.submit(sides.differences, case) for case in cases}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.name)
def test_a_dockerfile_of_the_corpus(found: Found, case: Case) -> None:
    assert found[case.name].result() == []


def test_the_table_of_shapes_is_that_of_the_corpus() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    cases = read_cases()
    assert {case.group for case in cases} <= GROUPS.keys()
    assert document == written(document, cases)
