from typing import Any

import pytest
from uvlayers.errors import LockError
from uvlayers.lock.tables import (
    inside,
    optional,
    read_array,
    read_each,
    read_groups,
    read_integer,
    read_name,
    read_table,
    read_text,
    required,
)


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (read_text, 1, "expected a string, got an integer"),
        (read_text, 1.5, "expected a string, got float"),
        (read_integer, "1", "expected an integer, got a string"),
        (read_integer, True, "expected an integer, got a boolean"),
        (read_integer, -1, "expected an integer of zero or more, got -1"),
        (read_name, "a b", "not a valid name: 'a b'"),
        (read_table, [], "expected a table, got an array"),
    ],
)
def test_a_wrong_type_is_refused(read: Any, value: object, message: str) -> None:
    with pytest.raises(LockError) as caught:
        read(value)
    assert caught.value.problem == message


def test_values_of_the_right_type() -> None:
    assert read_text("x") == "x"
    assert read_integer(0) == 0
    assert read_name("A.b") == "a-b"
    assert read_table({"a": 1}) == {"a": 1}
    assert read_array([1, 2], read_integer) == (1, 2)
    assert read_each(iter("ab"), str.upper) == ("A", "B")
    assert list(read_groups({"B": 1, "a": 2}, read_integer).items()) == [("a", 2), ("b", 1)]
    assert required({"a": 1}, "a", read_integer) == 1
    assert optional({}, "a", read_integer) is None
    assert optional({"a": 1}, "a", read_integer) == 1


def test_the_path_grows_on_the_way_out() -> None:
    table = {"outer": [{"inner": "text"}]}

    def read(value: object) -> int:
        return required(read_table(value), "inner", read_integer)

    with pytest.raises(LockError) as caught:
        required(table, "outer", lambda value: read_array(value, read))
    assert caught.value.at == "outer[0].inner"
    assert str(caught.value) == "expected an integer, got a string in `outer[0].inner`"


def test_an_array_must_be_one() -> None:
    with pytest.raises(LockError, match="expected an array, got a table"):
        read_array({}, read_text)


def test_groups_name_their_key() -> None:
    with pytest.raises(LockError) as caught:
        read_groups({"good": 1, "bad": "x"}, read_integer)
    assert caught.value.at == "bad"


def test_a_missing_field_is_named() -> None:
    with pytest.raises(LockError, match="missing field `a`"):
        required({}, "a", read_text)


def test_other_errors_pass_through_inside() -> None:
    with pytest.raises(LookupError), inside("somewhere"):
        raise LookupError
