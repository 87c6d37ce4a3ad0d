"""Everything that makes a lock stale, one generator per subject, in uv's order.

Each yields clauses such as "the workspace has other members"; whatever cannot be compared raises
Unsupported.
"""

from collections.abc import Iterable, Iterator, Mapping

from uvlayers.errors import Unsupported
from uvlayers.lock.equivalence import same_marker
from uvlayers.lock.groups import DeclaredGroup, declared_groups
from uvlayers.lock.markers import parse_marker
from uvlayers.lock.model import (
    GROUP_METADATA_REVISION,
    ConflictItem,
    DefaultGroups,
    GitSource,
    Lock,
    Package,
    RegistrySource,
    or_dev,
)
from uvlayers.lock.names import normalize_name
from uvlayers.lock.projects import (
    Lowering,
    Member,
    Projects,
    declared_extras,
    declared_requirements,
    read_indexes,
    read_projects,
    require_static,
)
from uvlayers.lock.requirements import read_requirement, same_requirements
from uvlayers.lock.settings import check_indexes, setting_differences
from uvlayers.lock.versions import python_bounds, same_version, split_specifiers
from uvlayers.pyproject import Table, get, strings


def differences(
    lock: Lock, root: Table, others: Mapping[str, Table], settings: Table
) -> Iterator[str]:
    """Yield what uv would resolve anew for."""
    projects = read_projects(root, others)
    yield from setting_differences(lock, settings)
    yield from _environments(lock, projects)
    yield from _conflicts(lock, projects)
    yield from _pythons(lock, projects)
    yield from _members(lock, projects)
    yield from _group_settings(lock, projects)
    yield from _inputs(lock, projects)
    for member in projects.members.values():
        yield from _member(lock, projects, member)
    check_indexes(lock, settings, _source_indexes(projects))
    _refuse_unreadable(lock, projects)


def _environments(lock: Lock, projects: Projects) -> Iterator[str]:
    settings = projects.settings
    if "minimum-libc-version" in settings:
        raise Unsupported("only uv can compare `minimum-libc-version`")
    for key, locked in (
        ("environments", lock.supported_markers),
        ("required-environments", lock.required_markers),
    ):
        value = settings.get(key)
        wanted = (value,) if isinstance(value, str) else strings(settings, key) or ()
        if len(wanted) != len(locked) or not all(
            same_marker(parse_marker(left), parse_marker(right), lock.requires_python)
            for left, right in zip(wanted, locked, strict=True)
        ):
            yield f"`{key}` has changed"


def _conflicts(lock: Lock, projects: Projects) -> Iterator[str]:
    wanted: list[frozenset[ConflictItem]] = []
    if projects.is_projectless:
        wanted += _declared_conflicts(projects.settings, None)
    for name in sorted(projects.members):
        wanted += _declared_conflicts(projects.members[name].settings, name)
    groups = any(item.kind == "group" for conflict in wanted for item in conflict)
    if groups and "include-group" in repr(projects.root.get("dependency-groups")):
        raise Unsupported("only uv can compare conflicts of groups that include others")
    if tuple(wanted) != lock.conflicts:
        yield "`conflicts` has changed"


def _declared_conflicts(settings: Table, owner: str | None) -> list[frozenset[ConflictItem]]:
    return [
        frozenset(_conflict_item(item, owner) for item in conflict)
        for conflict in get(settings, "conflicts", list) or []
    ]


def _conflict_item(item: object, owner: str | None) -> ConflictItem:
    if not isinstance(item, dict) or item.keys() - {"package", "extra", "group"}:
        raise Unsupported("`conflicts` is not as uv expects it")
    package = normalize_name(get(item, "package", str) or owner or "")
    extra, group = get(item, "extra", str), get(item, "group", str)
    name = normalize_name(extra or group or "any")
    if package is None or name is None or (extra and group):
        raise Unsupported("`conflicts` is not as uv expects it")
    if extra:
        return ConflictItem(package, "extra", name)
    return ConflictItem(package, "group", name) if group else ConflictItem(package, "project")


def _pythons(lock: Lock, projects: Projects) -> Iterator[str]:
    declared = [get(member.project, "requires-python", str) for member in projects.members.values()]
    parts = [part for text in declared if text is not None for part in split_specifiers(text)]
    if not parts:
        raise Unsupported("no project has a `requires-python`, so that uv's own Python counts")
    if python_bounds(parts) != python_bounds(split_specifiers(lock.requires_python)):
        yield "`requires-python` has changed"


def _members(lock: Lock, projects: Projects) -> Iterator[str]:
    names = frozenset(projects.members)
    # A lock of a single project does not list it.
    listed = frozenset() if len(names) == 1 and not projects.is_projectless else names
    if listed != lock.manifest.members:
        yield "the workspace has other members"
    for name in sorted(names):
        locked = lock.named(name)
        if len(locked) != 1 or str(locked[0].source) != "+".join(projects.tree(name)):
            yield f"`{name}` is another kind of package"


def _group_settings(lock: Lock, projects: Projects) -> Iterator[str]:
    if lock.revision < GROUP_METADATA_REVISION:
        return
    for name, member in projects.members.items():
        if _defaults(member.settings) != or_dev(lock.named(name)[0].default_groups):
            yield f"`default-groups` of `{name}` has changed"
    locked = or_dev(lock.manifest.default_groups)
    if projects.is_projectless and _defaults(projects.settings) != locked:
        yield "`default-groups` has changed"


