"""Which packages and groups a `uv sync` starts from, and whether it may start at all.

After `crates/uv-environment-operations/src/install_target.rs`.
"""

from dataclasses import dataclass, field

from uvlayers.errors import SelectError, Unsupported
from uvlayers.lock.model import (
    GROUP_METADATA_REVISION,
    DefaultGroups,
    DirectorySource,
    EditableSource,
    Lock,
    Package,
    VirtualSource,
    or_dev,
)
from uvlayers.lock.rules import Rules
from uvlayers.lock.selection import Groups, Selection


@dataclass(frozen=True, slots=True)
class Roots:
    """Where the walk starts.

    packages:  the roots, whose own dependencies, extras and groups count
    group_root: the workspace root when only its groups are asked for, through a member
    workspace_root: the package at the lock's own directory; None for a root without `[project]`
    single:    the one selected project, whose groups hide the workspace root's of the same name
    project:   the project that `--no-install-project` means
    by_name:   single packages were selected, not a whole workspace
    rules:     those of the uv that would do it
    """

    packages: tuple[Package, ...]
    group_root: Package | None
    workspace_root: Package | None
    single: str | None
    project: str | None
    by_name: bool
    rules: Rules = field(default_factory=Rules)

    @property
    def owners(self) -> tuple[Package, ...]:
        """The packages whose groups may count."""
        return self.packages if self.group_root is None else (*self.packages, self.group_root)


@dataclass(frozen=True, slots=True)
class WantedGroups:
    """The groups that are wanted once the defaults are known."""

    groups: Groups
    defaults: DefaultGroups

    @property
    def production(self) -> bool:
        """Whether the projects themselves are wanted: no `--only-*` was given."""
        return not self.groups.only

    def contains(self, group: str) -> bool:
        """Whether groups of that name are wanted."""
        return self.explicitly(group) or (group not in self.groups.exclude and self._default(group))

    def explicitly(self, group: str) -> bool:
        """Whether groups of that name are wanted even if they were no default."""
        asked = self.groups.all or group in self.groups.include
        return asked and group not in self.groups.exclude

    def _default(self, group: str) -> bool:
        if self.groups.no_defaults or self.groups.only:
            return False
        return self.defaults == "all" or group in self.defaults


def lock_root(lock: Lock) -> Package | None:
    """Return the package at the lock's own directory, if it is a workspace member."""
    for package in lock.packages:
        match package.source:
            case EditableSource(".") | VirtualSource("."):
                return package
            case DirectorySource(".") if package.name in lock.manifest.members:
                return package
    return None


def wanted_groups(lock: Lock, selection: Selection, rules: Rules) -> WantedGroups:
    """Return the groups with their defaults: the selection's, or where uv reads them, the lock's.

    Raises Unsupported where only the lock could say and it is older than revision 5.
    """
    groups = selection.groups
    if groups.lock_defaults and rules.locked_defaults and len(selection.packages) == 1:
        recorded = _recorded_defaults(lock, selection.packages[0])
        if recorded is not None:
            return WantedGroups(groups, recorded)
    if groups.defaults is not None:
        return WantedGroups(groups, groups.defaults)
    if lock.revision < GROUP_METADATA_REVISION:
        raise Unsupported("the lock does not record default groups and there is no pyproject.toml")
    single = selection.packages[0] if len(selection.packages) == 1 else selection.project
    if single is None:
        return WantedGroups(groups, or_dev(lock.manifest.default_groups))
    recorded = _recorded_defaults(lock, single)
    if recorded is None:
        raise Unsupported(f"the lock has no workspace member called `{single}`")
    return WantedGroups(groups, recorded)


def _recorded_defaults(lock: Lock, name: str) -> DefaultGroups | None:
    """Return a member's default groups; None where the lock is too old or has no such member."""
    if lock.revision < GROUP_METADATA_REVISION:
        return None
    for package in lock.named(name):
        if is_member(lock, package):
            return or_dev(package.default_groups)
    return None


def is_member(lock: Lock, package: Package) -> bool:
    """Whether the package is a workspace member, or the root of a lock that lists none."""
    if lock.manifest.members:
        return package.name in lock.manifest.members
    root = lock_root(lock)
    return root is not None and root is package


def find_roots(lock: Lock, selection: Selection, wanted: WantedGroups, rules: Rules) -> Roots:
    """Return where the walk starts; raises SelectError for a project that the lock lacks."""
    root = lock_root(lock)
    names, single, project = _root_names(lock, selection, root)
    packages = tuple(_only(lock, name) for name in names)
    group_root = None
    if rules.members_inherit is None and single is not None and single != (root and root.name):
        raise Unsupported("this release of uv adds groups of the workspace root to its members")
    if rules.members_inherit and single is not None and root is not None and root.name != single:
        declared = _declared(selection, root)
        if any(_inherits(lock, selection, wanted, single, group) for group in declared):
            group_root = root
    by_name = not selection.all_packages and bool(selection.packages or selection.project)
    return Roots(packages, group_root, root, single, project, by_name, rules)


def _root_names(
    lock: Lock, selection: Selection, root: Package | None
) -> tuple[tuple[str, ...], str | None, str | None]:
    """Return the names of the roots, the single selected project, and the project of filters."""
    members = tuple(sorted(lock.manifest.members))
    if selection.all_packages:
        if selection.project is None and selection.non_project:
            return members, None, None
        lone = () if root is None else (root.name,)
        project = selection.project or (None if members else next(iter(lone), None))
        return members or lone, None, project
    if len(selection.packages) > 1:
        return selection.packages, None, None
    single = next(iter(selection.packages), selection.project)
    if single is None:
        return members, None, None
    return (single,), single, single


def _only(lock: Lock, name: str) -> Package:
    found = lock.named(name)
    if len(found) > 1:
        raise SelectError(f"found multiple packages matching `{name}`")
    if not found:
        raise SelectError(
            f"could not find root package `{name}`",
            hint="To update the lockfile, run `uv lock`.",
        )
    return found[0]


def _declared(selection: Selection, package: Package) -> frozenset[str]:
    """Return the groups that a member declares: by its pyproject.toml, else by the lock."""
    if selection.member_groups is None:
        return package.declared_groups
    return selection.member_groups.get(package.name, frozenset())


def _inherits(
    lock: Lock, selection: Selection, wanted: WantedGroups, single: str, group: str
) -> bool:
    """Whether the single selected project takes over a group that the workspace root defines.

    Only on request, never as a default, and not where the project defines that name itself.
    """
    if not wanted.explicitly(group):
        return False
    if selection.member_groups is not None:
        return group not in selection.member_groups.get(single, frozenset())
    return all(group not in package.declared_groups for package in lock.named(single))


def includes_group(
    lock: Lock,
    selection: Selection,
    wanted: WantedGroups,
    roots: Roots,
    owner: str | None,
    group: str,
) -> bool:
    """Whether a group counts for its owner, None being a workspace root without `[project]`."""
    if not wanted.contains(group):
        return False
    if roots.single is None or owner == roots.single:
        return True
    if owner is None and not roots.rules.members_inherit:
        return True
    return _inherits(lock, selection, wanted, roots.single, group)
