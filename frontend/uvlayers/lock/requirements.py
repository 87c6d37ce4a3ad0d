"""Requirements as a project declares them and as the lock records them, made comparable.

A declaration is text (PEP 508) or a table of the lock's `[package.metadata]`; both become the same
value when uv takes them for the same, and different ones where that is not certain.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from uvlayers.errors import LockError, Unsupported
from uvlayers.lock.equivalence import ALWAYS, same_marker
from uvlayers.lock.markers import Comparison, Conjunction, Expression, parse_marker
from uvlayers.lock.tables import optional, read_array, read_name, read_text, required
from uvlayers.lock.versions import read_version, split_specifiers

_DECLARATION = re.compile(
    r"""\s*(?P<name>[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?)\s*
        (?:\[(?P<extras>[^\]]*)\])?\s*
        (?P<bracket>\()?\s*(?P<specifiers>[^;@()]*?)\s*(?(bracket)\))\s*
        (?:;\s*(?P<marker>.*?)\s*)?""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL | re.ASCII,
)

# What a table of the lock may hold besides name, extras, specifier and marker, and we understand.
_TREES = ("directory", "editable", "virtual")
_KNOWN = frozenset({"name", "extras", "specifier", "marker", "index", *_TREES})

_Specifiers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a project wants of another.

    `source` is empty for an index of the configuration, else ("index", URL) or the kind and path of
    a source tree, relative to the workspace root.
    """

    name: str
    extras: tuple[str, ...]
    specifiers: _Specifiers
    source: tuple[str, str] | None = None
    marker: Expression = ALWAYS

    def under(self, condition: Expression) -> "Requirement":
        """Return the same requirement where a further condition holds."""
        known = () if self.marker == ALWAYS else (self.marker,)
        return replace(self, marker=Conjunction((*known, condition)))


def parse_requirement(text: str) -> Requirement:
    """Return a declaration of a pyproject.toml; raises Unsupported for what has a URL."""
    match = _DECLARATION.fullmatch(text)
    try:
        if match is None:
            raise LockError("not a plain requirement")
        extras = filter(None, map(str.strip, (match["extras"] or "").split(",")))
        return Requirement(
            read_name(match["name"]),
            tuple(sorted({read_name(extra) for extra in extras})),
            _specifiers(match["specifiers"]),
            marker=ALWAYS if match["marker"] is None else parse_marker(match["marker"]),
        )
    except LockError:
        raise Unsupported(f"only uv can compare the requirement `{text}`") from None


def read_requirement(table: Mapping[str, object]) -> Requirement:
    """Return what the lock records; raises Unsupported for what is no tree and of no index."""
    unknown = table.keys() - _KNOWN
    name = required(table, "name", read_name)
    if unknown:
        raise Unsupported(f"only uv can compare `{name}`, which comes from a {min(unknown)}")
    extras = optional(table, "extras", lambda value: read_array(value, read_name)) or ()
    marker = optional(table, "marker", read_text)
    sources = [(kind, str(table[kind])) for kind in ("index", *_TREES) if kind in table]
    return Requirement(
        name,
        tuple(sorted(set(extras))),
        _specifiers(optional(table, "specifier", read_text) or ""),
        sources[0] if sources else None,
        ALWAYS if marker is None else parse_marker(marker),
    )


def extra_is(name: str) -> Comparison:
    """Return the condition that an extra is asked for."""
    return Comparison("extra", "==", name)


def same_requirements(
    declared: Iterable[Requirement], recorded: Iterable[Requirement], requires_python: str
) -> bool:
    """Whether both say the same, whatever their order; raises Unsupported."""
    left, right = _by_subject(declared), _by_subject(recorded)
    return left.keys() == right.keys() and all(
        _same_markers(left[subject], right[subject], requires_python) for subject in left
    )


def _by_subject(requirements: Iterable[Requirement]) -> Mapping[Requirement, list[Expression]]:
    """Collect the markers of requirements that are equal but for them."""
    found: dict[Requirement, list[Expression]] = defaultdict(list)
    for requirement in requirements:
        markers = found[replace(requirement, marker=ALWAYS)]
        if requirement.marker not in markers:
            markers.append(requirement.marker)
    return found


def _same_markers(left: list[Expression], right: list[Expression], requires_python: str) -> bool:
    """Whether each marker has its like on the other side, every one of them used once."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for marker in left:
        like = next((one for one in rest if same_marker(marker, one, requires_python)), None)
        if like is None:
            return False
        rest.remove(like)
    return True


# The zeros at the end of a release segment.
_ZEROS = re.compile(r"((?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*?)(?:\.0)+(?![0-9]|\.[0-9])")


def _specifiers(text: str) -> _Specifiers:
    """Return sorted parts; 1.0 and 1.0.0 are one version except where zeros count (`~=`, `.*`)."""
    return tuple(sorted(map(_normal, split_specifiers(text))))


def _normal(part: tuple[str, str]) -> tuple[str, str]:
    operator, version = part
    if operator in ("~=", "===") or version.endswith(".*"):
        return part
    text = str(read_version(version))
    zeros = _ZEROS.match(text)
    return operator, text if zeros is None else zeros[1] + text[zeros.end() :]
