import pytest
from uvlayers.layers.plan import Wheel

from integration.bench.history.record import History, InstallSet
from integration.bench.history.replay import Layers, cost, only_adds, replay, seconds


def wheel(name: str, size: int, version: str = "1") -> Wheel:
    return Wheel(name, version, "", "", "", size, "2026-01-02")


A, B, C, D = wheel("a", 1000), wheel("b", 100), wheel("c", 10), wheel("d", 1)
NEWER = wheel("b", 200, "2")


def install_set(*wheels: Wheel) -> InstallSet:
    return {each.name: each for each in wheels}


def largest_first(wheels: object) -> Layers:
    assert hasattr(wheels, "__iter__")
    return [(each,) for each in sorted(wheels, key=lambda each: -each.size)]


def test_all_above_the_lowest_new_layer_is_unpacked_again() -> None:
    found = cost([(A,), (B,), (C, D)], [(A,), (NEWER,), (C, D)])
    assert (found.pushed, found.pulled, found.extracted) == (200, 200, 211)
    assert (found.changed, found.extracted_layers) == (1, 2)
    assert found.seconds == pytest.approx(211 / 17e6 + 2 * 0.05)


def test_a_bundle_is_pushed_as_a_whole() -> None:
    found = cost([(A,), (C,)], [(A,), (B, C)])
    assert (found.pushed, found.changed, found.extracted_layers) == (110, 1, 1)


def test_another_order_is_unpacked_again_though_nothing_is_pulled() -> None:
    found = cost([(A,), (B,), (C,)], [(A,), (C,), (B,)])
    assert (found.pulled, found.changed, found.extracted, found.extracted_layers) == (0, 0, 110, 2)


def test_a_layer_that_goes_leaves_those_above_to_unpack() -> None:
    found = cost([(A,), (B,), (C,)], [(A,), (C,)])
    assert (found.pulled, found.extracted, found.extracted_layers) == (0, 10, 1)
    assert cost([(A,), (B,)], [(A,)]).extracted_layers == 0


def test_the_registry_keeps_what_the_node_does_not() -> None:
    sets = (install_set(A, B), install_set(A, NEWER), install_set(A, B))
    history = History("p", "uv sync", "3.13.1", 3, 0, 0, sets)
    there, back = replay(history, largest_first)
    assert (there.pushed, there.pulled) == (200, 200)
    assert (back.pushed, back.pulled) == (0, 100)


def test_additions() -> None:
    assert only_adds(install_set(A), install_set(A, B))
    assert not only_adds(install_set(A, B), install_set(A, NEWER, C))
    assert not only_adds(install_set(A, B), install_set(A, C))
    assert not only_adds(install_set(A, B), install_set(A))


def test_a_layer_costs_its_share() -> None:
    assert seconds(0, 20) == pytest.approx(1)
    assert seconds(34_000_000, 0) == pytest.approx(2)
