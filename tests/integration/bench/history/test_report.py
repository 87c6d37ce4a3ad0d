import json
from dataclasses import replace

from uvlayers.layers.plan import Wheel

from integration.bench.history.command import DATA
from integration.bench.history.policies import REFERENCE, all_policies
from integration.bench.history.record import History, InstallSet, load_all
from integration.bench.history.replay import replay
from integration.bench.history.report import (
    ADDITIONS,
    document,
    histories_table,
    measure,
    measure_all,
    middle,
    ninth,
    ratio,
    small_wheels,
    table,
)

POLICIES = {named.title: named for named in all_policies()}


def wheel(name: str, size: int, version: str = "1") -> Wheel:
    return Wheel(name, version, "", "", "", size, "2026-01-02")


def install_set(*wheels: Wheel) -> InstallSet:
    return {each.name: each for each in wheels}


HISTORY = History(
    "p",
    "uv sync",
    "3.13.1",
    5,
    1,
    1,
    (
        install_set(wheel("large", 10**6), wheel("small", 10)),
        install_set(wheel("large", 10**6), wheel("small", 10), wheel("added", 30)),
        install_set(wheel("large", 10**6, "2"), wheel("small", 10), wheel("added", 30)),
    ),
)


def test_figures_are_means_of_changes() -> None:
    found = measure(HISTORY, POLICIES[REFERENCE].of(HISTORY, []))
    assert (found.layers, found.changed) == (3, 1)
    assert found.pushed == found.pulled == (30 + 10**6) / 2
    assert found.extracted == (40 + 10**6 + 40) / 2
    assert found.extracted_layers == (2 + 3) / 2
    assert found.additions == 40
    assert found.add_pushed == (10 + 30) / 2
    assert found.add_extracted == (10 + 40) / 2


def test_without_an_addition_there_is_no_figure() -> None:
    found = measure(replace(HISTORY, sets=HISTORY.sets[1:]), POLICIES[REFERENCE].of(HISTORY, []))
    assert found.additions is None
    assert middle([found]).additions is None


def test_additions_are_tried_with_few_of_the_small_wheels() -> None:
    wheels = [wheel(f"w{n:03}", 10) for n in range(1000)]
    assert len(small_wheels([*wheels, wheel("large", 10**6), wheel("unknown", 0)])) <= ADDITIONS
    assert len(small_wheels(wheels[:7])) == 7


def test_one_in_ten_is_above() -> None:
    assert ninth([float(n) for n in range(11)]) == 9
    assert ninth([3.0]) == 3.0


def test_tables_and_document() -> None:
    measured = measure_all([HISTORY], list(POLICIES.values()))
    rows = table(measured).splitlines()
    assert len(rows) == 2 + len(POLICIES)
    assert len({len(line) for line in rows}) == 1
    (reference,) = (line for line in rows if line.startswith(f"| {REFERENCE} "))
    assert reference.endswith(" 1.00 |")
    assert histories_table([HISTORY]).splitlines()[-1].split()[1:-1:2] == [
        *("p", "5", "1", "1", "2", "3", "1", "1.0")
    ]
    assert json.loads(document(measured))[REFERENCE]["p"]["layers"] == 3


def test_the_plan_is_better_than_what_it_is_compared_with() -> None:
    """Of the recorded histories, which do not change: a plan that is worse was not meant."""
    histories = load_all(DATA)
    titles = (REFERENCE, "before: 12 bundles, budget 64", "the plan, budget 64")
    measured = {
        title: {each.project: measure(each, POLICIES[title].of(each, [])) for each in histories}
        for title in titles
    }
    reference, before, now = measured.values()
    assert ratio(now, reference) < 0.97
    for project, figures in now.items():
        assert figures.seconds < 0.75 * reference[project].seconds
        assert figures.layers <= 64
    ours, theirs = middle(now.values()), middle(before.values())
    assert ours.seconds < theirs.seconds
    assert ours.add_pushed < theirs.add_pushed
    assert ours.add_extracted < theirs.add_extracted


def test_the_reference_changes_what_changed_and_no_more() -> None:
    for history in load_all(DATA):
        costs = replay(history, POLICIES[REFERENCE].of(history, []))
        new = [
            sum(after[name] != before.get(name) for name in after)
            for before, after in history.changes
        ]
        assert [each.changed for each in costs] == new
