import math

import pytest

from integration.bench.quantities import (
    BYTES,
    LEAST,
    MORE,
    SECONDS,
    SHARE,
    TIMES,
    Aim,
    Comparison,
    Measured,
    Medians,
    duration,
    share,
    size,
    times,
)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.956, "0.96 s"), (9.994, "9.99 s"), (10, "10.0 s"), (123.45, "123.5 s")]
)
def test_durations_have_three_digits(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 kB"), (950, "0.95 kB"), (99_500, "99.5 kB"), (1.5e6, "1.5 MB"), (2.345e9, "2345 MB")],
)
def test_sizes_have_three_digits(count: float, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("comparison", "number", "text"),
    [(TIMES, 4.0, "4.0x"), (SHARE, 0.25, "0.25 of uv's"), (LEAST, 2.0, "2.00 of the least")],
)
def test_both_sides_become_one_number(comparison: Comparison, number: float, text: str) -> None:
    assert comparison.of(Medians(8.0, 2.0, least=1.0)) == number
    assert comparison.tell(number, SECONDS) == text


def test_a_difference_is_told_in_the_unit_of_its_quantity() -> None:
    assert MORE.of(Medians(0.5, 1.25)) == 0.75
    assert MORE.tell(0.75, SECONDS) == "0.75 s more"
    assert MORE.tell_aim(2e6, BYTES) == "2 MB more"
    assert TIMES.tell_aim(25, SECONDS) == "25x"


def test_aims_are_met_from_either_side_of_their_limit() -> None:
    faster, slower = Medians(50.0, 2.0), Medians(2.0, 50.0)
    assert times(25).met(faster)
    assert not times(25.1).met(faster)
    assert share(25).met(slower)
    assert not share(24.9).met(slower)
    assert not Aim(LEAST, 9).met(faster), "nobody knows the least"


def test_nothing_can_be_divided_by() -> None:
    assert TIMES.of(Medians(0.0, 0.0)) == 1
    assert TIMES.of(Medians(1.0, 0.0)) == math.inf


def test_without_an_aim_it_is_how_many_times_less() -> None:
    assert Measured(SECONDS).comparison is TIMES
    assert Measured(SECONDS, share(1)).comparison is SHARE
