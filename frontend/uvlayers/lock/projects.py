"""What the pyproject.toml files of a workspace declare, lowered as uv lowers it.

After `crates/uv-workspace`, `crates/uv-distribution/src/metadata` and PEP 621, 735: whatever is
not static, or has a source other than the workspace itself or a named index, raises Unsupported.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from uvlayers.errors import Unsupported
from uvlayers.lock.markers import Expression
from uvlayers.lock.names import normalize_name
from uvlayers.lock.requirements import Requirement, extra_is, parse_requirement
from uvlayers.pyproject import Table, get, strings, uv_settings

_NOTHING: Table = {}


@dataclass(frozen=True, slots=True)
class Member:
    """One project of the workspace; `path` is relative to the root, "." for the root itself."""

    name: str
    path: str
    pyproject: Table

    @property
    def project(self) -> Table:
        """The `[project]` table."""
        return get(self.pyproject, "project", dict) or _NOTHING

    @property
    def settings(self) -> Table:
        """The `[tool.uv]` table."""
        return uv_settings(self.pyproject)


@dataclass(frozen=True, slots=True)
class Projects:
    """All members by name, and the root's own settings.

    `required` are the members that some `{ workspace = true }` names, with its `editable`.
    """

    root: Table
    members: Mapping[str, Member]
    required: Mapping[str, bool | None]

    @property
    def settings(self) -> Table:
        """The root's `[tool.uv]` table."""
        return uv_settings(self.root)

    @property
    def is_projectless(self) -> bool:
        """Whether the root has no `[project]` table."""
        return "project" not in self.root

    def tree(self, name: str) -> tuple[str, str]:
        """Return how a member is locked: `virtual`, `directory` or `editable`, and its path."""
        member = self.members[name]
        package = get(member.settings, "package", bool)
        if package is None:
            package = "build-system" in member.pyproject or name in self.required
        if not package:
            return "virtual", member.path
        editable = self.required.get(name)
        return ("directory" if editable is False else "editable"), member.path


def read_projects(root: Table, others: Mapping[str, Table]) -> Projects:
    """Return the members of the workspace, the root among them if it is a project."""
    members = {}
    for path, pyproject in ((".", root), *others.items()):
        project = get(pyproject, "project", dict)
        if project is None and path == ".":
            continue
        name = normalize_name(get(project or _NOTHING, "name", str) or "")
        if name is None or name in members:
            raise Unsupported(f"the workspace member `{path}` has no name of its own")
        members[name] = Member(name, path, pyproject)
    return Projects(root, members, _required(root, members))


def _required(root: Table, members: Mapping[str, Member]) -> Mapping[str, bool | None]:
    """Return the members that others take from the workspace; the last to say so counts."""
    project = get(root, "project", dict) or _NOTHING
    owner = normalize_name(get(project, "name", str) or "")
    found: dict[str, bool | None] = {}
    tables = [(owner, root), *((name, members[name].pyproject) for name in sorted(members))]
    for name, pyproject in tables:
        for target, sources in read_sources(pyproject).items():
            for source in sources:
                if target != name and source.get("workspace") is True:
                    found[target] = get(source, "editable", bool)
    return found


def read_sources(pyproject: Table) -> Mapping[str, tuple[Table, ...]]:
    """Return `[tool.uv.sources]`; a single table is a list of one."""
    found = {}
    for name, value in (get(uv_settings(pyproject), "sources", dict) or _NOTHING).items():
        tables = value if isinstance(value, list) else [value]
        normal = normalize_name(name)
        if normal is None or not all(isinstance(table, dict) for table in tables):
            raise Unsupported(f"`tool.uv.sources.{name}` is not as uv expects it")
        found[normal] = tuple(tables)
    return found


class Lowering:
    """Turns what one project declares into what the lock would record of it."""

    __slots__ = ("indexes", "owner", "projects", "sources")

    def __init__(self, projects: Projects, pyproject: Table, owner: str | None) -> None:
        self.projects = projects
        self.owner = owner
        self.sources = {**read_sources(projects.root), **read_sources(pyproject)}
        self.indexes = {**read_indexes(projects.root), **read_indexes(pyproject)}

    def requirement(self, text: str, condition: Expression | None = None) -> Requirement:
        """Return one declaration, under a condition such as an extra."""
        requirement = parse_requirement(text)
        if condition is not None:
            requirement = requirement.under(condition)
        source = self._source(requirement.name)
        if source is None:
            return requirement
        if source[0] != "index":
            # A source tree has no version to choose: the lock does not record the specifier.
            return Requirement(requirement.name, requirement.extras, (), source, requirement.marker)
        return Requirement(
            requirement.name, requirement.extras, requirement.specifiers, source, requirement.marker
        )

    def _source(self, name: str) -> tuple[str, str] | None:
        sources = self.sources.get(name)
        if name == self.owner and sources is None:
            return None
        match sources:
            case None if name not in self.projects.members:
                return None
            case ({"workspace": True, **rest},) if name in self.projects.members:
                if not rest.keys() - {"editable"}:
                    return self.projects.tree(name)
            case ({"index": str(index), **rest},) if not rest and name not in self.projects.members:
                if index in self.indexes:
                    return "index", self.indexes[index]
        raise Unsupported(f"only uv can compare the source of `{name}`")


def read_indexes(pyproject: Table) -> Mapping[str, str]:
    """Return the named indexes of a project; raises Unsupported for one that is no plain URL."""
    found: dict[str, str] = {}
    for table in get(uv_settings(pyproject), "index", list) or []:
        if not isinstance(table, dict):
            raise Unsupported("`tool.uv.index` is not as uv expects it")
        name, url = get(table, "name", str), get(table, "url", str)
        if name is not None and url is not None:
            found.setdefault(name, url)
    return found


def require_static(project: Table) -> None:
    """Raise Unsupported for dependencies that only the project's build backend knows."""
    dynamic = get(project, "dynamic", list) or []
    for field in ("dependencies", "optional-dependencies"):
        if field in dynamic:
            raise Unsupported(f"`{field}` is dynamic")


def declared_requirements(lowering: Lowering, project: Table) -> list[Requirement]:
    """Return the dependencies of a project, its extras' among them under their extra."""
    found = [lowering.requirement(text) for text in strings(project, "dependencies") or ()]
    for extra, declared in _extras(project).items():
        found += [lowering.requirement(text, extra_is(extra)) for text in declared]
    return found


def declared_extras(project: Table) -> frozenset[str]:
    """Return the names of the extras of a project."""
    return frozenset(_extras(project))


def _extras(project: Table) -> Mapping[str, tuple[str, ...]]:
    table = get(project, "optional-dependencies", dict) or _NOTHING
    found = {}
    for name in table:
        normal = normalize_name(name)
        if normal is None or normal in found:
            raise Unsupported(f"the extra `{name}` is not as uv expects it")
        found[normal] = strings(table, name) or ()
    return found