def _defaults(settings: Table) -> DefaultGroups:
    if settings.get("default-groups") == "all":
        return "all"
    names = strings(settings, "default-groups")
    return or_dev(None if names is None else frozenset(normalize_name(n) or n for n in names))


def _inputs(lock: Lock, projects: Projects) -> Iterator[str]:
    """The requirements of the workspace root that belong to no project."""
    manifest = lock.manifest
    lowering = Lowering(projects, projects.root, None)
    for key, recorded in _INPUTS.items():
        wanted = [lowering.requirement(text) for text in strings(projects.settings, key) or ()]
        locked = map(read_requirement, _tables(manifest.tables.get(recorded)))
        if not same_requirements(wanted, locked, lock.requires_python):
            # uv leaves out what concerns no package of the lock, depending on its version.
            raise Unsupported(f"only uv can compare `{key}`")
    if "exclude-dependencies" in projects.settings or manifest.tables.get("excludes"):
        raise Unsupported("only uv can compare `exclude-dependencies`")
    if manifest.requirements:
        raise Unsupported("the lock is that of a script")
    groups = declared_groups(lowering, projects.root) if projects.is_projectless else {}
    locked_groups = {
        name: _tables(tables)
        for name, tables in _table(manifest.tables.get("dependency-groups")).items()
    }
    yield from _groups(groups, locked_groups, lock, keep_empty=False)
    yield from _group_pythons(groups, manifest.group_requires_python)


_INPUTS = {
    "constraint-dependencies": "constraints",
    "override-dependencies": "overrides",
    "build-constraint-dependencies": "build-constraints",
}


def _member(lock: Lock, projects: Projects, member: Member) -> Iterator[str]:
    package = lock.named(member.name)[0]
    name, project = member.name, member.project
    require_static(project)
    yield from _version(package, project)
    if lock.revision >= 1 and declared_extras(project) != frozenset(
        package.metadata.provides_extras
    ):
        yield f"`{name}` has other extras"
    lowering = Lowering(projects, member.pyproject, name)
    wanted = declared_requirements(lowering, project)
    locked = map(read_requirement, package.metadata.requires_dist)
    if not same_requirements(wanted, locked, lock.requires_python):
        if package.version is None and any(each.name == name for each in wanted):
            # A lock of a dynamic version may hold what those extras come to (`FlatRequiresDist`).
            raise Unsupported(f"only uv can compare extras of `{name}` that ask for its others")
        yield f"`{name}` has other dependencies"
    groups = declared_groups(lowering, member.pyproject)
    recorded = package.metadata.requires_dev
    yield from _groups(groups, recorded, lock, keep_empty=lock.revision >= 1)
    if lock.revision >= GROUP_METADATA_REVISION:
        yield from _group_pythons(groups, package.group_requires_python)


def _version(package: Package, project: Table) -> Iterator[str]:
    is_dynamic = "version" in (get(project, "dynamic", list) or [])
    version = get(project, "version", str)
    if is_dynamic != (package.version is None):
        yield f"the version of `{package.name}` is {'' if is_dynamic else 'no longer '}dynamic"
    elif not is_dynamic and version is None:
        raise Unsupported(f"`{package.name}` has no version")
    elif not is_dynamic and not same_version(version, package.version):
        yield f"`{package.name}` has another version"


def _groups(
    declared: Mapping[str, DeclaredGroup],
    recorded: Mapping[str, Iterable[Table]],
    lock: Lock,
    *,
    keep_empty: bool,
) -> Iterator[str]:
    wanted = {
        name: group.requirements
        for name, group in declared.items()
        if keep_empty or group.requirements
    }
    locked = {
        name: [read_requirement(table) for table in tables]
        for name, tables in recorded.items()
        if keep_empty or tables
    }
    if wanted.keys() != locked.keys():
        yield "there are other dependency groups"
    for name, requirements in wanted.items():
        if not same_requirements(requirements, locked.get(name, []), lock.requires_python):
            yield f"the dependency group `{name}` has changed"


def _group_pythons(
    declared: Mapping[str, DeclaredGroup], recorded: Mapping[str, str]
) -> Iterator[str]:
    wanted = {name: group.requires_python for name, group in declared.items()}
    locked = {name: tuple(sorted(split_specifiers(text))) for name, text in recorded.items()}
    if {name: parts for name, parts in wanted.items() if parts} != locked:
        yield "a dependency group requires another Python"


def _refuse_unreadable(lock: Lock, projects: Projects) -> None:
    """What lies in an archive or outside the workspace is not here to be compared."""
    for package in lock.packages:
        immutable = isinstance(package.source, RegistrySource | GitSource)
        if not immutable and package.name not in projects.members:
            raise Unsupported(f"only uv can look into `{package.name}`: `{package.source}`")


def _source_indexes(projects: Projects) -> Iterator[str]:
    for member in projects.members.values():
        yield from read_indexes(member.pyproject).values()


def _table(value: object) -> Table:
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> list[Table]:
    return [table for table in value if isinstance(table, dict)] if isinstance(value, list) else []
