import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.plan import (
    BUNDLES,
    CLASSES,
    DEFAULT_BUDGET,
    LEAST_ALONE,
    SMALL,
    Layer,
    Wheel,
    make_plan,
)

from tests.conftest import GOLDEN, Golden

CASES = sorted((GOLDEN / "plans").glob("*.json"))
KIB = 1024


def wheel(name: str, size: int = 0, upload_time: str = "", version: str = "1.0") -> Wheel:
    filename = f"{name}-{version}-py3-none-any.whl"
    url = f"https://example.org/{filename}"
    return Wheel(name, version, filename, url, f"sha256:{name}", size, upload_time)


def names(plan: tuple[Layer, ...]) -> list[list[str]]:
    return [[each.name for each in layer.wheels] for layer in plan]


def numbered(count: int, size: int = KIB) -> list[Wheel]:
    return [wheel(f"w{number:03}", size) for number in range(count)]


def test_golden_plans_are_many() -> None:
    assert len(CASES) >= 5


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_plan(path: Path, golden: Golden) -> None:
    case: dict[str, Any] = json.loads(path.read_text())
    wheels = []
    for line in case["wheels"]:
        name, version, size, *time = line.split()
        wheels.append(wheel(name, int(size), "".join(time), version))
    plan = make_plan(wheels, case["budget"] or DEFAULT_BUDGET)
    golden(f"plans/{path.name}", {**case, "layers": [layer.title for layer in plan]})


def test_nothing_needs_no_layer() -> None:
    assert make_plan([]) == ()


@pytest.mark.parametrize("budget", [1, DEFAULT_BUDGET, 200])
def test_each_wheel_has_a_layer_as_long_as_there_is_room(budget: int) -> None:
    plan = make_plan(numbered(budget), budget)
    assert len(plan) == budget
    assert all(len(layer.wheels) == 1 for layer in plan)


def test_beyond_that_the_small_ones_share() -> None:
    large = [wheel("torch", 900 * KIB * KIB), wheel("numpy", 16 * KIB * KIB)]
    plan = make_plan([*numbered(DEFAULT_BUDGET), *large])
    assert names(plan)[:2] == [["torch"], ["numpy"]]
    assert len(plan) == 3
    assert len(plan[2].wheels) == DEFAULT_BUDGET


def test_wheels_share_bundles_with_those_of_their_size_and_the_smallest_lie_on_top() -> None:
    edges = [LEAST_ALONE, *(least for least, _ in CLASSES)]
    sizes = [size for high, low in pairwise(edges) for size in (high - 1, low)]
    plan = make_plan([wheel(f"s{size}-{n:02}", size) for size in sizes for n in range(80)])
    assert len(plan) == BUNDLES
    ranges = [(min(sizes), max(sizes)) for sizes in map(sizes_of, plan)]
    of_classes = zip(pairwise(edges), CLASSES, strict=True)
    assert ranges == [
        (low, high - 1) for (high, low), (_, bundles) in of_classes for _ in range(bundles)
    ]


@pytest.mark.parametrize(("budget", "shared"), [(BUNDLES, [4, 2]), (6, [2, 1]), (4, [2]), (1, [1])])
def test_few_layers_have_half_as_many_bundles(budget: int, shared: list[int]) -> None:
    wheels = [wheel(f"w{size}", size * KIB) for size in range(1, 256)]
    plan = make_plan(wheels, budget)
    assert len(plan) == sum(shared)
    for layer in plan[shared[0] :]:
        assert max(sizes_of(layer)) < SMALL
    assert all(max(sizes_of(layer)) >= SMALL for layer in plan[: shared[0]])


def sizes_of(layer: Layer) -> list[int]:
    return [each.size for each in layer.wheels]


def test_the_least_size_to_stand_alone_goes_up_until_they_fit() -> None:
    wheels = [
        *(wheel(f"s{n:03}", LEAST_ALONE) for n in range(100)),
        *(wheel(f"m{n:02}", 2 * LEAST_ALONE) for n in range(40)),
    ]
    plan = make_plan(wheels)
    assert sorted(each[0] for each in names(plan)[:40]) == [f"m{n:02}" for n in range(40)]
    assert all(name.startswith("s") for each in names(plan)[40:] for name in each)
    assert len(plan) == 40 + CLASSES[0][1]


def test_wheels_of_unknown_size_count_as_small() -> None:
    plan = make_plan([*numbered(10, 0), wheel("large", KIB * KIB)], 9)
    assert names(plan)[0] == ["large"]


def test_with_a_budget_of_one_all_share_a_layer() -> None:
    assert names(make_plan([wheel("b", KIB * KIB), wheel("a"), wheel("c")], 1)) == [["a", "b", "c"]]


def test_what_is_large_lies_below_and_then_what_is_old() -> None:
    wheels = [
        wheel("new", 10 * KIB, "2026-01-01T00:00:00Z"),
        wheel("old", 9 * KIB, "2020-01-01T00:00:00Z"),
        wheel("undated", 9 * KIB),
        wheel("large", 10 * KIB * KIB, "2026-02-01T00:00:00Z"),
        wheel("small", 1, "2010-01-01T00:00:00Z"),
    ]
    assert names(make_plan(wheels)) == [["large"], ["undated"], ["old"], ["new"], ["small"]]


def test_wheels_that_are_not_fetched_have_their_place() -> None:
    path = PathWheel("p", "1.0", "/wheels/p-1.0-py3-none-any.whl", None, direct=True)
    built = Built("b", None, "lock")
    plan = make_plan([wheel("w", KIB), path, built])
    assert names(plan) == [["w"], ["b"], ["p"]]
    assert [layer.title for layer in plan] == ["w 1.0", "b", "p 1.0"]
    assert (path.filename, built.filename) == ("p-1.0-py3-none-any.whl", "b.whl")
    assert str(Built("b", "2", "lock")) == "b 2"


def test_a_layer_is_named_after_its_wheels() -> None:
    assert Layer((wheel("a"), wheel("b", version="2"))).title == "a 1.0, b 2"


@pytest.mark.parametrize(
    ("compiled", "size", "execs"),
    [
        (True, SMALL - 1, 1),
        (True, SMALL, 2),
        (True, LEAST_ALONE - 1, 2),
        (False, SMALL, 1),
        (False, LEAST_ALONE - 1, 1),
    ],
)
def test_small_wheels_of_a_layer_are_installed_several_in_one_go(
    compiled: bool, size: int, execs: int
) -> None:
    small = [wheel(f"s{n}", size) for n in range(40)]
    large, unknown, built = wheel("b", LEAST_ALONE), wheel("c", 0), Built("e", None, "lock")
    units = Layer((large, unknown, *small, built)).units(compiled=compiled)
    assert [unit for unit in units if len(unit) == 1] == [(large,), (unknown,), (built,)]
    assert sum(len(unit) > 1 for unit in units) == execs
    assert Layer((small[0],)).units(compiled=compiled) == ((small[0],),)
    assert Layer((large,)).units(compiled=compiled) == ((large,),)


@pytest.mark.parametrize("compiled", [True, False])
def test_one_small_wheel_more_installs_those_of_its_unit_again(compiled: bool) -> None:
    small = [wheel(f"s{n}", SMALL - n % 2) for n in range(40)]
    for added in small:
        rest = Layer(tuple(each for each in small if each is not added))
        before = rest.units(compiled=compiled)
        (made,) = set(Layer(tuple(small)).units(compiled=compiled)) - set(before)
        assert added in made
        assert set(made) - {added} in map(set, before)
