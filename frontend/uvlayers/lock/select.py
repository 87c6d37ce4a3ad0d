"""Lock + selection + environment → the packages that `uv sync` would install.

After `crates/uv-lock/src/lock/installable.rs` and `crates/uv-environment-operations/src/sync.rs`,
step by step. Whatever uv refuses is a SelectError, whatever only uv can judge an Unsupported.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from uvlayers.errors import SelectError, Unsupported
from uvlayers.lock.conditions import Conditions
from uvlayers.lock.conflicts import refuse_requested
from uvlayers.lock.environment import Environment
from uvlayers.lock.filters import is_wanted
from uvlayers.lock.model import DirectorySource, EditableSource, Lock, Package, VirtualSource
from uvlayers.lock.roots import Roots, WantedGroups, find_roots, includes_group, wanted_groups
from uvlayers.lock.rules import Rules, UvVersion, rules_of
from uvlayers.lock.selection import Selection
from uvlayers.lock.versions import python_fits
from uvlayers.lock.walk import reach


@dataclass(frozen=True, slots=True)
class Selected:
    """A package to install; `editable` is None for what is no source tree."""

    package: Package
    editable: bool | None


def select(
    lock: Lock,
    selection: Selection,
    environment: Mapping[str, str],
    uv: UvVersion | None,
) -> tuple[Selected, ...]:
    """Return every package that `uv sync` would install, by name.

    `environment` holds the eleven PEP 508 marker values as uv computes them, `uv` is the release
    that would do it, None one that is not known: the newest is taken for it. Raises SelectError for
    what uv refuses, Unsupported for what only uv can judge, LockError for a lock that contradicts
    itself.
    """
    rules = rules_of(uv)
    wanted = wanted_groups(lock, selection, rules)
    roots = find_roots(lock, selection, wanted, rules)
    _check_conflicts(lock, rules)
    markers = Environment(environment, Conditions())
    python = environment["python_full_version"]
    _check_python(lock, python)
    _check_group_pythons(lock, selection, wanted, roots, python)
    refuse_requested(lock, selection, wanted, roots)
    _check_extras(lock, selection, roots)
    _check_groups(lock, selection, wanted, roots)
    _check_platform(lock, markers)
    reached = reach(lock, selection, wanted, roots, markers)
    packages = [lock.packages[place] for place in sorted(reached)]
    installed = [
        package
        for package in packages
        if not isinstance(package.source, VirtualSource)
        and is_wanted(package, selection.install, roots.project, lock.manifest.members)
    ]
    _refuse_two_versions(installed)
    return tuple(Selected(package, _editable(package, selection)) for package in installed)


def _check_conflicts(lock: Lock, rules: Rules) -> None:
    kinds = {item.kind for conflict in lock.conflicts for item in conflict}
    if "project" in kinds and not rules.project_conflicts:
        raise Unsupported("the lock has a conflict of whole projects, which this uv cannot read")


def _check_python(lock: Lock, python: str) -> None:
    if not python_fits(lock.requires_python, python):
        raise SelectError(
            f"the current Python version ({python}) is not compatible with the locked Python "
            f"requirement: `{lock.requires_python}`"
        )


def _check_group_pythons(
    lock: Lock, selection: Selection, wanted: WantedGroups, roots: Roots, python: str
) -> None:
    """Leave it to uv where a wanted group needs another Python: it may yet find one."""
    owners = [(owner.name, owner.group_requires_python) for owner in roots.owners]
    for owner, requirements in (*owners, (None, lock.manifest.group_requires_python)):
        for group, specifiers in requirements.items():
            counts = includes_group(lock, selection, wanted, roots, owner, group)
            if counts and not python_fits(specifiers, python):
                raise Unsupported(f"the group `{group}` requires Python {specifiers}, not {python}")


def _check_extras(lock: Lock, selection: Selection, roots: Roots) -> None:
    """Refuse an unknown extra; revision 0 does not record them, and uv lets it pass."""
    extras = selection.extras
    if lock.revision < 1:
        return
    known = {
        extra
        for root in roots.packages
        for extra in (*root.metadata.provides_extras, *root.optional_dependencies)
    }
    for extra in sorted(extras.include | extras.exclude):
        if extra not in known:
            where = f"the `optional-dependencies` table for `{roots.single}`"
            anywhere = "any project's `optional-dependencies` table"
            raise SelectError(
                f"extra `{extra}` is not defined in {where if roots.single else anywhere}"
            )


def _check_groups(lock: Lock, selection: Selection, wanted: WantedGroups, roots: Roots) -> None:
    """Refuse an unknown group that was named on the command line."""
    known = {group for root in roots.packages for group in root.declared_groups}
    inherits = roots.rules.members_inherit and roots.single is not None
    if inherits and roots.workspace_root is not None:
        known |= roots.workspace_root.declared_groups
    if roots.rules.members_inherit or not roots.by_name:
        recorded = frozenset(lock.manifest.dependency_groups)
        known |= recorded if selection.root_groups is None else selection.root_groups
    for group in sorted(wanted.groups.explicit):
        if group not in known:
            where = "the project's" if roots.single else "any project's"
            raise SelectError(
                f"group `{group}` is not defined in {where} `dependency-groups` table"
            )


def _check_platform(lock: Lock, markers: Environment) -> None:
    supported = lock.supported_markers
    if supported and not any(markers.holds(marker) for marker in supported):
        raise SelectError(
            "the current Python platform is not compatible with the lockfile's supported "
            f"environments: {', '.join(f'`{marker}`' for marker in supported)}"
        )


def _refuse_two_versions(packages: list[Package]) -> None:
    """An environment holds one version of a name; uv's own lock never asks for two."""
    seen: dict[str, Package] = {}
    for package in packages:
        other = seen.setdefault(package.name, package)
        if other is not package:
            raise SelectError(f"the lock selects both {other} and {package}")


def _editable(package: Package, selection: Selection) -> bool | None:
    if not isinstance(package.source, DirectorySource | EditableSource):
        return None
    if selection.editable is not None:
        return selection.editable
    if package.name in selection.no_editable_packages:
        return False
    return isinstance(package.source, EditableSource)
