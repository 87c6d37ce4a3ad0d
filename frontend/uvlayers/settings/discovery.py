"""The project and the workspace that `uv sync` works on, found as uv finds them.

Source: uv's `crates/uv-workspace/src/workspace.rs` (`VirtualProject::discover`, `find_workspace`,
`collect_members_only`) and `crates/uv-lock-operations/src/discovery.rs`.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from uvlayers.errors import Unsupported
from uvlayers.lock.names import normalize_name
from uvlayers.pyproject import Table, get, strings, subtable, uv_settings
from uvlayers.settings import globs
from uvlayers.settings.configuration import ancestors
from uvlayers.settings.documents import Documents
from uvlayers.settings.releases import Requirement


@dataclass(frozen=True, slots=True)
class Project:
    """A directory with a pyproject.toml; `name` is normalized, None without `[project]`."""

    directory: str
    pyproject: Table
    name: str | None

    @property
    def tool(self) -> Table:
        """The `[tool.uv]` table."""
        return uv_settings(self.pyproject)


@dataclass(frozen=True, slots=True)
class FoundWorkspace:
    """`root` holds uv.lock; `current` is the project nearest the start, perhaps the root itself.

    `members` are by name, the root among them if it is a project.
    """

    root: Project
    current: Project
    members: Mapping[str, Project]

    @property
    def non_project(self) -> bool:
        return self.root.name is None


def discover(
    documents: Documents, start: str, requirement: Requirement, *, frozen: bool
) -> FoundWorkspace:
    """The workspace around the absolute directory `start`; raises Unsupported where uv fails."""
    if frozen:
        _refuse_lock_alone(documents, start)
    current = _nearest(documents, start)
    if current is None:
        raise Unsupported(f"there is no pyproject.toml at or above `{start}`")
    if get(current.tool, "managed", bool) is False:
        raise Unsupported(f"the project in `{current.directory}` is not managed by uv")
    root = _root(documents, current, requirement)
    members = _members(documents, root, frozen=frozen)
    if current.name is not None:
        members.setdefault(current.name, current)
    return FoundWorkspace(root, current, members)


def configuration_directory(
    documents: Documents, start: str, workspace: FoundWorkspace, *, frozen: bool
) -> str:
    """Where uv begins to look for its configuration: at the workspace root, if there is one.

    uv reads it before it knows its command, by a discovery that takes neither a pyproject.toml
    without `[project]` nor a member without pyproject.toml, and then begins at `start` instead.
    Source: `run` in uv's `crates/uv/src/lib.rs`.
    """
    root = workspace.root
    if root.name is None and subtable(root.tool, "workspace") is None:
        return start
    if frozen:
        try:
            _members(documents, root, frozen=False)
        except Unsupported:
            return start
    return root.directory


def _nearest(documents: Documents, start: str) -> Project | None:
    return next(_projects_at_or_above(documents, start), None)


def _projects_at_or_above(documents: Documents, start: str) -> Iterator[Project]:
    for directory in ancestors(start):
        document = documents.table(posixpath.join(directory, "pyproject.toml"))
        if document is not None:
            yield _project(directory, document)


def _project(directory: str, document: Table) -> Project:
    table = subtable(document, "project")
    subtable(document, "tool", "uv")  # whoever reads `tool` later may rely on it
    if table is None:
        return Project(directory, document, None)
    name = normalize_name(get(table, "name", str) or "")
    if name is None:
        raise Unsupported(f"the project in `{directory}` has no valid name")
    return Project(directory, document, name)


def _root(documents: Documents, current: Project, requirement: Requirement) -> Project:
    if subtable(current.tool, "workspace") is not None:
        return current
    if current.name is None:
        requirement.at_least("0.7.14", "a pyproject.toml without `[project]`")
        return current
    above = _projects_at_or_above(documents, posixpath.dirname(current.directory))
    candidate = next(above, None) if current.directory != "/" else None
    if candidate is None or subtable(candidate.tool, "workspace") is None:
        return current
    relative = posixpath.relpath(current.directory, candidate.directory)
    included = any(
        globs.matches(pattern, relative, separators=True)
        for pattern in _patterns(candidate, "members")
    )
    return candidate if included and not _is_excluded(candidate, relative) else current


def _patterns(root: Project, key: str) -> tuple[str, ...]:
    table = subtable(root.tool, "workspace")
    found = strings(table, key) or () if table is not None else ()
    for pattern in found:
        if pattern.startswith("/") or posixpath.normpath(pattern).split("/")[0] == "..":
            raise Unsupported(f"a workspace pattern leaves the workspace: `{pattern}`")
    return tuple(map(posixpath.normpath, found))


def _is_excluded(root: Project, relative: str) -> bool:
    return any(
        globs.matches(pattern, relative, separators=False) for pattern in _patterns(root, "exclude")
    )


def _members(documents: Documents, root: Project, *, frozen: bool) -> dict[str, Project]:
    members = {} if root.name is None else {root.name: root}
    seen = {root.directory}
    for pattern in _patterns(root, "members"):
        for directory in globs.expand(documents.files, root.directory, pattern):
            relative = posixpath.relpath(directory, root.directory)
            if directory in seen or _is_excluded(root, relative):
                continue
            seen.add(directory)
            found = _member(documents, directory, frozen=frozen)
            if found is None or found.name is None:
                continue
            if found.name in members:
                raise Unsupported(f"two workspace members are named `{found.name}`")
            members[found.name] = found
    return members


def _member(documents: Documents, directory: str, *, frozen: bool) -> Project | None:
    document = documents.table(posixpath.join(directory, "pyproject.toml"))
    if document is None:
        if not (frozen or _is_skipped(documents, directory)):
            raise Unsupported(f"the workspace member `{directory}` has no pyproject.toml")
        return None
    found = _project(directory, document)
    if get(found.tool, "managed", bool) is False:
        return None
    if found.name is None:
        raise Unsupported(f"the workspace member `{directory}` has no `[project]` table")
    if subtable(found.tool, "workspace") is not None:
        raise Unsupported(f"the workspace member `{directory}` is a workspace itself")
    return found


def _is_skipped(documents: Documents, directory: str) -> bool:
    """Plain files, hidden directories and empty ones are no members (nor ignored files only)."""
    names = documents.files.list(directory)
    return not names or posixpath.basename(directory).startswith(".")


def _refuse_lock_alone(documents: Documents, start: str) -> None:
    """`--frozen` works from a uv.lock without a pyproject.toml beside it since uv 0.13."""
    projects = 0
    for directory in ancestors(start):
        document = documents.table(posixpath.join(directory, "pyproject.toml"))
        if document is not None:
            projects += 1
            explicit = subtable(document, "tool", "uv", "workspace") is not None
            if projects == 2 or explicit:
                return
        elif documents.exists(posixpath.join(directory, "uv.lock")):
            raise Unsupported(f"there is no pyproject.toml beside uv.lock in `{directory}`")
        if document is not None and documents.exists(posixpath.join(directory, "uv.lock")):
            return
