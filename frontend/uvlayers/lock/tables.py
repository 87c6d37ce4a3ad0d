"""Typed access to the tables of a parsed TOML document; every refusal names its key."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from uvlayers.errors import LockError
from uvlayers.lock.names import normalize_name

Table = Mapping[str, object]
Value = TypeVar("Value")
Element = TypeVar("Element")
Read = Callable[[object], Value]

_TYPES = {bool: "a boolean", str: "a string", int: "an integer", list: "an array", dict: "a table"}


@contextmanager
def inside(place: str) -> Iterator[None]:
    """Let an error raised in the block start its path at `place`."""
    try:
        yield
    except LockError as error:
        raise error.within(place) from None


def expected(what: str, value: object) -> LockError:
    """Return the refusal of a value of the wrong type or shape."""
    return LockError(f"expected {what}, got {_TYPES.get(type(value), type(value).__name__)}")


def read_text(value: object) -> str:
    """Return a string."""
    if type(value) is not str:
        raise expected("a string", value)
    return value


def read_integer(value: object) -> int:
    """Return an integer that is not negative."""
    if type(value) is not int:
        raise expected("an integer", value)
    if value < 0:
        raise LockError(f"expected an integer of zero or more, got {value}")
    return value


def read_name(value: object) -> str:
    """Return a normalized name of a project, extra or group."""
    name = normalize_name(read_text(value))
    if name is None:
        raise LockError(f"not a valid name: {value!r}")
    return name


def read_table(value: object) -> Table:
    """Return a table."""
    if not isinstance(value, dict):
        raise expected("a table", value)
    return value


def read_array(value: object, read: Read[Value]) -> tuple[Value, ...]:
    """Return the elements of an array, each read in turn."""
    if not isinstance(value, list):
        raise expected("an array", value)
    return read_each(value, read)


def read_each(values: Iterable[Element], read: Callable[[Element], Value]) -> tuple[Value, ...]:
    """Return what becomes of each value; an error names its place."""
    elements = []
    for index, value in enumerate(values):
        try:
            elements.append(read(value))
        except LockError as error:
            raise error.within(f"[{index}]") from None
    return tuple(elements)


def read_groups(value: object, read: Read[Value]) -> dict[str, Value]:
    """Return a table keyed by names of extras or groups, in name order."""
    groups = {}
    for key, element in read_table(value).items():
        with inside(key):
            groups[read_name(key)] = read(element)
    return dict(sorted(groups.items()))


def required(table: Table, key: str, read: Read[Value]) -> Value:
    """Return what the table must hold under `key`."""
    if key not in table:
        raise LockError(f"missing field `{key}`")
    try:
        return read(table[key])
    except LockError as error:
        raise error.within(key) from None


def optional(table: Table, key: str, read: Read[Value]) -> Value | None:
    """Return what the table holds under `key`, or None."""
    return required(table, key, read) if key in table else None
