import pytest
from uvlayers.errors import Unsupported
from uvlayers.pyproject import get, strings, subtable, uv_settings

TABLE = {
    "name": "x",
    "dynamic": False,
    "extras": ["a", "b"],
    "mixed": ["a", 1],
    "tool": {"uv": {"package": True}, "other": 1},
}


def test_values_of_the_type_asked_for() -> None:
    assert get(TABLE, "name", str) == "x"
    assert get(TABLE, "dynamic", bool) is False
    assert get(TABLE, "mixed", list) == ["a", 1]
    assert strings(TABLE, "extras") == ("a", "b")
    assert subtable(TABLE, "tool", "uv") == uv_settings(TABLE) == {"package": True}


def test_what_is_missing() -> None:
    assert get(TABLE, "none", str) is None
    assert strings(TABLE, "none") is None
    assert subtable(TABLE, "tool", "none", "at all") is None
    assert uv_settings({}) == {}


@pytest.mark.parametrize(
    ("key", "kind", "message"),
    [
        ("name", bool, "`name` is not a boolean"),
        ("dynamic", str, "`dynamic` is not a string"),
        ("name", list, "`name` is not a list"),
        ("name", dict, "`name` is not a table"),
    ],
)
def test_values_of_another_type(key: str, kind: type, message: str) -> None:
    with pytest.raises(Unsupported, match=f"^{message}$"):
        get(TABLE, key, kind)


def test_other_things_in_the_place_of_lists_and_tables() -> None:
    with pytest.raises(Unsupported, match="`mixed` is not a list of strings"):
        strings(TABLE, "mixed")
    for keys in (("name",), ("tool", "other"), ("tool", "other", "more")):
        with pytest.raises(Unsupported, match=f"`{'.'.join(keys)}` is not a table"):
            subtable(TABLE, *keys)
