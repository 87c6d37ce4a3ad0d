"""The dependency groups of a pyproject.toml (PEP 735), included ones spelled out.

After `crates/uv-workspace/src/dependency_groups.rs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from uvlayers.errors import LockError, Unsupported
from uvlayers.lock.markers import Comparison, Conjunction
from uvlayers.lock.names import normalize_name
from uvlayers.lock.projects import Lowering
from uvlayers.lock.requirements import Requirement
from uvlayers.lock.versions import split_specifiers
from uvlayers.pyproject import Kind, Table, get, strings, uv_settings

_NOTHING: Table = {}


@dataclass(frozen=True, slots=True)
class DeclaredGroup:
    """What a group asks for, and what it and the groups that it includes require of Python."""

    requirements: tuple[Requirement, ...]
    requires_python: tuple[tuple[str, str], ...] = ()


def declared_groups(lowering: Lowering, pyproject: Table) -> Mapping[str, DeclaredGroup]:
    """Return the groups by name, the legacy `dev` among them; raises Unsupported."""
    reader = _Reader(lowering, pyproject)
    found = {name: reader.group(name, ()) for name in reader.entries}
    settings = uv_settings(pyproject)
    declared = strings(settings, "dev-dependencies")
    if declared is not None:
        legacy = map(lowering.requirement, declared)
        dev = found.get("dev", DeclaredGroup(()))
        found["dev"] = DeclaredGroup((*dev.requirements, *legacy), dev.requires_python)
    return found


class _Reader:
    def __init__(self, lowering: Lowering, pyproject: Table) -> None:
        self.lowering = lowering
        self.entries = _by_name(get(pyproject, "dependency-groups", dict) or _NOTHING, list)
        table = get(uv_settings(pyproject), "dependency-groups", dict) or _NOTHING
        self.settings = _by_name(table, dict)
        if self.settings.keys() - self.entries.keys():
            raise Unsupported("`tool.uv.dependency-groups` names a group that does not exist")

    def group(self, name: str, above: tuple[str, ...]) -> DeclaredGroup:
        if name not in self.entries or name in above:
            raise Unsupported(f"the dependency group `{name}` cannot be resolved")
        requirements: list[Requirement] = []
        pythons: list[tuple[str, str]] = []
        for entry in self.entries[name]:
            match entry:
                case str():
                    requirements.append(self.lowering.requirement(entry))
                case {"include-group": str(other), **rest} if not rest:
                    included = self.group(normalize_name(other) or "", (*above, name))
                    requirements += included.requirements
                    pythons += included.requires_python
                case _:
                    raise Unsupported(f"the dependency group `{name}` is not as uv expects it")
        own = self._own_python(name)
        pythons += own
        if own:
            requirements = [one.under(_as_marker(own)) for one in requirements]
        return DeclaredGroup(tuple(requirements), tuple(sorted(pythons)))

    def _own_python(self, name: str) -> tuple[tuple[str, str], ...]:
        text = get(self.settings.get(name, _NOTHING), "requires-python", str)
        try:
            return () if text is None else split_specifiers(text)
        except LockError as error:
            raise Unsupported(error.message) from None


def _by_name(table: Table, kind: type[Kind]) -> dict[str, Kind]:
    found = {}
    for name in table:
        normal, value = normalize_name(name), get(table, name, kind)
        if normal is None or normal in found or value is None:
            raise Unsupported(f"the dependency group `{name}` is not as uv expects it")
        found[normal] = value
    return found


def _as_marker(specifiers: tuple[tuple[str, str], ...]) -> Conjunction:
    """Return the condition that a `requires-python` puts on each requirement of its group."""
    return Conjunction(tuple(Comparison("python_full_version", *part) for part in specifiers))
