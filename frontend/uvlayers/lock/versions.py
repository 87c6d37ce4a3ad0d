"""PEP 440, the parts that a lock needs, compared as uv compares them: by release segments."""

import operator as operators
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from packaging.version import InvalidVersion, Version

from uvlayers.errors import LockError, Unsupported

Release = tuple[int, ...]
"""The numbers of a version: 3.12.1 is (3, 12, 1)."""

_NUMBER = "[0-9]{1,18}"  # uv's are 64 bits wide
_PLAIN = re.compile(
    rf"{_NUMBER}(?:\.{_NUMBER})*(?:(?:a|b|rc){_NUMBER})?(?:\.post{_NUMBER})?(?:\.dev{_NUMBER})?"
)
_RELEASE = re.compile(rf"v?({_NUMBER}(?:\.{_NUMBER})*)(\.\*)?", re.IGNORECASE)
_SPECIFIER = re.compile(r"\s*(===|==|!=|<=|>=|~=|<|>)\s*([A-Za-z0-9][^\s,]*)\s*")

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operators.eq,
    "!=": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def check_version(text: str) -> str:
    """Return the version as written; raises LockError for what PEP 440 does not know."""
    if not _PLAIN.fullmatch(text):
        read_version(text)
    return text


def read_version(text: str) -> Version:
    """Return the version; raises LockError for what PEP 440 does not know."""
    try:
        return Version(text)
    except ValueError:
        raise LockError(f"not a valid version: {text!r}") from None


def same_version(left: str | None, right: str | None) -> bool:
    """Whether both are absent or equal under PEP 440: 1.0 is 1.0.0."""
    if left is None or right is None:
        return left is right
    return left == right or read_version(left) == read_version(right)


def split_specifiers(text: str) -> tuple[tuple[str, str], ...]:
    """Return (operator, version) for each part of `>=3.11, <4`; raises LockError."""
    if not text.strip():
        return ()
    parts = []
    for part in text.split(","):
        match = _SPECIFIER.fullmatch(part)
        if match is None:
            raise LockError(f"not a valid version specifier: {text!r}")
        parts.append((match[1], match[2]))
    return tuple(parts)


def python_fits(specifiers: str, python: str) -> bool:
    """Whether a Python version, cut to its release, satisfies `requires-python`.

    Raises Unsupported for a specifier that is more than operator and release.
    """
    release = read_release(python)[0]
    return all(_fits(release, *part) for part in split_specifiers(specifiers))


def python_bounds(parts: Iterable[tuple[str, str]]) -> tuple[Release, Release | None]:
    """Return the lowest version that may run a project, and the first that may not, if any.

    That is all that uv compares of two `requires-python`, with `!=` left out. Raises Unsupported
    for an operator whose bound does not lie between two releases.
    """
    lower: Release = (0,)
    upper: Release | None = None
    for operator, text in parts:
        match = _RELEASE.fullmatch(text)
        if match is None or (operator, bool(match[2])) not in _BOUNDED:
            raise Unsupported(f"only uv can judge this Python requirement: {operator}{text}")
        release = read_release(text)[0]
        if operator in (">=", "~=", "=="):
            lower = max(lower, trim_release(release))
        if operator != ">=" and operator != "!=":
            above = release if operator == "<" else _above(release, drop=operator == "~=")
            upper = trim_release(above) if upper is None else min(upper, trim_release(above))
    return lower, upper


_BOUNDED = {(">=", False), ("<", False), ("~=", False), ("==", True), ("!=", False), ("!=", True)}


def _above(release: Release, *, drop: bool) -> Release:
    """Return the first release after `release.*`, or after all but its last segment."""
    head = release[:-1] if drop and len(release) > 1 else release
    return (*head[:-1], head[-1] + 1)


def _fits(python: Release, operator: str, version: str) -> bool:
    match = _RELEASE.fullmatch(version)
    if match is not None:
        try:
            return compare_release(python, operator, *read_release(version))
        except KeyError:
            pass
    raise Unsupported(f"only uv can judge this Python requirement: {operator}{version}")


def read_release(text: str) -> tuple[Release, bool]:
    """Return the release segments of a version and whether `.*` follows; raises InvalidVersion."""
    match = _RELEASE.fullmatch(text.strip())
    if match is not None:
        return tuple(map(int, match[1].split("."))), match[2] is not None
    version = Version(text)
    if version.epoch:
        raise InvalidVersion(text)
    return version.release, False


def trim_release(release: Release) -> Release:
    """Drop trailing zeros: 3.12.0 is 3.12."""
    end = len(release)
    while end > 1 and release[end - 1] == 0:
        end -= 1
    return release[:end]


def compare_release(python: Release, operator: str, release: Release, star: bool) -> bool:
    """Compare release segments; raises KeyError for an operator that does not fit."""
    if star:
        return _within(python, release) == {"==": True, "!=": False}[operator]
    left, right = trim_release(python), trim_release(release)
    if operator == "~=" and len(release) > 1:
        return left >= right and _within(python, release[:-1])
    return _ORDER[operator](left, right)


def _within(python: Release, head: Release) -> bool:
    """Whether `head.*` contains the version."""
    return (python + (0,) * len(head))[: len(head)] == head


def compare_version(version: Version, operator: str, release: Release, star: bool) -> bool:
    """Compare a whole version, pre-release and all, with bounds that are releases."""
    bound = _version_of(release)
    if star or (operator == "~=" and len(release) > 1):
        head = release if star else release[:-1]
        within = bound <= version < _version_of((*head[:-1], head[-1] + 1))
        return (
            within == {("==", True): True, ("!=", True): False, ("~=", False): True}[operator, star]
        )
    return _ORDER[operator](version, bound)


def _version_of(release: Release) -> Version:
    return Version(".".join(map(str, release)))
