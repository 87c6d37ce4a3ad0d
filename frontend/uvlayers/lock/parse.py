"""uv.lock → `Lock`: every reference resolved, what the file omits filled in once.

After uv's `LockWire` → `Lock` (`crates/uv-lock/src/lock/mod.rs`): unknown keys are ignored, a
schema version other than 1 is refused by its number before anything else is read.
"""

from uvlayers.errors import LockError
from uvlayers.lock.canonical import Document, load
from uvlayers.lock.fields import (
    read_default_groups,
    read_group_requirements,
    read_marker,
    read_markers,
    read_specifiers,
)
from uvlayers.lock.model import ConflictItem, Lock, Manifest, RootRequirement
from uvlayers.lock.packages import read_packages
from uvlayers.lock.tables import (
    optional,
    read_array,
    read_groups,
    read_integer,
    read_name,
    read_table,
    required,
)

SCHEMA = 1


def parse_lock(data: bytes) -> Lock:
    """Parse the bytes of a uv.lock.

    Raises LockError with the path inside the lock, such as `package[3].wheels[0].hash`. Wheels are
    read, and their names checked, when `Package.wheels` is first asked for.
    """
    document = load(data)
    version = required(document.tables, "version", read_integer)
    if version != SCHEMA:
        raise LockError(
            f"unsupported lockfile schema version (v{version}, but only v{SCHEMA} is supported)",
            hint="use a newer release of the frontend, or lock with an older uv",
        )
    return _read_lock(document)


def _read_lock(document: Document) -> Lock:
    table = document.tables
    packages, by_name = read_packages(document)
    return Lock(
        version=SCHEMA,
        revision=optional(table, "revision", read_integer) or 0,
        requires_python=required(table, "requires-python", read_specifiers),
        packages=packages,
        resolution_markers=optional(table, "resolution-markers", read_markers) or (),
        supported_markers=optional(table, "supported-markers", read_markers) or (),
        required_markers=optional(table, "required-markers", read_markers) or (),
        conflicts=optional(table, "conflicts", _read_conflicts) or (),
        manifest=optional(table, "manifest", _read_manifest) or Manifest(),
        options=optional(table, "options", read_table) or {},
        by_name=by_name,
    )


def _read_conflicts(value: object) -> tuple[frozenset[ConflictItem], ...]:
    return read_array(value, _read_conflict)


def _read_conflict(value: object) -> frozenset[ConflictItem]:
    items = frozenset(read_array(value, _read_conflict_item))
    if len(items) < 2:
        raise LockError("expected a conflict of two items or more")
    return items


def _read_conflict_item(value: object) -> ConflictItem:
    table = read_table(value)
    package = required(table, "package", read_name)
    extra = optional(table, "extra", read_name)
    group = optional(table, "group", read_name)
    if extra is not None and group is not None:
        raise LockError("expected an extra or a group, got both")
    if extra is not None:
        return ConflictItem(package, "extra", extra)
    if group is not None:
        return ConflictItem(package, "group", group)
    return ConflictItem(package, "project")


_INPUTS = (
    "constraints",
    "overrides",
    "excludes",
    "build-constraints",
    "dependency-metadata",
    "requirements",
    "dependency-groups",
)


def _read_manifest(value: object) -> Manifest:
    table = read_table(value)
    return Manifest(
        frozenset(optional(table, "members", lambda names: read_array(names, read_name)) or ()),
        optional(table, "requirements", _read_requirements) or (),
        optional(table, "dependency-groups", lambda v: read_groups(v, _read_requirements)) or {},
        optional(table, "default-groups", read_default_groups),
        optional(table, "group-requires-python", read_group_requirements) or {},
        {key: table[key] for key in _INPUTS if key in table},
    )


def _read_requirements(value: object) -> tuple[RootRequirement, ...]:
    return read_array(value, _read_requirement)


def _read_requirement(value: object) -> RootRequirement:
    table = read_table(value)
    extras = optional(table, "extras", lambda names: read_array(names, read_name)) or ()
    name = required(table, "name", read_name)
    return RootRequirement(name, tuple(sorted(set(extras))), optional(table, "marker", read_marker))
