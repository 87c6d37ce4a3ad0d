import pytest

from integration.bench.scenarios import SCENARIOS
from integration.bench.work import Work
from integration.progress import Progress, Vertex

STARTED = "2026-01-01T00:00:00Z"

ONE = Work(("COPY . /app", "[uvlayers] fetch a-1-py3-none-any.whl", "[uvlayers] install a 1"))
NONE = Work(("COPY . /app",))
NOTHING = Work(())
RULES = {scenario.name: scenario for scenario in SCENARIOS}


def vertex(name: str, *inputs: str, cached: bool = False) -> Vertex:
    return Vertex(name, name, inputs, STARTED, STARTED, cached)


def test_work_is_what_ran_in_order_of_appearance() -> None:
    vertices = (
        vertex("[uvlayers] install b 2", "fetch"),
        vertex("[uvlayers] fetch b-2-py3-none-any.whl"),
        vertex("[uvlayers] install a 1", "fetch", cached=True),
        vertex("merge", "[uvlayers] install b 2", "[uvlayers] fetch b-2-py3-none-any.whl"),
    )
    work = Work.of(Progress({each.digest: each for each in vertices}))
    assert work.executed == (
        "[uvlayers] install b 2",
        "[uvlayers] fetch b-2-py3-none-any.whl",
        "merge",
    )
    assert work.fetched == ("b-2-py3-none-any.whl",)
    assert work.installed == ("b 2",)


@pytest.mark.parametrize(
    ("scenario", "work"),
    [("cold", ONE), ("add", ONE), ("unchanged", NOTHING), ("bump", NONE)],
)
def test_work_that_a_change_may_cause(scenario: str, work: Work) -> None:
    assert RULES[scenario].complaint(work) is None


@pytest.mark.parametrize(
    ("scenario", "work", "complaint"),
    [
        ("add", NONE, "fetched 0, made 0, not 1 each"),
        (
            "add",
            Work((*ONE.executed, "[uvlayers] install b 2")),
            "fetched 1 (a-1-py3-none-any.whl), made 2 (a 1; b 2), not 1 each",
        ),
        ("cold", NONE, "made no layers, but ran as written"),
        ("unchanged", NONE, "ran COPY . /app, not nothing"),
        ("bump", ONE, "fetched 1 (a-1-py3-none-any.whl), made 1 (a 1), not 0 each"),
        ("bump", Work(("[uvlayers] install a 1",)), "fetched 0, made 1 (a 1), not 0 each"),
    ],
)
def test_work_that_a_change_may_not_cause(scenario: str, work: Work, complaint: str) -> None:
    assert RULES[scenario].complaint(work) == complaint


def test_what_an_earlier_run_fetched_need_not_be_fetched_again() -> None:
    spared = Work(("[uvlayers] install a 1",))
    assert RULES["add"].complaint(spared) == "fetched 0, made 1 (a 1), not 1 each"
    assert RULES["add"].complaint(spared, downloads_kept=True) is None
    assert RULES["add"].complaint(NONE, downloads_kept=True) is not None
    twice = Work((*ONE.executed, "[uvlayers] fetch b-1-py3-none-any.whl"))
    assert RULES["add"].complaint(twice, downloads_kept=True) is not None
