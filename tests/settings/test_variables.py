"""Environment variables as uv parses them."""

import pytest
from uvlayers.errors import Unsupported
from uvlayers.settings.releases import Requirement
from uvlayers.settings.variables import (
    BOOLEANS,
    HARMLESS,
    HARMLESS_BOOLEANS,
    HARMLESS_NUMBERS,
    INDEXES,
    READ,
    REFUSED,
    STEER_PYTHON,
    TEXTS,
    Variables,
    parse_boolean,
)


def variables(**environment: str) -> Variables:
    return Variables(environment, (), Requirement())


class TestBooleans:
    @pytest.mark.parametrize("value", ["y", "yes", "t", "true", "on", "1", "TRUE", "Yes"])
    def test_true(self, value: str) -> None:
        assert parse_boolean("X", value)

    @pytest.mark.parametrize("value", ["n", "no", "f", "false", "off", "0", "False", "OFF"])
    def test_false(self, value: str) -> None:
        assert not parse_boolean("X", value)

    @pytest.mark.parametrize("value", ["", " 1", "2", "ja", "10", "tru"])
    def test_neither(self, value: str) -> None:
        with pytest.raises(Unsupported, match="no boolean"):
            parse_boolean("X", value)

    @pytest.mark.parametrize("name", [*BOOLEANS, *HARMLESS_BOOLEANS])
    def test_uv_stops_at_any_that_is_none(self, name: str) -> None:
        with pytest.raises(Unsupported, match="no boolean"):
            variables(**{name: "maybe"})

    @pytest.mark.parametrize("name", sorted(HARMLESS_NUMBERS))
    def test_numbers(self, name: str) -> None:
        variables(**{name: "12"})
        variables(**{name: ""})
        with pytest.raises(Unsupported, match="no number"):
            variables(**{name: "many"})

    def test_unset(self) -> None:
        assert variables().boolean("UV_LOCKED") is None


class TestReleases:
    def test_a_variable_that_an_older_uv_ignores(self) -> None:
        requirement = Requirement()
        found = Variables({"UV_NO_DEV": "1", "UV_DEV": "0"}, (), requirement)
        assert found.boolean("UV_DEV") is False
        assert not requirement.release
        assert found.boolean("UV_NO_DEV")
        assert requirement.release == (0, 8, 7)

    @pytest.mark.parametrize(
        ("value", "release"),
        [("true", (0, 9, 9)), ("false", ()), ("1", (0, 10, 5)), ("0", (0, 10, 5))],
    )
    def test_default_groups_took_only_two_words(self, value: str, release: tuple[int, ...]) -> None:
        requirement = Requirement()
        Variables({"UV_NO_DEFAULT_GROUPS": value}, (), requirement).boolean("UV_NO_DEFAULT_GROUPS")
        assert requirement.release == release


class TestTexts:
    def test_empty(self) -> None:
        found = variables(UV_PYTHON="", UV_NO_GROUP=" a  b ")
        assert found.text("UV_PYTHON") is None
        assert found.words("UV_NO_GROUP") == ("a", "b")
        assert found.words("UV_NO_BUILD_PACKAGE") == ()
        with pytest.raises(Unsupported, match="empty"):
            variables(UV_LINK_MODE="").value("UV_LINK_MODE")


class TestTables:
    def test_each_variable_is_in_one_table(self) -> None:
        tables = (BOOLEANS, TEXTS, INDEXES, REFUSED, HARMLESS, STEER_PYTHON)
        names = [name for table in tables for name in table]
        assert len(names) == len(set(names))
        assert HARMLESS.keys() >= HARMLESS_BOOLEANS | HARMLESS_NUMBERS
        assert READ.keys() >= INDEXES.keys()

    def test_refused(self) -> None:
        for name in REFUSED:
            variables(**{name: "0"})
            with pytest.raises(Unsupported, match=name):
                variables(**{name: "1"})
