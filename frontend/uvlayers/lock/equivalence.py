"""Whether two markers mean the same wherever a project may run.

uv compares markers as canonical decision diagrams, simplified by `requires-python`. Here every case
that either marker tells apart is tried: versions at and between the bounds, each named text and one
that nobody named, each extra on and off. Equal in all cases is equal in uv; what uv may yet find
equal (`os_name` and `sys_platform` that cannot meet) counts as different here.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping

from uvlayers.errors import Unsupported
from uvlayers.lock.environment import canonical_text
from uvlayers.lock.markers import (
    STRING_KEYS,
    Comparison,
    Conjunction,
    Disjunction,
    Expression,
    comparisons,
)
from uvlayers.lock.names import normalize_name
from uvlayers.lock.versions import Release, compare_release, read_release, split_specifiers

_CASES = 20_000  # a tenth of a second; real markers need less than a hundred
_SEGMENTS = 3  # of a version that a marker names

ALWAYS = Conjunction(())
"""The marker of a requirement that has none."""

_Variable = tuple[str, str]
"""What a case fixes: ("python_full_version", ""), ("sys_platform", ""), ("extra", "x"), …"""

_OTHER = "\0"  # a text that no marker names

_Case = Mapping[_Variable, object]


def same_marker(left: Expression, right: Expression, requires_python: str) -> bool:
    """Whether both hold in the same environments that `requires_python` admits.

    Raises Unsupported where that cannot be told.
    """
    if left == right:
        return True
    try:
        return _same(left, right, requires_python)
    except (KeyError, ValueError):
        raise Unsupported("the lock has a marker that only uv can compare") from None


def _same(left: Expression, right: Expression, requires_python: str) -> bool:
    domains = _domains({*comparisons(left), *comparisons(right)}, requires_python)
    cases = 1
    for values in domains.values():
        cases *= len(values)
    if cases > _CASES:
        raise ValueError(cases)
    return all(
        _holds(left, case) == _holds(right, case)
        for case in (
            dict(zip(domains, values, strict=True))
            for values in itertools.product(*domains.values())
        )
    )


def _domains(
    asked: Iterable[Comparison], requires_python: str
) -> Mapping[_Variable, tuple[object, ...]]:
    """Return for each variable the values that make a difference."""
    bounds: set[Release] = set()
    texts: dict[_Variable, set[str]] = {}
    flags: set[_Variable] = set()
    for comparison in asked:
        variable, value = _question(comparison)
        if variable == _PYTHON:
            bounds.update(_bounds(comparison))
        elif value is None:
            flags.add(variable)
        else:
            texts.setdefault(variable, {_OTHER}).add(value)
    domains: dict[_Variable, tuple[object, ...]] = dict.fromkeys(sorted(flags), (False, True))
    domains |= {variable: tuple(sorted(values)) for variable, values in sorted(texts.items())}
    if bounds:
        domains[_PYTHON] = tuple(_versions(bounds, requires_python))
    return domains


_PYTHON: _Variable = ("python_full_version", "")
_PYTHON_KEYS = ("python_version", "python_full_version")
_AFFIRMED = {"not in": "in", "has not": "has"}


def _question(comparison: Comparison) -> tuple[_Variable, str | None]:
    """Return what a comparison asks of, and the text it compares with; None for yes or no.

    A question that is not understood is one of its own: yes or no, whatever the others answer.
    """
    key, operator, value = comparison.key, comparison.operator, comparison.value
    if key in _PYTHON_KEYS:
        return _PYTHON, value
    if key == "extra" and operator in ("==", "!="):
        return ("extra", normalize_name(value) or value), None
    if key in STRING_KEYS and operator in ("==", "!="):
        key, value = canonical_text(key, value)
        return (key, ""), value
    return (f"{key} {_AFFIRMED.get(operator, operator)}", value), None


def _bounds(comparison: Comparison) -> Iterator[Release]:
    """Yield the versions at which the answer may change."""
    for text in comparison.value.split():
        release, _ = read_release(text)
        yield release
        yield (*release[:-1], release[-1] + 1)
        if len(release) > 1:
            yield (*release[:-2], release[-2] + 1)


def _versions(bounds: Iterable[Release], requires_python: str) -> Iterator[Release]:
    """Yield every bound and one version above it, below the next, as far as a project may run."""
    limits = [part for part in split_specifiers(requires_python) if part[0] != "!="]
    found = {(0,), *bounds}
    for operator, text in limits:
        found.update(_bounds(Comparison("python_full_version", operator, text)))
    for release in sorted(found):
        if len(release) > _SEGMENTS:
            raise ValueError(release)
        above = (*release, *(0,) * (_SEGMENTS - len(release)), 1)
        for version in (release, above):
            if all(compare_release(version, op, *read_release(text)) for op, text in limits):
                yield version


def _holds(expression: Expression, case: _Case) -> bool:
    if isinstance(expression, Conjunction):
        return all(_holds(part, case) for part in expression.parts)
    if isinstance(expression, Disjunction):
        return any(_holds(part, case) for part in expression.parts)
    variable, value = _question(expression)
    found = case[variable]
    if variable == _PYTHON:
        assert isinstance(found, tuple)
        return _python_holds(expression, found)
    answer = bool(found) if value is None else found == value
    return answer != (expression.operator in ("!=", "not in", "has not"))


def _python_holds(comparison: Comparison, python: Release) -> bool:
    operator = comparison.operator
    if comparison.key == "python_version":
        python = python[:2]
    if operator in ("in", "not in"):
        texts = comparison.value.split()
        listed = any(compare_release(python, "==", *read_release(text)) for text in texts)
        return listed == (operator == "in")
    release, star = read_release(comparison.value)
    if comparison.key == "python_version" and len(release) > 2:
        raise KeyError(operator)
    return compare_release(python, operator, release, star)
