import json
from pathlib import Path
from typing import Any

import pytest
from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.plan import BUNDLES, DEFAULT_BUDGET, SMALL, TINY, Layer, Wheel, make_plan

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


def test_each_wheel_has_a_layer_as_long_as_they_fit() -> None:
    plan = make_plan(numbered(DEFAULT_BUDGET))
    assert len(plan) == DEFAULT_BUDGET
    assert all(len(layer.wheels) == 1 for layer in plan)


def test_beyond_the_budget_the_small_ones_share() -> None:
    large = [wheel("torch", 900 * KIB * KIB), wheel("numpy", 16 * KIB * KIB)]
    plan = make_plan([*numbered(DEFAULT_BUDGET), *large])
    assert names(plan)[:2] == [["torch"], ["numpy"]]
    assert len(plan) == 2 + BUNDLES // 2
    assert all(len(layer.wheels) > 1 for layer in plan[2:])


def test_small_wheels_have_bundles_of_their_own_on_top() -> None:
    wheels = [*numbered(50, SMALL - 1), *(wheel(f"m{number:02}", SMALL) for number in range(50))]
    plan = make_plan(wheels, BUNDLES + 1)
    assert len(plan) == BUNDLES
    middle, small = plan[: BUNDLES // 2], plan[BUNDLES // 2 :]
    assert all(each.name.startswith("m") for layer in middle for each in layer.wheels)
    assert all(each.name.startswith("w") for layer in small for each in layer.wheels)


def test_the_least_size_to_stand_alone_goes_up_until_they_fit() -> None:
    wheels = [*numbered(20, 20 * KIB), *(wheel(f"m{n}", 40 * KIB) for n in range(10))]
    plan = make_plan(wheels, 25)
    assert {each[0] for each in names(plan) if len(each) == 1} >= {f"m{n}" for n in range(10)}
    assert len(plan) <= 25
    assert all("m" not in name for each in names(plan)[10:] for name in each)


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
