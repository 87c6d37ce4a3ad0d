import itertools
from collections.abc import Iterator

import pytest
from uvlayers.errors import Unsupported
from uvlayers.lock.conditions import ALWAYS, NEVER, Condition, Conditions

NAMES = ("a", "b", "c")


def all_sets() -> Iterator[frozenset[str]]:
    for size in range(len(NAMES) + 1):
        yield from map(frozenset, itertools.combinations(NAMES, size))


def table(conditions: Conditions, condition: Condition) -> list[bool]:
    return [conditions.holds(condition, activated) for activated in all_sets()]


def test_a_name_holds_where_it_is_activated() -> None:
    conditions = Conditions()
    assert table(conditions, conditions.active("b")) == ["b" in names for names in all_sets()]


def test_connectives_are_those_of_logic() -> None:
    conditions = Conditions()
    a, b, c = map(conditions.active, NAMES)
    both = conditions.both(conditions.either(a, b), conditions.negation(c))
    assert table(conditions, both) == [
        ("a" in names or "b" in names) and "c" not in names for names in all_sets()
    ]


def test_equal_conditions_are_one_number() -> None:
    conditions = Conditions()
    a, b, c = map(conditions.active, NAMES)
    left = conditions.either(conditions.both(a, b), conditions.both(a, c))
    right = conditions.both(conditions.either(c, b), a)
    assert left == right
    assert conditions.both(a, conditions.negation(a)) == NEVER
    assert conditions.either(conditions.negation(b), b) == ALWAYS
    assert conditions.negation(conditions.negation(left)) == left
    assert conditions.both(a, ALWAYS) == conditions.both(ALWAYS, a) == conditions.both(a, a) == a
    assert conditions.both(a, NEVER) == NEVER


def test_too_many_names_are_left_to_uv() -> None:
    conditions = Conditions()
    names = (f"extra-1-a-{number}" for number in range(1000))
    with pytest.raises(Unsupported, match="too many conflicting extras"):
        list(map(conditions.active, names))


def test_too_large_diagrams_are_left_to_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uvlayers.lock.conditions._NODES", 20)
    conditions = Conditions()

    def parity(last: int) -> Condition:
        if last < 0:
            return NEVER
        name, rest = conditions.active(f"{last:02}"), parity(last - 1)
        return conditions.either(
            conditions.both(rest, conditions.negation(name)),
            conditions.both(conditions.negation(rest), name),
        )

    with pytest.raises(Unsupported, match="too complex"):
        parity(50)
