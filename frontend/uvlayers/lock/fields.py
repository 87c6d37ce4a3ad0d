"""Values that several tables of a lock hold: markers, default groups, what a group requires."""

from typing import Literal

from uvlayers.errors import LockError
from uvlayers.lock.markers import parse_marker
from uvlayers.lock.model import DefaultGroups
from uvlayers.lock.tables import (
    read_array,
    read_groups,
    read_name,
    read_text,
)
from uvlayers.lock.versions import split_specifiers


def read_marker(value: object) -> str:
    """Return a marker as written, its grammar checked."""
    marker = read_text(value)
    parse_marker(marker)
    return marker


def read_markers(value: object) -> tuple[str, ...]:
    """Return an array of markers."""
    return read_array(value, read_marker)


def read_specifiers(value: object) -> str:
    """Return a `requires-python` as written, its grammar checked."""
    specifiers = read_text(value)
    split_specifiers(specifiers)
    return specifiers


def read_default_groups(value: object) -> DefaultGroups:
    """Return the names, or the word "all"."""
    if isinstance(value, str):
        if value != "all":
            raise LockError(f'expected "all" or an array of names, got {value!r}')
        every: Literal["all"] = "all"
        return every
    return frozenset(read_array(value, read_name))


def read_group_requirements(value: object) -> dict[str, str]:
    """Return the Python that each group requires."""
    return read_groups(value, read_specifiers)
