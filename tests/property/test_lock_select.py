"""What holds for the selection from every lock, cycles, forks and conflicts included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from hypothesis import event, given
from hypothesis import strategies as st
from uvlayers.errors import LockError, SelectError, Unsupported
from uvlayers.lock.model import Lock
from uvlayers.lock.parse import parse_lock
from uvlayers.lock.select import select
from uvlayers.lock.selection import Extras, Groups, InstallFilter, Selection

from tests.lock.samples import ENVIRONMENT, HEADER

NAMES = ("app", "a", "b", "c", "d")
EXTRAS = ("x", "y")
GROUPS = ("dev", "docs")

# Each with what it comes to in ENVIRONMENT.
PLAIN: Mapping[str | None, bool] = {
    None: True,
    "sys_platform == 'linux'": True,
    "sys_platform == 'win32'": False,
    "python_full_version < '3.12'": False,
    "python_full_version >= '3.12' or os_name == 'nt'": True,
}
ENCODED = tuple(
    f"extra {operator} '{kind}-{len(name)}-{name}-{item}'"
    for operator in ("==", "!=")
    for kind, name, item in (
        ("extra", "app", "x"),
        ("extra", "app", "y"),
        ("extra", "a", "x"),
        ("group", "app", "docs"),
    )
)
MIXED = (*PLAIN, *ENCODED, f"{ENCODED[0]} and {ENCODED[5]}", f"{ENCODED[2]} or {ENCODED[4]}")

Edge = tuple[int, tuple[str, ...], str | None]
"""The place of the target, its extras, a marker."""


@dataclass(frozen=True)
class Entry:
    """One package; `edges` by extra ("" for its own) or by "group:" and a group."""

    name: str
    version: str
    edges: Mapping[str, Sequence[Edge]]


@dataclass(frozen=True)
class Sample:
    entries: tuple[Entry, ...]
    conflicts: bool

    def text(self, random: Random | None = None) -> str:
        """The lock, in any order."""
        entries = [self._package(entry, random) for entry in self.entries]
        if random is not None:
            random.shuffle(entries)
        conflicts = ""
        if self.conflicts:
            items = ('extra = "x"', 'extra = "y"', 'group = "docs"')
            tables = ", ".join(f'{{ package = "app", {item} }}' for item in items)
            conflicts = f"conflicts = [[{tables}]]\n"
        return "\n".join([HEADER + conflicts, *entries])

    def _package(self, entry: Entry, random: Random | None) -> str:
        lines = ["[[package]]", f'name = "{entry.name}"', f'version = "{entry.version}"']
        virtual = entry.name == "app"
        lines.append('source = { virtual = "." }' if virtual else 'source = { registry = "i" }')
        tables: dict[str, list[str]] = {"": [], "optional": [], "dev": []}
        for key, edges in entry.edges.items():
            written = [self._edge(edge) for edge in dict.fromkeys(edges)]
            if random is not None:
                random.shuffle(written)
            section, name = "optional", key
            if not key:
                section, name = "", "dependencies"
            elif key.startswith("group:"):
                section, name = "dev", key.removeprefix("group:")
            tables[section].append(f"{name} = [{', '.join(written)}]")
        lines += tables[""]
        for section in ("optional", "dev"):
            lines += [f"[package.{section}-dependencies]", *tables[section]]
        return "\n".join(lines)

    def _edge(self, edge: Edge) -> str:
        target, extras, marker = edge
        entry = self.entries[target]
        source = '{ virtual = "." }' if entry.name == "app" else '{ registry = "i" }'
        fields = [f'name = "{entry.name}"', f'version = "{entry.version}"', f"source = {source}"]
        if extras:
            fields.append(f"extra = [{', '.join(map(repr, sorted(extras)))}]")
        if marker is not None:
            fields.append(f'marker = "{marker}"')
        return f"{{ {', '.join(fields)} }}"


@st.composite
def samples(draw: st.DrawFn, markers: Sequence[str | None] = MIXED) -> Sample:
    identities = [("app", "0.1.0")]
    for name in NAMES[1:]:
        identities += [(name, f"{number}.0") for number in range(draw(st.integers(0, 2)))]
    edges = st.tuples(
        st.integers(0, len(identities) - 1),
        st.lists(st.sampled_from(EXTRAS), unique=True).map(sorted).map(tuple),
        st.sampled_from(markers),
    )
    lists = st.lists(edges, max_size=3)
    entries = []
    for name, version in identities:
        keys = ["", *EXTRAS, *(f"group:{group}" for group in GROUPS if name == "app")]
        entries.append(Entry(name, version, {key: draw(lists) for key in keys}))
    return Sample(tuple(entries), draw(st.booleans()))


selections = st.builds(
    lambda extras, groups, only, everything: Selection(
        project="app",
        extras=Extras(frozenset(extras), all=everything),
        groups=Groups(frozenset(groups), only=only, explicit=frozenset(groups)),
    ),
    st.lists(st.sampled_from(EXTRAS)),
    st.lists(st.sampled_from(GROUPS)),
    st.booleans(),
    st.booleans(),
)

Outcome = tuple[str, object]


def outcome(lock: Lock, selection: Selection) -> Outcome:
    """What is chosen, or how it is refused."""
    try:
        chosen = select(lock, selection, ENVIRONMENT, None)
    except (SelectError, Unsupported) as error:
        return type(error).__name__, error.message
    return "chosen", [(one.package.name, one.package.version) for one in chosen]


@given(samples(), selections, st.randoms(use_true_random=False))
def test_order_does_not_matter(sample: Sample, selection: Selection, random: Random) -> None:
    expected = outcome(parse_lock(sample.text().encode()), selection)
    event(expected[0])
    assert outcome(parse_lock(sample.text(random).encode()), selection) == expected


@given(samples(), selections)
def test_no_name_has_two_versions(sample: Sample, selection: Selection) -> None:
    kind, chosen = outcome(parse_lock(sample.text().encode()), selection)
    if kind == "chosen":
        assert isinstance(chosen, list)
        names = [name for name, _ in chosen]
        assert len(names) == len(set(names))
        assert names == sorted(names)


@given(samples(), selections)
def test_conflicts_are_honoured(sample: Sample, selection: Selection) -> None:
    sample = replace(sample, conflicts=True)
    kind, _ = outcome(parse_lock(sample.text().encode()), selection)
    asked = [extra for extra in EXTRAS if selection.extras.contains(extra)]
    asked += [group for group in ("docs",) if group in selection.groups.include]
    if len(asked) > 1:
        assert kind == "SelectError"


def expected_packages(sample: Sample, selection: Selection) -> set[int]:
    """The least set that is closed under the edges that hold, found the slow way."""
    nodes: set[tuple[int, str]] = set()
    reached: set[int] = set()
    pending: list[Edge] = []
    if not selection.groups.only:
        extras = [extra for extra in EXTRAS if selection.extras.contains(extra)]
        pending.append((0, tuple(extras), None))
    defaults = set() if selection.groups.only else {"dev"}
    for group in {*selection.groups.include, *defaults}:
        pending += sample.entries[0].edges[f"group:{group}"]
    while pending:
        target, extras_of, marker = pending.pop()
        if not PLAIN[marker]:
            continue
        reached.add(target)
        for key in ("", *extras_of):
            if (target, key) not in nodes:
                nodes.add((target, key))
                pending += sample.entries[target].edges[key]
    return {place for place in reached if place != 0}


@given(samples(tuple(PLAIN)), selections)
def test_without_conflicts_it_is_reachability(sample: Sample, selection: Selection) -> None:
    sample = replace(sample, conflicts=False)
    kind, chosen = outcome(parse_lock(sample.text().encode()), selection)
    entries = [sample.entries[place] for place in expected_packages(sample, selection)]
    expected = sorted((entry.name, entry.version) for entry in entries)
    names = [name for name, _ in expected]
    if len(names) == len(set(names)):
        assert (kind, chosen) == ("chosen", expected)
    else:
        assert kind == "SelectError"


@given(samples(), selections, st.lists(st.sampled_from(NAMES)))
def test_filters_only_take_away(sample: Sample, selection: Selection, names: Sequence[str]) -> None:
    lock = parse_lock(sample.text().encode())
    kind, chosen = outcome(lock, selection)
    filtered = replace(selection, install=InstallFilter(no_packages=frozenset(names)))
    if kind == "chosen":
        assert isinstance(chosen, list)
        kept = [one for one in chosen if one[0] not in names]
        assert outcome(lock, filtered) == ("chosen", kept)


@given(samples())
def test_a_sample_is_a_lock(sample: Sample) -> None:
    try:
        lock = parse_lock(sample.text().encode())
    except LockError as error:
        raise AssertionError(sample.text()) from error
    assert len(lock.packages) == len(sample.entries)
