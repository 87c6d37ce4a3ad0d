"""Boolean functions over the activated extras, groups and projects.

Reduced ordered decision diagrams (Bryant 1986): equal functions are equal numbers, so asking
whether two conditions are the same, always true or never true costs nothing. In one environment
nearly every marker is a constant, and conflict markers name a handful of extras.
"""

from collections.abc import Container

from uvlayers.errors import Unsupported

Condition = int
"""A function, as the number of its node; two of them are constants."""

NEVER: Condition = 0
ALWAYS: Condition = 1

_NODES = 100_000  # uv's largest real conflict locks need a few hundred
_NAMES = 200  # the recursion below is as deep as there are names


class Conditions:
    """The diagrams of one selection. Variables are the encoded extra names, in text order."""

    __slots__ = ("_conjunctions", "_names", "_negations", "_nodes", "_unique")

    def __init__(self) -> None:
        self._nodes: list[tuple[str, Condition, Condition]] = [("", 0, 0), ("", 1, 1)]
        self._unique: dict[tuple[str, Condition, Condition], Condition] = {}
        self._conjunctions: dict[tuple[Condition, Condition], Condition] = {}
        self._negations: dict[Condition, Condition] = {NEVER: ALWAYS, ALWAYS: NEVER}
        self._names: set[str] = set()

    def active(self, extra: str) -> Condition:
        """Return the condition that `extra` is activated."""
        self._names.add(extra)
        if len(self._names) > _NAMES:
            raise Unsupported("the lock's markers name too many conflicting extras and groups")
        return self._node(extra, NEVER, ALWAYS)

    def negation(self, condition: Condition) -> Condition:
        """Return the condition that holds exactly where the given one does not."""
        known = self._negations.get(condition)
        if known is None:
            name, inactive, active = self._nodes[condition]
            known = self._node(name, self.negation(inactive), self.negation(active))
            self._negations[condition] = known
        return known

    def both(self, left: Condition, right: Condition) -> Condition:
        """Return the conjunction."""
        if left == right or right == ALWAYS:
            return left
        if left == ALWAYS:
            return right
        if NEVER in (left, right):
            return NEVER
        key = (left, right) if left < right else (right, left)
        known = self._conjunctions.get(key)
        if known is None:
            known = self._conjunctions[key] = self._expand(left, right)
        return known

    def either(self, left: Condition, right: Condition) -> Condition:
        """Return the disjunction."""
        return self.negation(self.both(self.negation(left), self.negation(right)))

    def holds(self, condition: Condition, activated: Container[str]) -> bool:
        """Whether the condition is true of that set of activated names."""
        while condition > ALWAYS:
            name, inactive, active = self._nodes[condition]
            condition = active if name in activated else inactive
        return condition == ALWAYS

    def _node(self, name: str, inactive: Condition, active: Condition) -> Condition:
        if inactive == active:
            return active
        key = (name, inactive, active)
        known = self._unique.get(key)
        if known is None:
            known = self._unique[key] = len(self._nodes)
            self._nodes.append(key)
            if known > _NODES:
                raise Unsupported("the lock's conflict markers are too complex to evaluate")
        return known

    def _expand(self, left: Condition, right: Condition) -> Condition:
        """Conjoin two conditions that are no constants, by cases of their first variable."""
        left_name, left_inactive, left_active = self._nodes[left]
        right_name, right_inactive, right_active = self._nodes[right]
        if left_name < right_name:
            right_inactive = right_active = right
        elif right_name < left_name:
            left_inactive = left_active = left
        return self._node(
            min(left_name, right_name),
            self.both(left_inactive, right_inactive),
            self.both(left_active, right_active),
        )
