"""Edits of a pyproject.toml after which a lock may or may not still be up to date."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

Table = dict[str, Any]
Edit = Callable[[Table], None]


def edited(table: Table) -> Iterator[tuple[str, Table]]:
    """Yield a title and an edited copy for each edit that changes something."""
    yield "no edit", table
    for title, edit in EDITS.items():
        copy = deepcopy(table)
        edit(copy)
        if copy != table:
            yield title, copy


def _project(table: Table) -> Table:
    found: Table = table.get("project", {})
    return found


def _uv(table: Table) -> Table:
    found: Table = table.setdefault("tool", {}).setdefault("uv", {})
    return found


def _groups(table: Table) -> Table:
    found: Table = table.setdefault("dependency-groups", {})
    return found


def _rewrite(change: Callable[[str], str]) -> Edit:
    """Return an edit that rewrites every declared requirement."""

    def edit(table: Table) -> None:
        project = _project(table)
        lists = [project.get("dependencies", [])]
        lists += project.get("optional-dependencies", {}).values()
        lists += table.get("dependency-groups", {}).values()
        for declared in lists:
            declared[:] = [change(one) if isinstance(one, str) else one for one in declared]

    return edit


def _set(path: str, value: object) -> Edit:
    """Return an edit that sets one key, by its dotted path."""
    *tables, key = path.split("/")

    def edit(table: Table) -> None:
        if path.startswith("project/") and "project" not in table:
            return
        for name in tables:
            table = table.setdefault(name, {})
        table[key] = value

    return edit


def _drop(path: str) -> Edit:
    """Return an edit that removes one key."""
    *tables, key = path.split("/")

    def edit(table: Table) -> None:
        for name in tables:
            table = table.get(name, {})
        table.pop(key, None)

    return edit


def _reorder(table: Table) -> None:
    for declared in (_project(table).get("dependencies", []), *_groups(table).values()):
        declared.reverse()
    if not table["dependency-groups"]:
        del table["dependency-groups"]


def _add_dependency(declaration: str) -> Edit:
    def edit(table: Table) -> None:
        if "project" in table:
            _project(table).setdefault("dependencies", []).append(declaration)

    return edit


def _drop_dependency(table: Table) -> None:
    del _project(table).get("dependencies", [])[-1:]


def _include_group(table: Table) -> None:
    groups = _groups(table)
    first = next(iter(sorted(groups)), None)
    if first is None:
        del table["dependency-groups"]
    else:
        groups["including"] = [{"include-group": first}]


def _as_full_version(text: str) -> str:
    head, semicolon, marker = text.partition(";")
    return head + semicolon + marker.replace("python_version", "python_full_version")


def _in_brackets(text: str) -> str:
    head, semicolon, marker = text.partition(";")
    if semicolon:
        return f"{head}; ({marker}) or ({marker})"
    return f"{head}; python_version >= '3' or os_name == 'posix' or os_name != 'posix'"


EDITS: Mapping[str, Edit] = {
    # What uv does not look at.
    "describe the project": _set("project/description", "another one"),
    "configure another tool": _set("tool/ruff", {"line-length": 100}),
    "reverse all lists": _reorder,
    "write names in capitals": _rewrite(
        lambda text: (
            text.partition(";")[0].upper().replace("_", "-") + "".join(text.partition(";")[1:])
            if not any(sign in text for sign in "[@")
            else text
        )
    ),
    "write blanks": _rewrite(lambda text: text.replace(">=", " >= ").replace("==", " == ")),
    "write a zero more": _rewrite(
        lambda text: (
            f"{text}.0" if text[-1:].isdigit() and "==" in text and ";" not in text else text
        )
    ),
    "write markers of the full version": _rewrite(_as_full_version),
    "write markers twice": _rewrite(_in_brackets),
    "keep wheels unbuilt": _set("tool/uv/no-build-package", ["leaf"]),
    "say that the default is the default": _set("tool/uv/resolution", "highest"),
    "name dev as the default": _set("tool/uv/default-groups", ["dev"]),
    # What it does.
    "bump the version": _set("project/version", "9.9.9"),
    "write the version otherwise": _set("project/version", "0.1"),
    "add a dependency": _add_dependency("never-heard-of"),
    "add a dependency twice": _add_dependency("leaf"),
    "add a dependency elsewhere": _add_dependency("leaf; sys_platform == 'win32'"),
    "drop a dependency": _drop_dependency,
    "want at least a version": _rewrite(
        lambda text: f"{text}>=0.0.1" if text.replace("-", "").isalnum() else text
    ),
    "want an extra": _rewrite(
        lambda text: f"{text}[some]" if text.replace("-", "").isalnum() else text
    ),
    "restrict by a marker": _rewrite(
        lambda text: text if ";" in text else f"{text}; python_version < '3.11'"
    ),
    "require a later Python": _set("project/requires-python", ">=3.12"),
    "require Python with zeros": _set("project/requires-python", ">=3.8.0"),
    "require no new Python": _set("project/requires-python", ">=3.8,<4"),
    "add an extra": _set("project/optional-dependencies/added", ["leaf"]),
    "add an empty extra": _set("project/optional-dependencies/added", []),
    "add a group": _set("dependency-groups/added", ["leaf"]),
    "add an empty group": _set("dependency-groups/added", []),
    "include a group": _include_group,
    "drop dev": _drop("dependency-groups/dev"),
    "add legacy dev dependencies": _set("tool/uv/dev-dependencies", ["leaf"]),
    "make all groups default": _set("tool/uv/default-groups", "all"),
    "make no group default": _set("tool/uv/default-groups", []),
    "let a group require a Python": _set(
        "tool/uv/dependency-groups/dev", {"requires-python": ">=3.10"}
    ),
    "build it": _set("build-system", {"requires": [], "build-backend": "oracle_backend"}),
    "do not build it": _set("tool/uv/package", False),
    "package it": _set("tool/uv/package", True),
    "declare a conflict": _set("tool/uv/conflicts", [[{"group": "dev"}, {"extra": "new"}]]),
    "declare no conflict": _drop("tool/uv/conflicts"),
    "restrict environments": _set("tool/uv/environments", ["sys_platform == 'linux'"]),
    "restrict no environments": _drop("tool/uv/environments"),
    "require an environment": _set(
        "tool/uv/required-environments", ["sys_platform == 'linux' and os_name == 'posix'"]
    ),
    "constrain": _set("tool/uv/constraint-dependencies", ["leaf<3"]),
    "constrain something else": _set("tool/uv/constraint-dependencies", ["never-heard-of<3"]),
    "override": _set("tool/uv/override-dependencies", ["leaf==1.0"]),
    "exclude": _set("tool/uv/exclude-dependencies", ["leaf"]),
    "resolve to the lowest": _set("tool/uv/resolution", "lowest"),
    "allow pre-releases": _set("tool/uv/prerelease", "allow"),
    "fork less": _set("tool/uv/fork-strategy", "fewest"),
    "exclude the newest": _set("tool/uv/exclude-newer", "2026-01-01T00:00:00Z"),
    "configure another index": _set("tool/uv/index", [{"url": "https://index.example/simple"}]),
    "take a source": _set("tool/uv/sources/leaf", {"url": "https://files.example/leaf-1.0.tar.gz"}),
    "take no sources": _set("tool/uv/no-sources", True),
    "drop the sources": _drop("tool/uv/sources"),
    "drop the workspace": _drop("tool/uv/workspace"),
    "rename the project": _set("project/name", "renamed"),
    "make the version dynamic": _set("project/dynamic", ["version"]),
    "make the dependencies dynamic": _set("project/dynamic", ["dependencies"]),
}


def dump_toml(table: Mapping[str, Any]) -> str:
    """Return a document that parses to that table: one line per top-level key."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _key(key: str) -> str:
    return _value(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            escaped = "".join(
                f"\\u{ord(sign):04x}" if sign < " " or sign in '"\\\x7f' else sign for sign in value
            )
            return f'"{escaped}"'
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return f"{{{', '.join(f'{_key(key)} = {_value(one)}' for key, one in value.items())}}}"
        case _:
            return str(value)
