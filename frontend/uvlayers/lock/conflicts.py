"""Declared conflicts: how markers encode their items, and what may not be wanted together.

After `crates/uv-resolver-types/src/universal_marker.rs` (encoding) and `detect_conflicts` of
`crates/uv-environment-operations/src/lib.rs`.
"""

import itertools
from collections import deque
from collections.abc import Iterable, Sequence

from uvlayers.errors import SelectError
from uvlayers.lock.model import ConflictItem, Dependency, Lock
from uvlayers.lock.roots import Roots, WantedGroups, includes_group
from uvlayers.lock.selection import Selection

PackageExtra = tuple[str, str]
"""An extra of a package: (package name, extra name)."""


def encode_extra(package: str, extra: str) -> str:
    """Return what a marker calls an extra of a package."""
    return f"extra-{len(package)}-{package}-{extra}"


def encode_group(package: str, group: str) -> str:
    """Return what a marker calls a dependency group of a package."""
    return f"group-{len(package)}-{package}-{group}"


def encode_project(package: str) -> str:
    """Return what a marker calls the production dependencies of a package."""
    return f"project-{len(package)}-{package}"


def refuse_requested(lock: Lock, selection: Selection, wanted: WantedGroups, roots: Roots) -> None:
    """Raise SelectError when two items of a conflict are asked for on the command line."""
    if not lock.conflicts:
        return
    involved = _involved_members(lock, selection, wanted, roots)
    for conflict in lock.conflicts:
        found = sorted(
            item
            for item in conflict
            if item.package in involved and _is_requested(item, selection, wanted)
        )
        if len(found) > 1:
            raise SelectError(_incompatible(found, sorted(conflict), wanted))


def refuse_activated(lock: Lock, extras: Iterable[PackageExtra]) -> None:
    """Raise SelectError when the walk itself switched on two extras of one conflict."""
    activated = sorted(ConflictItem(package, "extra", extra) for package, extra in extras)
    for conflict in lock.conflicts:
        found = [item for item in activated if item in conflict]
        for left, right in itertools.pairwise(found):
            raise SelectError(
                f"found conflicting extras {_written(left)} and {_written(right)} "
                "enabled simultaneously"
            )


def _is_requested(item: ConflictItem, selection: Selection, wanted: WantedGroups) -> bool:
    if item.kind == "extra":
        return selection.extras.contains(item.name)
    if item.kind == "group":
        return wanted.contains(item.name)
    return wanted.production


def _involved_members(
    lock: Lock, selection: Selection, wanted: WantedGroups, roots: Roots
) -> frozenset[str]:
    """Return the names whose items count: the roots and the members that they may reach."""
    if not roots.by_name:
        return lock.manifest.members
    walk = _Walk(lock)
    for root in roots.packages:
        if wanted.production:
            walk.push(root.name, filter(selection.extras.contains, root.optional_dependencies))
    for owner in roots.owners:
        for group, edges in owner.dependency_groups.items():
            if includes_group(lock, selection, wanted, roots, owner.name, group):
                walk.push_targets(edges)
    names = {root.name for root in roots.packages}
    return frozenset(names | (walk.names() & lock.manifest.members))


class _Walk:
    """Everything that may be reached by name, whatever the markers say."""

    def __init__(self, lock: Lock) -> None:
        self.lock = lock
        self.queue: deque[tuple[str, str | None]] = deque()
        self.seen: set[tuple[str, str | None]] = set()

    def push(self, name: str, extras: Iterable[str]) -> None:
        for key in ((name, None), *((name, extra) for extra in extras)):
            if key not in self.seen:
                self.seen.add(key)
                self.queue.append(key)

    def push_targets(self, edges: Iterable[Dependency]) -> None:
        for edge in edges:
            self.push(self.lock.packages[edge.target].name, edge.extras)

    def names(self) -> set[str]:
        while self.queue:
            name, extra = self.queue.popleft()
            package = self.lock.named(name)[-1]  # uv keeps the last of a name here
            self.push_targets(package.edges(extra))
        return {name for name, _ in self.seen}


def _incompatible(
    found: Sequence[ConflictItem], conflict: Sequence[ConflictItem], wanted: WantedGroups
) -> str:
    """Say it in uv's words, which name the kind once if all items are of one kind."""
    kinds = {item.kind for item in found}
    names = [_described(item, wanted, with_kind=kinds not in _ALONE) for item in found]
    subject = f"{', '.join(names[:-1])}{',' * (len(names) > 2)} and {names[-1]}"
    if kinds in _ALONE:
        subject = f"{found[0].kind}s {subject}"
    declared = "" if kinds == {"group"} else "declared "
    listed = ", ".join(map(_written, conflict))
    return f"{subject} are incompatible with the {declared}conflicts: {{{listed}}}"


_ALONE = ({"extra"}, {"group"})


def _described(item: ConflictItem, wanted: WantedGroups, *, with_kind: bool) -> str:
    name = item.package if item.kind == "project" else item.name
    kind = "package" if item.kind == "project" else item.kind
    is_default = item.kind == "group" and not wanted.explicitly(item.name)
    return f"{f'{kind} ' * with_kind}`{name}`{' (enabled by default)' * is_default}"


def _written(item: ConflictItem) -> str:
    if item.kind == "project":
        return item.package
    return (
        f"`{item.package}[{item.name}]`"
        if item.kind == "extra"
        else f"`{item.package}:{item.name}`"
    )
