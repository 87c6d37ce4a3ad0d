import json
from pathlib import Path
from typing import Any

import pytest
from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.plan import (
    BUNDLES,
    DEFAULT_BUDGET,
    LEAST_ALONE,
    TINY,
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


def test_each_wheel_has_a_layer_as_long_as_they_fill_half_the_budget() -> None:
    plan = make_plan(numbered(DEFAULT_BUDGET // 2))
    assert len(plan) == DEFAULT_BUDGET // 2
    assert all(len(layer.wheels) == 1 for layer in plan)


def test_beyond_that_the_small_ones_share() -> None:
    large = [wheel("torch", 900 * KIB * KIB), wheel("numpy", 16 * KIB * KIB)]
    plan = make_plan([*numbered(DEFAULT_BUDGET), *large])
    assert names(plan)[:2] == [["torch"], ["numpy"]]
    assert len(plan) == 2 + BUNDLES // 4
    assert all(len(layer.wheels) > 1 for layer in plan[2:])


def test_wheels_share_bundles_with_those_of_their_size_and_the_smallest_lie_on_top() -> None:
    edges = [LEAST_ALONE - 1, *(LEAST_ALONE // 4**n + d for n in (1, 2, 3) for d in (0, -1))]
    wheels = [wheel(f"s{size}-{n:02}", size) for size in edges for n in range(50)]
    plan = make_plan(wheels)
    assert len(plan) == BUNDLES
    ranges = [(min(sizes), max(sizes)) for sizes in map(sizes_of, plan)]
    assert ranges == sorted(
        [pair for pair in zip(edges[1::2], edges[::2], strict=False) for _ in range(4)]
        + [(edges[-1], edges[-1])] * 4,
        reverse=True,
    )


def sizes_of(layer: Layer) -> list[int]:
    return [each.size for each in layer.wheels]


def test_the_least_size_to_stand_alone_goes_up_until_they_fit() -> None:
    wheels = [
        *(wheel(f"s{n:02}", LEAST_ALONE) for n in range(40)),
        *(wheel(f"m{n:02}", 2 * LEAST_ALONE) for n in range(40)),
    ]
    plan = make_plan(wheels)
    assert sorted(each[0] for each in names(plan)[:40]) == [f"m{n:02}" for n in range(40)]
    assert all(name.startswith("s") for each in names(plan)[40:] for name in each)
    assert len(plan) == 40 + BUNDLES // 4


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


def test_tiny_wheels_of_a_layer_are_installed_in_one_go() -> None:
    first, second = wheel("a", TINY - 1), wheel("d", 1)
    large, unknown = wheel("b", TINY), wheel("c", 0)
    built = Built("e", None, "lock")
    layer = Layer((first, large, unknown, second, built))
    assert layer.units == ((first, second), (large,), (unknown,), (built,))
    assert Layer((first,)).units == ((first,),)
    assert Layer((large,)).units == ((large,),)
