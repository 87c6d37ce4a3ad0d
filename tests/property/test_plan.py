"""What holds for every plan, and what one wheel more or another version can change."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import assume, event, given
from hypothesis import strategies as st
from uvlayers.layers.plan import BUNDLES, CLASSES, LEAST_ALONE, Layer, Wheel, make_plan

SIZES = st.one_of(st.just(0), st.integers(1, 1 << 16), st.integers(1 << 14, 1 << 30))
TIMES = st.sampled_from(("", "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"))

wheels = st.builds(
    lambda number, size, time: Wheel(
        f"w{number}", "1", f"w{number}-1-py3-none-any.whl", "https://x", "sha256:0", size, time
    ),
    st.integers(0, 300),
    SIZES,
    TIMES,
)
install_sets = st.lists(wheels, max_size=60, unique_by=lambda wheel: wheel.name)
budgets = st.integers(1, 40)


def least_alone(install_set: Sequence[Wheel], budget: int) -> int:
    """The size from which on a wheel stands alone: 0 while there is room for all."""
    if len(install_set) <= budget:
        return 0
    step = LEAST_ALONE
    bundles = BUNDLES if budget >= 2 * BUNDLES else max(1, budget // 2)
    while sum(wheel.size >= step for wheel in install_set) + bundles > budget:
        step *= 2
    return step


@given(install_sets, budgets, st.randoms())
def test_the_order_of_the_wheels_does_not_matter(
    install_set: list[Wheel], budget: int, random: Random
) -> None:
    shuffled = list(install_set)
    random.shuffle(shuffled)
    assert make_plan(shuffled, budget) == make_plan(install_set, budget)


@given(install_sets, budgets)
def test_every_wheel_is_in_one_layer_and_the_budget_holds(
    install_set: list[Wheel], budget: int
) -> None:
    plan = make_plan(install_set, budget)
    placed = [wheel.name for layer in plan for wheel in layer.wheels]
    assert sorted(placed) == sorted(wheel.name for wheel in install_set)
    assert len(plan) <= budget
    assert all(layer.wheels for layer in plan)
    if len(install_set) <= budget:
        assert len(plan) == len(install_set)


@given(install_sets, budgets, wheels)
def test_one_wheel_more_makes_one_layer_anew(
    install_set: list[Wheel], budget: int, added: Wheel
) -> None:
    """Where the least size to stand alone stays; where it goes up, bundles change as well."""
    assume(added.name not in {wheel.name for wheel in install_set})
    after = [*install_set, added]
    made = set(make_plan(after, budget)) - set(make_plan(install_set, budget))
    if least_alone(install_set, budget) == least_alone(after, budget):
        assert len(made) == 1
    else:
        event("the least size goes up")
        assert len(made) <= BUNDLES + 1


@given(install_sets, budgets, wheels)
def test_what_is_not_made_anew_keeps_its_order(
    install_set: list[Wheel], budget: int, added: Wheel
) -> None:
    """So that whatever lies below the new layer is the chain that has been unpacked before."""
    assume(added.name not in {wheel.name for wheel in install_set})
    after = [*install_set, added]
    old, new = make_plan(install_set, budget), make_plan(after, budget)
    assert common(old, new) == common(new, old)


def common(layers: tuple[Layer, ...], others: tuple[Layer, ...]) -> list[Layer]:
    return [layer for layer in layers if layer in others]


@given(install_sets.filter(bool), budgets, st.integers(0, 59), SIZES, TIMES)
def test_another_version_makes_two_layers_anew_at_most(
    install_set: list[Wheel], budget: int, index: int, size: int, time: str
) -> None:
    """Two only where its size takes it out of a bundle or into another."""
    index %= len(install_set)
    after = list(install_set)
    after[index] = replace(after[index], version="2", size=size, upload_time=time)
    made = set(make_plan(after, budget)) - set(make_plan(install_set, budget))
    least, before = least_alone(install_set, budget), install_set[index].size
    if least != least_alone(after, budget):
        event("the least size moves")
    elif size == before or min(size, before) >= least:
        assert len(made) == 1
    else:
        assert len(made) <= 2


@given(install_sets.filter(bool), budgets, st.integers(0, 59))
def test_a_newer_release_does_not_sink(install_set: list[Wheel], budget: int, index: int) -> None:
    """A wheel that has changed lies no lower than before: what it leaves is all that changes."""
    index %= len(install_set)
    after = list(install_set)
    after[index] = replace(after[index], version="2", upload_time="2026-06-01T00:00:00Z")
    old, new = make_plan(install_set, budget), make_plan(after, budget)
    first = next(place for place, layer in enumerate(old) if install_set[index] in layer.wheels)
    assert new[:first] == old[:first]


@given(install_sets, budgets)
def test_what_stands_alone_is_below_what_is_shared(install_set: list[Wheel], budget: int) -> None:
    step = least_alone(install_set, budget)
    own = [
        all(wheel.size >= step for wheel in layer.wheels)
        for layer in make_plan(install_set, budget)
    ]
    assert own == sorted(own, reverse=True)


@given(install_sets, st.integers(2 * BUNDLES, 40))
def test_a_bundle_holds_wheels_of_similar_size(install_set: list[Wheel], budget: int) -> None:
    edges = [least for least, _ in CLASSES]
    for layer in make_plan(install_set, budget):
        places = {sum(wheel.size < edge for edge in edges) for wheel in layer.wheels}
        assert len(places) == 1


@given(install_sets, budgets, st.booleans())
def test_every_wheel_is_in_one_unit(install_set: list[Wheel], budget: int, compiled: bool) -> None:
    for layer in make_plan(install_set, budget):
        united = [wheel for unit in layer.units(compiled=compiled) for wheel in unit]
        assert sorted(united, key=str) == sorted(layer.wheels, key=str)
