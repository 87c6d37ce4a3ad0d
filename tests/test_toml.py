from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.toml import inline, lines, quote

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ZONES = st.integers(-12, 12).map(lambda hours: timezone(timedelta(hours=hours)))
SCALARS = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.none() | ZONES),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20
)


@given(VALUES)
def test_what_is_written_is_read(value: object) -> None:
    assert tomli.loads(f"value = {inline(value)}") == {"value": value}


@given(st.dictionaries(TEXTS, VALUES))
def test_a_table_is_read_again(table: dict[str, object]) -> None:
    assert tomli.loads("\n".join(lines(table))) == table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ({"a": [1, True]}, '{ "a" = [1, true] }'),
        (date(2024, 1, 2), "2024-01-02"),
        (time(1, 2), "01:02:00"),
        (datetime(2024, 1, 2, tzinfo=UTC), "2024-01-02T00:00:00+00:00"),
    ],
)
def test_spelling(value: object, text: str) -> None:
    assert inline(value) == text


def test_other_values_are_refused() -> None:
    with pytest.raises(TypeError, match="no such value"):
        inline(None)


def test_control_characters_are_escaped() -> None:
    assert quote('"\x7f\n') == '"\\"\\u007f\\n"'
