"""Evaluating markers for one interpreter: expressions → conditions over extras and groups.

The semantics are uv's (`crates/uv-pep508/src/marker/{algebra,tree}.rs`), which differ from
`packaging`'s: versions compare by their release segments alone, `extra` is a set of names, and
`platform_system` is read through `sys_platform`. What uv would ignore with a warning, or what its
versions disagree on, raises Unsupported: then uv itself must run.
"""

from collections.abc import Iterable, Mapping
from functools import reduce

from packaging.version import Version

from uvlayers.errors import Unsupported
from uvlayers.lock.conditions import ALWAYS, NEVER, Condition, Conditions
from uvlayers.lock.markers import (
    STRING_KEYS,
    VERSION_KEYS,
    Comparison,
    Conjunction,
    Disjunction,
    Expression,
    parse_marker,
)
from uvlayers.lock.names import normalize_name
from uvlayers.lock.versions import compare_release, compare_version, read_release, trim_release

_SYSTEMS = {
    "AIX": "aix",
    "Android": "android",
    "Darwin": "darwin",
    "Emscripten": "emscripten",
    "Linux": "linux",
    "Windows": "win32",
}
_DARWIN = ("platform_release", "darwin")


class Environment:
    """One interpreter's marker values, and what every marker comes to in it.

    `values` are the eleven PEP 508 keys, `python_version` and `python_full_version` cut to their
    release as uv cuts them.
    """

    __slots__ = ("_known", "_python", "conditions", "values")

    def __init__(self, values: Mapping[str, str], conditions: Conditions) -> None:
        self.values = values
        self.conditions = conditions
        self._known: dict[str, Condition] = {}
        self._python = read_release(values["python_full_version"])[0]

    def condition(self, marker: str | None) -> Condition:
        """Return what is left of a marker: a constant, or a function of the activated extras.

        Raises LockError for what is no marker, Unsupported for one that uv must judge.
        """
        if marker is None:
            return ALWAYS
        known = self._known.get(marker)
        if known is None:
            known = self._known[marker] = self._reduce(parse_marker(marker))
        return known

    def holds(self, marker: str | None, activated: Iterable[str] = ()) -> bool:
        """Whether the marker is true with exactly those extras activated."""
        return self.conditions.holds(self.condition(marker), frozenset(activated))

    def _reduce(self, expression: Expression) -> Condition:
        match expression:
            case Conjunction(parts):
                return reduce(self.conditions.both, map(self._reduce, parts))
            case Disjunction(parts):
                return reduce(self.conditions.either, map(self._reduce, parts))
            case Comparison("extra", operator, value):
                return self._extra(operator, value)
            case Comparison(key) if key in VERSION_KEYS:
                return ALWAYS if self._version(expression) else NEVER
            case _:
                return ALWAYS if self._string(expression) else NEVER

    def _extra(self, operator: str, value: str) -> Condition:
        if operator not in ("==", "!="):
            raise _unsupported("extra", operator, value)
        name = normalize_name(value)
        if name is None:
            return NEVER
        active = self.conditions.active(name)
        return active if operator == "==" else self.conditions.negation(active)

    def _version(self, comparison: Comparison) -> bool:
        key, operator, value = comparison.key, comparison.operator, comparison.value
        if operator in ("in", "not in"):
            # A list of versions, not the specification's substring.
            equal = (Comparison(key, "==", version) for version in value.split())
            if "*" not in value:
                return any(map(self._version, equal)) == (operator == "in")
        try:
            release, star = read_release(value)
            if key == "implementation_version":
                return compare_version(Version(self.values[key]), operator, release, star)
            if key == "python_full_version":
                return compare_release(self._python, operator, release, star)
            if len(trim_release(release)) <= 2:
                return compare_release(self._python[:2], operator, release, star)
        except (ValueError, KeyError):
            pass
        raise _unsupported(key, operator, value)

    def _string(self, comparison: Comparison) -> bool:
        key, operator, value = comparison.key, comparison.operator, comparison.value
        # uv compares Darwin's releases as versions, and ignores what names no string.
        if key not in STRING_KEYS or (key, self.values["sys_platform"]) == _DARWIN:
            raise _unsupported(key, operator, value)
        if operator in ("in", "not in"):
            return (self.values[key] in value) == (operator == "in")
        if operator in ("has", "has not"):
            return (value in self.values[key]) == (operator == "has")
        key, value = canonical_text(key, value)
        if operator in ("==", "!="):
            return (self.values[key] == value) == (operator == "==")
        # uv compared texts until 0.13, which follows the specification for most keys.
        raise _unsupported(key, operator, value)


def canonical_text(key: str, value: str) -> tuple[str, str]:
    """Return the comparison that uv makes of one with a text: of `platform_system` another."""
    if key == "platform_system" and value in _SYSTEMS:
        return "sys_platform", _SYSTEMS[value]
    return key, value


def _unsupported(key: str, operator: str, value: str) -> Unsupported:
    return Unsupported(f"the lock has a marker that only uv can judge: {key} {operator} {value!r}")
