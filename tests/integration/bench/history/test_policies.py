import pytest
from uvlayers.layers.plan import Wheel, make_plan

from integration.bench.history.policies import (
    REFERENCE,
    Named,
    all_policies,
    by_age_now,
    planned,
    releases,
)
from integration.bench.history.record import History, InstallSet

POLICIES = {named.title: named for named in all_policies()}


def wheel(name: str, size: int, time: str = "2026-01-02", version: str = "1") -> Wheel:
    return Wheel(name, version, "", "", "", size, time)


def install_set(*wheels: Wheel) -> InstallSet:
    return {each.name: each for each in wheels}


def history(*sets: InstallSet) -> History:
    return History("p", "uv sync", "3.13.1", len(sets), 0, 0, sets)


MANY = [wheel(f"w{n:03}", 3**n % 5_000_011, f"20{n % 20 + 10}-01-01") for n in range(150)]
OFTEN = history(
    *(
        install_set(wheel("often", 900, version=str(n)), wheel("never", 800), wheel("old", 1))
        for n in range(9)
    )
)


def names(named: Named, of: InstallSet) -> list[str]:
    layers = named.of(OFTEN, [OFTEN])(of.values())
    return [", ".join(each.name for each in layer) for layer in layers]


def test_policies_have_titles_of_their_own() -> None:
    assert len(POLICIES) == len(all_policies())
    assert REFERENCE in POLICIES


@pytest.mark.parametrize("named", POLICIES.values(), ids=lambda named: named.title)
def test_every_wheel_is_in_one_layer_whatever_the_order(named: Named) -> None:
    policy = named.of(OFTEN, [OFTEN])
    layers = policy(MANY)
    assert sorted(each.name for layer in layers for each in layer) == [each.name for each in MANY]
    assert policy(reversed(MANY)) == layers


@pytest.mark.parametrize(
    ("title", "order"),
    [
        ("one layer for all", ["never, often, old"]),
        ("one per wheel, by name", ["never", "often", "old"]),
        (REFERENCE, ["often", "never", "old"]),
        ("… by how often it will change: hindsight", ["never", "old", "often"]),
        ("… by how often others' locks changed it", ["never", "often", "old"]),
    ],
)
def test_orders(title: str, order: list[str]) -> None:
    assert names(POLICIES[title], OFTEN.sets[-1]) == order


def test_age_counts_from_the_newest_upload() -> None:
    old, new = wheel("old", 100_000, "2025-01-01"), wheel("new", 200_000, "2026-01-01")
    later = wheel("later", 1, "2036-01-01")
    assert by_age_now(0.6)([new, old]) == [(old,), (new,)]
    assert by_age_now(0.6)([new, old, later]) == [(new,), (old,), (later,)]
    assert by_age_now(0.6, 36500)([new, old]) == [(new,), (old,)]


def test_releases_that_a_version_tells_of() -> None:
    assert releases("1.43.2") == 2 * 44 * 3
    assert releases("2026.1.2") == 2 * 3
    assert releases("") == 1


def test_the_plan_is_the_frontends_own() -> None:
    assert planned(64)(MANY) == [layer.wheels for layer in make_plan(MANY, 64)]
