"""The walk over a lock: from the roots along every edge whose marker holds.

After `crates/uv-lock/src/lock/installable.rs`. Where conflicts are declared, edges depend on which
extras, groups and projects are activated, and edges activate extras in their turn: so a first
walk collects them and a second one, with that set fixed, decides.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from uvlayers.errors import SelectError, Unsupported
from uvlayers.lock.conditions import ALWAYS, NEVER, Condition
from uvlayers.lock.conflicts import (
    PackageExtra,
    encode_extra,
    encode_group,
    encode_project,
    refuse_activated,
)
from uvlayers.lock.environment import Environment
from uvlayers.lock.model import Dependency, Lock, Package, RootRequirement
from uvlayers.lock.roots import Roots, WantedGroups, includes_group
from uvlayers.lock.selection import Selection

_Node = tuple[int, str | None]
"""A package by its place, itself or one of its extras."""


def reach(
    lock: Lock, selection: Selection, wanted: WantedGroups, roots: Roots, markers: Environment
) -> set[int]:
    """Return the places of all packages that the walk reaches, before any install filter."""
    walk = _Walk(lock, markers)
    if lock.conflicts:
        walk.activate_roots(selection, wanted, roots)
    if wanted.production:
        walk.start_production(selection, roots)
    walk.start_groups(selection, wanted, roots)
    if lock.conflicts or roots.group_root is not None or roots.workspace_root is None:
        walk.start_manifest(selection, wanted, roots)
    if lock.conflicts:
        walk.activate_extras()
    walk.follow()
    return walk.reached


class _Walk:
    """The state of one walk.

    queue:     nodes whose edges are still to be followed
    reached:   places that are to be installed
    activated: encoded names of the activated extras, groups and projects
    extras:    the activated extras as pairs
    reasons:   under which activations a node is reached, for the first walk
    """

    def __init__(self, lock: Lock, markers: Environment) -> None:
        self.lock = lock
        self.markers = markers
        self.queue: deque[_Node] = deque()
        self.seen: set[_Node] = set()
        self.reached: set[int] = set()
        self.activated: set[str] = set()
        self.extras: set[PackageExtra] = set()
        self.reasons: dict[_Node, Condition] = {}
        self.universe = _universe(lock, markers)

    def activate_roots(self, selection: Selection, wanted: WantedGroups, roots: Roots) -> None:
        """Activate what the command line switches on."""
        for root in roots.packages:
            if wanted.production:
                self.activated.add(encode_project(root.name))
                extras = filter(selection.extras.contains, root.optional_dependencies)
                self._activate((root.name, extra) for extra in extras)
        for owner, group, _ in self._groups(selection, wanted, roots):
            self.activated.add(encode_group(owner.name, group))

    def start_production(self, selection: Selection, roots: Roots) -> None:
        """Start at the roots themselves and at their extras."""
        for root in roots.packages:
            place = self.lock.by_name[root.name][0]
            extras = filter(selection.extras.contains, root.optional_dependencies)
            self._push(place, extras, ALWAYS)

    def start_groups(self, selection: Selection, wanted: WantedGroups, roots: Roots) -> None:
        """Start at what the groups of the roots ask for; a group edge activates its own extras."""
        for _, _, edges in self._groups(selection, wanted, roots):
            for edge in edges:
                own = self._own_extras(edge) if roots.rules.groups_activate_extras else ()
                condition = self._condition(edge)
                if self._holds(condition, own):
                    self._activate(own)
                    self._push(edge.target, edge.extras, condition)

    def start_manifest(self, selection: Selection, wanted: WantedGroups, roots: Roots) -> None:
        """Start at the requirements of a workspace root that is no project."""
        manifest = self.lock.manifest
        if wanted.production:
            for requirement in manifest.requirements:
                self._require(requirement)
        for group, requirements in manifest.dependency_groups.items():
            if includes_group(self.lock, selection, wanted, roots, None, group):
                for requirement in requirements:
                    asked = self._require(requirement)
                    if roots.rules.groups_activate_extras:
                        self._activate(asked)

    def activate_extras(self) -> None:
        """Walk ahead to collect the extras that edges activate; refuse those that conflict.

        uv walks a node again when it finds more reasons to reach it, and decides that on whole
        markers where we see one environment. Both agree unless yet another round would activate
        more: then only uv knows.
        """
        self._spread(deque(self.queue))
        found = set(self.extras)
        self._spread(deque(self.reasons))
        if self.extras != found:
            raise Unsupported("the lock's conflict markers depend on the order of their evaluation")
        refuse_activated(self.lock, found)

    def follow(self) -> None:
        """Follow every edge that holds, with what is activated now."""
        packages, holds = self.lock.packages, self.markers.conditions.holds
        while self.queue:
            place, extra = self.queue.popleft()
            for edge in packages[place].edges(extra):
                condition = self._condition(edge)
                if condition != NEVER and holds(condition, self.activated):
                    self._push(edge.target, edge.extras, condition)

    def _groups(
        self, selection: Selection, wanted: WantedGroups, roots: Roots
    ) -> Iterator[tuple[Package, str, tuple[Dependency, ...]]]:
        for owner in roots.owners:
            for group, edges in owner.dependency_groups.items():
                if includes_group(self.lock, selection, wanted, roots, owner.name, group):
                    yield owner, group, edges

    def _require(self, requirement: RootRequirement) -> tuple[PackageExtra, ...]:
        """Start at a root requirement if it applies; return the extras that it asks for."""
        if not self.markers.holds(requirement.marker):
            return ()
        places = [
            place
            for place in self.lock.by_name.get(requirement.name, ())
            if self._is_of_this_fork(self.lock.packages[place])
        ]
        if len(places) != 1:
            problem = (
                "found multiple packages matching" if places else "could not find root package"
            )
            raise SelectError(f"{problem} `{requirement.name}`")
        self._push(places[0], requirement.extras, ALWAYS)
        return tuple((requirement.name, extra) for extra in requirement.extras)

    def _is_of_this_fork(self, package: Package) -> bool:
        forks = package.resolution_markers
        return not forks or any(self.markers.holds(marker) for marker in forks)

    def _push(self, place: int, extras: Iterable[str], reason: Condition) -> None:
        self.reached.add(place)
        for node in ((place, None), *((place, extra) for extra in extras)):
            self._add_reason(node, reason)
            if node not in self.seen:
                self.seen.add(node)
                self.queue.append(node)

    def _spread(self, queue: deque[_Node]) -> None:
        while queue:
            node = queue.popleft()
            reason = self.reasons[node]
            for edge in self.lock.packages[node[0]].edges(node[1]):
                condition = self.markers.conditions.both(self._condition(edge), reason)
                own = self._own_extras(edge)
                if self._holds(condition, own):
                    self._activate(own)
                    for extra in (None, *edge.extras):
                        if self._add_reason((edge.target, extra), condition):
                            queue.append((edge.target, extra))

    def _add_reason(self, node: _Node, reason: Condition) -> bool:
        """Record one more condition under which a node is reached; whether that is news."""
        before = self.reasons.get(node)
        after = reason if before is None else self.markers.conditions.either(before, reason)
        self.reasons[node] = after
        return after != before

    def _condition(self, edge: Dependency) -> Condition:
        return self.markers.condition(edge.marker) if self.universe else NEVER

    def _own_extras(self, edge: Dependency) -> tuple[PackageExtra, ...]:
        name = self.lock.packages[edge.target].name
        return tuple((name, extra) for extra in edge.extras)

    def _activate(self, extras: Iterable[PackageExtra]) -> None:
        for package, extra in extras:
            self.extras.add((package, extra))
            self.activated.add(encode_extra(package, extra))

    def _holds(self, condition: Condition, own: Iterable[PackageExtra]) -> bool:
        """Whether a condition is true once the edge's own extras are activated, too."""
        if condition <= ALWAYS:
            return condition == ALWAYS
        names = self.activated.union(encode_extra(*extra) for extra in own)
        return self.markers.conditions.holds(condition, names)


def _universe(lock: Lock, markers: Environment) -> bool:
    """Whether the environment is one that the lock was resolved for, whatever is activated.

    Every edge's marker was simplified under that assumption.
    """
    forks = lock.resolution_markers
    return not forks or any(markers.condition(marker) != NEVER for marker in forks)
