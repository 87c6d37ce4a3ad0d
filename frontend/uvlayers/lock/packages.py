"""`[[package]]` tables → `Package`, with every edge resolved to the package that it means."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uvlayers.errors import LockError
from uvlayers.lock.artifacts import read_sdist
from uvlayers.lock.canonical import PLACEHOLDER, Document
from uvlayers.lock.fields import (
    read_default_groups,
    read_group_requirements,
    read_marker,
    read_markers,
)
from uvlayers.lock.model import (
    Dependency,
    DirectorySource,
    EditableSource,
    GitSource,
    Package,
    PackageMetadata,
    PathSource,
    RegistrySource,
    Source,
    UrlSource,
    VirtualSource,
    WheelFile,
    WheelList,
)
from uvlayers.lock.sources import read_source
from uvlayers.lock.tables import (
    Table,
    expected,
    inside,
    optional,
    read_array,
    read_each,
    read_groups,
    read_name,
    read_table,
    read_text,
    required,
)
from uvlayers.lock.versions import check_version, read_version, same_version
from uvlayers.lock.wheels import WheelReader


@dataclass(frozen=True, slots=True)
class _Identity:
    """What tells two packages apart; `extras` are the keys of its optional dependencies."""

    name: str
    version: str | None
    source: Source
    extras: frozenset[str]


class _Index:
    """The packages by name, as places in sorted order."""

    __slots__ = ("by_name", "identities")

    def __init__(self, identities: Sequence[_Identity]) -> None:
        self.identities = identities
        by_name: dict[str, list[int]] = {}
        for place, identity in enumerate(identities):
            by_name.setdefault(identity.name, []).append(place)
        self.by_name = {name: tuple(places) for name, places in by_name.items()}

    def target(self, table: Table) -> int:
        """Return the package that an edge means.

        An edge without a version or source names the only package so called; without a version a
        source tree, whose version is dynamic.
        """
        name = required(table, "name", read_name)
        places = self.by_name.get(name, ())
        if len(places) == 1 and "version" not in table and "source" not in table:
            return places[0]
        version = optional(table, "version", _read_version)
        source = optional(table, "source", read_source)
        if len(places) == 1:
            only = self.identities[places[0]]
            version = only.version if version is None else version
            source = only.source if source is None else source
        elif places and source is None:
            raise LockError(f"missing `source`: more than one package is called `{name}`")
        elif places and version is None and not _is_tree(source):
            raise LockError(f"missing `version`: more than one package is called `{name}`")
        for place in places:
            found = self.identities[place]
            if found.source == source and same_version(found.version, version):
                return place
        raise LockError(f"no such package in the lock: `{name}`")

    def edge(self, value: object) -> Dependency:
        """Return an edge; extras that its target does not have are dropped, as in uv."""
        table = read_table(value)
        target = self.target(table)
        extras: tuple[str, ...] = ()
        if "extra" in table:
            with inside("extra"):
                wanted = read_array(table["extra"], read_name)
            extras = tuple(sorted(self.identities[target].extras.intersection(wanted)))
        return Dependency(target, extras, optional(table, "marker", read_marker))

    def name(self, edge: Dependency) -> str:
        """Return the name of the package that an edge leads to."""
        return self.identities[edge.target].name


def read_packages(document: Document) -> tuple[tuple[Package, ...], Mapping[str, tuple[int, ...]]]:
    """Return the packages sorted by name, version and source, and their places by name."""
    # `distribution` is what the first releases of uv called it.
    key = "package" if "package" in document.tables else "distribution"
    tables = optional(document.tables, key, lambda value: read_array(value, read_table)) or ()
    entries = []
    for place, table in enumerate(tables):
        at = f"{key}[{place}]"
        with inside(at):
            entries.append((_read_identity(table), at, table))
    shared = Counter(identity.name for identity, _, _ in entries)
    entries.sort(key=lambda entry: (entry[0].name, _rank(entry[0], shared)))
    index = _Index([identity for identity, _, _ in entries])
    _refuse_duplicates(entries)
    return tuple(_read_package(document, index, *entry) for entry in entries), index.by_name


def _read_identity(table: Table) -> _Identity:
    name = required(table, "name", read_name)
    version = optional(table, "version", _read_version)
    source = required(table, "source", read_source)
    if version is None and isinstance(source, RegistrySource):
        raise LockError("missing field `version`: the package comes from a registry")
    extras = optional(table, "optional-dependencies", read_table) or {}
    with inside("optional-dependencies"):
        return _Identity(name, version, source, frozenset(map(read_name, extras)))


def _rank(identity: _Identity, shared: Mapping[str, int]) -> tuple[object, ...]:
    """Return what sorts packages of one name: version, none first, then source, as in uv."""
    if shared[identity.name] == 1:
        return ()
    version = () if identity.version is None else (read_version(identity.version),)
    return version, _SOURCES.index(type(identity.source)), str(identity.source)


_SOURCES: tuple[type[Source], ...] = (
    RegistrySource,
    GitSource,
    UrlSource,
    PathSource,
    DirectorySource,
    EditableSource,
    VirtualSource,
)


def _refuse_duplicates(entries: Sequence[tuple[_Identity, str, Table]]) -> None:
    for (left, _, _), (right, at, _) in itertools.pairwise(entries):
        same = left.name == right.name and left.source == right.source
        if same and same_version(left.version, right.version):
            raise LockError(f"found a duplicate of the package `{left.name}`", at=at)


def _read_package(
    document: Document, index: _Index, identity: _Identity, at: str, table: Table
) -> Package:
    def edges(value: object) -> tuple[Dependency, ...]:
        found = sorted(read_array(value, index.edge), key=_edge_key)
        for left, right in itertools.pairwise(found):
            if left == right:
                raise LockError(f"found a duplicate dependency on `{index.name(left)}`")
        return tuple(found)

    # `dependency-groups` is an alias of the name that uv writes.
    groups = "dev-dependencies" if "dev-dependencies" in table else "dependency-groups"
    with inside(at):
        return Package(
            identity.name,
            identity.version,
            identity.source,
            optional(table, "resolution-markers", read_markers) or (),
            optional(table, "dependencies", edges) or (),
            optional(table, "optional-dependencies", lambda value: read_groups(value, edges)) or {},
            optional(table, groups, lambda value: read_groups(value, edges)) or {},
            optional(table, "default-groups", read_default_groups),
            optional(table, "group-requires-python", read_group_requirements) or {},
            optional(table, "sdist", read_sdist),
            optional(table, "metadata", _read_metadata) or PackageMetadata(),
            _read_wheels(document, identity, at, table),
        )


def _edge_key(edge: Dependency) -> tuple[int, tuple[str, ...], str]:
    return edge.target, edge.extras, edge.marker or ""


def _read_wheels(document: Document, identity: _Identity, at: str, table: Table) -> WheelList:
    value = table.get("wheels", [])
    left_out = PLACEHOLDER in table
    if left_out and "wheels" in table:
        raise LockError("found the key `wheels` twice")
    if not isinstance(value, list):
        raise expected("an array", value).within("wheels")

    reader = WheelReader(identity.name, identity.version, identity.source)

    def read() -> tuple[WheelFile, ...]:
        with inside(f"{at}.wheels"):
            if left_out:
                return read_each(document.rows(table[PLACEHOLDER]), reader.read_row)
            return read_array(value, reader.read)

    return WheelList(read)


def _read_metadata(value: object) -> PackageMetadata:
    table = read_table(value)
    groups = "requires-dev" if "requires-dev" in table else "dependency-groups"
    return PackageMetadata(
        optional(table, "requires-dist", _read_tables) or (),
        optional(table, "provides-extras", lambda value: read_array(value, read_name)) or (),
        optional(table, groups, lambda value: read_groups(value, _read_tables)) or {},
    )


def _read_tables(value: object) -> tuple[Table, ...]:
    return read_array(value, read_table)


def _read_version(value: object) -> str:
    return check_version(read_text(value))


def _is_tree(source: Source | None) -> bool:
    return isinstance(source, DirectorySource | EditableSource | VirtualSource)
