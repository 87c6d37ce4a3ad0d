"""Edit after edit of a workspace; real uv's opinion is asked in integration/."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from uvlayers.lock.freshness import Fresh, Freshness, Stale, Unknown, Workspace, check
from uvlayers.lock.model import Lock

from tests.lock.samples import HEADER, INDEX, lock_of, package, project

Table = dict[str, Any]

PYPROJECT: Table = {
    "project": {
        "name": "App",
        "version": "0.1.0",
        "requires-python": ">=3.9",
        "dependencies": ["a>=1", "core", "b; python_version < '3.12'"],
        "optional-dependencies": {"web": ["c"], "all": ["app[web]"]},
    },
    "dependency-groups": {
        "dev": ["d"],
        "docs": [{"include-group": "dev"}, "a"],
        "later": ["d"],
        "empty": [],
    },
    "build-system": {"requires": ["hatchling"]},
    "tool": {
        "uv": {
            "default-groups": ["dev", "docs"],
            "sources": {"core": {"workspace": True}},
            "dependency-groups": {"later": {"requires-python": ">=3.10"}},
            "workspace": {"members": ["core"]},
        },
        "other": {},
    },
}
CORE: Table = {
    "project": {"name": "core", "version": "0.2", "dependencies": ["a"]},
    "build-system": {"requires": ["hatchling"]},
    "tool": {"uv": {"dev-dependencies": ["b"]}},
}

METADATA = """
[package.metadata]
requires-dist = [
    { name = "a", specifier = ">=1" },
    { name = "app", extras = ["web"], marker = "extra == 'all'" },
    { name = "b", marker = "python_full_version < '3.12'" },
    { name = "c", marker = "extra == 'web'" },
    { name = "core", editable = "core" },
]
provides-extras = ["web", "all"]
[package.metadata.requires-dev]
dev = [{ name = "d" }]
docs = [{ name = "a" }, { name = "d" }]
later = [{ name = "d", marker = "python_full_version >= '3.10'" }]
empty = []
[package.group-requires-python]
later = ">=3.10"
"""
CORE_METADATA = """
[package.metadata]
requires-dist = [{ name = "a" }]
[package.metadata.requires-dev]
dev = [{ name = "b" }]
"""


def make_lock(header: str = HEADER, edit: Callable[[str], str] = str) -> Lock:
    app = project("app", kind="editable", more='default-groups = ["docs", "dev"]' + METADATA)
    core = project("core", "core", "editable", more=CORE_METADATA).replace('"0.1.0"', '"0.2"')
    header += '[manifest]\nmembers = ["app", "core"]\n'
    return lock_of(*map(edit, [app, core]), *map(package, "abcd"), header=header)


def verdict(
    change: Callable[[Table], object] | None = None,
    core: Callable[[Table], object] | None = None,
    settings: Table | None = None,
    lock: Lock | None = None,
) -> Freshness:
    root, member = deepcopy(PYPROJECT), deepcopy(CORE)
    if change is not None:
        change(root)
    if core is not None:
        core(member)
    return check(lock or make_lock(), Workspace(root, {"core": member}, settings or {}))


def put(path: str, value: object) -> Callable[[Table], None]:
    *tables, last = path.split("/")

    def change(table: Table) -> None:
        for name in tables:
            table = table.setdefault(name, {})
        table[last] = value

    return change


def drop(path: str) -> Callable[[Table], None]:
    *tables, last = path.split("/")

    def change(table: Table) -> None:
        for name in tables:
            table = table[name]
        del table[last]

    return change


def test_the_workspace_as_it_was_locked() -> None:
    assert verdict() == Fresh()


@pytest.mark.parametrize(
    "change",
    [
        put("project/description", "x"),
        put("project/version", "0.1"),
        put("project/dependencies", ["core", "b; '3.12' > python_version", "A >= 1.0"]),
        put("project/requires-python", ">=3.9.0"),
        put("tool/uv/default-groups", ["docs", "dev"]),
        put("tool/uv/no-binary", True),
        put("tool/uv/sources/unused", {"git": "https://git.example"}),
        put("tool/uv/package", True),
        put("tool/uv/conflicts", []),
        put("tool/uv/constraint-dependencies", []),
    ],
)
def test_edits_that_do_not_matter(change: Callable[[Table], None]) -> None:
    assert verdict(change) == Fresh()


def test_stale_may_be_wrong() -> None:
    # uv compares what groups require as versions, where zeros at the end do not count.
    same = put("tool/uv/dependency-groups", {"Later": {"requires-python": ">=3.10.0"}})
    assert verdict(same) == Stale("a dependency group requires another Python")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("project/version", "0.2"), "`app` has another version"),
        (put("project/dynamic", ["version"]), "the version of `app` is dynamic"),
        (put("project/dependencies", ["a>=1", "core"]), "`app` has other dependencies"),
        (put("project/dependencies", ["a>=2", "core", "b"]), "`app` has other dependencies"),
        (put("project/optional-dependencies/new", []), "`app` has other extras"),
        (put("project/requires-python", ">=3.10"), "`requires-python` has changed"),
        (put("project/requires-python", ">=3.9,<4"), "`requires-python` has changed"),
        (put("project/name", "renamed"), "the workspace has other members"),
        (put("dependency-groups/new", ["a"]), "there are other dependency groups"),
        (put("dependency-groups/new", []), "there are other dependency groups"),
        (put("dependency-groups/dev", ["d>1"]), "the dependency group `dev` has changed"),
        (put("tool/uv/dev-dependencies", ["a"]), "the dependency group `dev` has changed"),
        (drop("tool/uv/dependency-groups"), "the dependency group `later` has changed"),
        (put("tool/uv/default-groups", "all"), "`default-groups` of `app` has changed"),
        (drop("tool/uv/default-groups"), "`default-groups` of `app` has changed"),
        (put("tool/uv/default-groups", []), "`default-groups` of `app` has changed"),
        (put("tool/uv/package", False), "`app` is another kind of package"),
        (put("tool/uv/sources/core", {"workspace": True, "editable": False}), "`core` is another"),
        (put("tool/uv/environments", "os_name == 'nt'"), "`environments` has changed"),
        (put("tool/uv/environments", ["os_name == 'nt'"]), "`environments` has changed"),
        (put("tool/uv/required-environments", ["os_name == 'nt'"]), "`required-environments` has"),
        (
            put("tool/uv/conflicts", [[{"extra": "web"}, {"extra": "all"}]]),
            "`conflicts` has changed",
        ),
        (
            put("tool/uv/dependency-groups", {"later": {"requires-python": ">=3.10,<4"}}),
            "the dependency group `later` has changed",
        ),
    ],
)
def test_edits_that_matter(change: Callable[[Table], None], reason: str) -> None:
    found = verdict(change)
    assert isinstance(found, Stale)
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("project/dependencies", ["a @ https://x"]), "only uv can compare the requirement"),
        (put("project/dependencies", [1]), "`dependencies` is not a list of strings"),
        (put("project/dependencies", "a"), "`dependencies` is not a list"),
        (put("project/dynamic", ["dependencies"]), "`dependencies` is dynamic"),
        (put("project/dynamic", ["optional-dependencies"]), "`optional-dependencies` is dynamic"),
        (drop("project/version"), "`app` has no version"),
        (put("project/version", "x"), "not a valid version"),
        (put("project/name", "core"), "the workspace member `core` has no name of its own"),
        (put("project/name", "?"), "the workspace member `.` has no name of its own"),
        (put("project/requires-python", ">3.9"), "only uv can judge this Python requirement"),
        (put("project/optional-dependencies", {"x y": []}), "the extra `x y` is not as"),
        (put("project/optional-dependencies", {"web": [], "Web": []}), "the extra `Web` is not"),
        (put("dependency-groups/dev", [1]), "the dependency group `dev` is not as uv expects it"),
        (put("dependency-groups/dev", "d"), "`dev` is not a list"),
        (put("dependency-groups/x y", []), "the dependency group `x y` is not as uv expects it"),
        (put("dependency-groups/dev", [{"include-group": "gone"}]), "the dependency group `gone`"),
        (put("dependency-groups/dev", [{"include-group": "docs"}]), "the dependency group `dev` c"),
        (put("tool/uv/dependency-groups", {"gone": {}}), "`tool.uv.dependency-groups` names"),
        (
            put("tool/uv/dependency-groups", {"later": {"requires-python": "x"}}),
            "not a valid version specifier",
        ),
        (put("tool/uv/minimum-libc-version", "x"), "only uv can compare `minimum-libc-version`"),
        (put("tool/uv/constraint-dependencies", ["a<2"]), "only uv can compare `constraint-"),
        (put("tool/uv/override-dependencies", [{"x": 1}]), "`override-dependencies` is not"),
        (put("tool/uv/exclude-dependencies", ["a"]), "only uv can compare `exclude-dep"),
        (put("tool/uv/sources/a", {"git": "x"}), "only uv can compare the source of `a`"),
        (put("tool/uv/sources/a", {"index": "gone"}), "only uv can compare the source of `a`"),
        (put("tool/uv/sources/a", {"workspace": True}), "only uv can compare the source of `a`"),
        (put("tool/uv/sources/a", "x"), "`tool.uv.sources.a` is not as uv expects it"),
        (put("tool/uv/sources", {"?": {}}), "`tool.uv.sources.?` is not as uv expects it"),
        (
            put("tool/uv/sources/core", {"workspace": True, "marker": "x"}),
            "only uv can compare the source of `core`",
        ),
        (put("tool/uv/sources", {}), "only uv can compare the source of `core`"),
        (put("tool/uv/index", ["x"]), "`tool.uv.index` is not as uv expects it"),
        (put("tool/uv/conflicts", [[{"extra": "a", "group": "b"}]]), "`conflicts` is not as"),
        (put("tool/uv/conflicts", [["x"]]), "`conflicts` is not as uv expects it"),
        (
            put("tool/uv/conflicts", [[{"group": "dev"}, {"group": "docs"}]]),
            "only uv can compare conflicts of groups that include others",
        ),
        (put("tool", "x"), "`tool.uv` is not a table"),
    ],
)
def test_edits_that_only_uv_can_judge(change: Callable[[Table], None], reason: str) -> None:
    found = verdict(change)
    assert isinstance(found, Unknown)
    assert found.reason.startswith(reason)


def test_members_are_compared_too() -> None:
    assert verdict(core=put("project/version", "0.3")) == Stale("`core` has another version")
    assert verdict(core=put("project/dependencies", [])) == Stale("`core` has other dependencies")
    assert verdict(core=put("tool/uv/default-groups", "all")) == Stale(
        "`default-groups` of `core` has changed"
    )
    assert verdict(core=put("project/requires-python", ">=3.11")) == Stale(
        "`requires-python` has changed"
    )
    assert isinstance(verdict(core=drop("project")), Unknown)


def test_a_dynamic_version() -> None:
    lock = make_lock(edit=lambda text: text.replace('version = "0.1.0"\n', ""))
    assert verdict(put("project/dynamic", ["version"]), lock=lock) == Fresh()
    assert verdict(lock=lock) == Stale("the version of `app` is no longer dynamic")


def test_extras_that_ask_for_others_of_a_dynamic_version() -> None:
    """uv records what its build backend says, and that has resolved them."""
    asked = '{ name = "app", extras = ["web"], marker = "extra == \'all\'" }'
    resolved = '{ name = "c", marker = "extra == \'all\'" }'

    assert asked in METADATA

    def flat(text: str) -> str:
        return text.replace('version = "0.1.0"\n', "").replace(asked, resolved)

    lock = make_lock(edit=flat)
    assert verdict(put("project/dynamic", ["version"]), lock=lock) == Unknown(
        "only uv can compare extras of `app` that ask for its others"
    )
    without = make_lock(edit=lambda text: text.replace(asked, resolved))
    assert verdict(lock=without) == Stale("`app` has other dependencies")


def test_dynamic_extras_are_no_other_extras() -> None:
    def change(table: Table) -> None:
        put("project/dynamic", ["version", "optional-dependencies"])(table)
        drop("project/optional-dependencies")(table)

    lock = make_lock(edit=lambda text: text.replace('version = "0.1.0"\n', ""))
    assert verdict(change, lock=lock) == Unknown("`optional-dependencies` is dynamic")


@pytest.mark.parametrize("revision", [0, 1, 3, 4])
def test_older_revisions_record_less(revision: int) -> None:
    lock = make_lock(HEADER.replace("5", str(revision)))
    assert verdict(put("tool/uv/default-groups", "all"), lock=lock) == Fresh()
    empty = verdict(put("dependency-groups/new", []), lock=lock)
    assert empty == (Fresh() if revision == 0 else Stale("there are other dependency groups"))
    extra = verdict(put("project/optional-dependencies/new", []), lock=lock)
    assert extra == (Fresh() if revision == 0 else Stale("`app` has other extras"))


CONFLICT = 'conflicts = [[{ package = "app", extra = "web" }, { package = "core" }]]\n'


def test_conflicts_are_those_of_all_members() -> None:
    lock = make_lock(HEADER + CONFLICT)
    declared = [[{"extra": "web"}, {"package": "core"}]]
    assert verdict(put("tool/uv/conflicts", declared), lock=lock) == Fresh()
    elsewhere = [[{"package": "app", "extra": "web"}, {}]]
    assert verdict(core=put("tool/uv/conflicts", elsewhere), lock=lock) == Fresh()
    assert verdict(lock=lock) == Stale("`conflicts` has changed")


def test_markers_of_the_head() -> None:
    lock = make_lock(HEADER + "supported-markers = [\"sys_platform == 'linux'\"]\n")
    assert verdict(put("tool/uv/environments", "platform_system == 'Linux'"), lock=lock) == Fresh()
    assert isinstance(verdict(put("tool/uv/environments", ["x"]), lock=lock), Unknown)


@pytest.mark.parametrize(
    ("options", "settings", "found"),
    [
        ("", {"resolution": "highest", "fork-strategy": "requires-python"}, Fresh),
        ("", {"index-strategy": "unsafe-best-match"}, Fresh),
        ("", {"no-sources": False, "no-sources-package": (), "upgrade": None}, Fresh),
        ("", {"resolution": "lowest"}, Stale),
        ('resolution-mode = "lowest"', {}, Stale),
        ('resolution-mode = "lowest"', {"resolution": "lowest"}, Fresh),
        ("", {"fork-strategy": "fewest"}, Stale),
        ("", {"prerelease": "allow"}, Stale),
        ("", {"prerelease": "if-necessary"}, Unknown),
        ('prerelease-mode = "allow"', {"prerelease": "allow"}, Fresh),
        ('exclude-newer = "2026-01-01T00:00:00Z"', {}, Stale),
        ("", {"exclude-newer": "2026-01-01T00:00:00Z"}, Stale),
        (
            'exclude-newer = "2026-01-01T00:00:00Z"',
            {"exclude-newer": "2026-01-01T00:00:00Z"},
            Fresh,
        ),
        ('exclude-newer = "2026-01-01T00:00:00Z"', {"exclude-newer": "2026-01-01"}, Unknown),
        ('exclude-newer-span = "P1D"', {}, Unknown),
        ("", {"no-sources": True}, Unknown),
        ("", {"upgrade": True}, Unknown),
        ("", {"later-setting": 1}, Unknown),
        ("", {"dependency-metadata": [{"name": "a"}]}, Unknown),
        ("", {"dependency-metadata": ["a"]}, Unknown),
        ("", {"dependency-metadata": []}, Fresh),
    ],
)
def test_settings(options: str, settings: Table, found: type) -> None:
    lock = make_lock(HEADER + (f"[options]\n{options}\n" if options else ""))
    assert isinstance(verdict(settings=settings, lock=lock), found)


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"index": [{"url": INDEX}]}, Fresh),
        ({"index": [{"name": "x", "url": INDEX, "explicit": True, "default": True}]}, Fresh),
        ({"index-url": INDEX}, Fresh),
        ({"extra-index-url": [INDEX]}, Fresh),
        ({"find-links": [INDEX]}, Fresh),
        ({"index": [{"url": "https://other.example/simple"}]}, Unknown),
        ({"index-url": "https://other.example/simple"}, Unknown),
        ({"index": [{"url": INDEX, "format": "flat"}]}, Unknown),
        ({"index": ["x"]}, Unknown),
        ({"index": []}, Fresh),
    ],
)
def test_indexes(settings: Table, found: type) -> None:
    assert isinstance(verdict(settings=settings), found)


def test_the_index_that_uv_uses_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uvlayers.lock.settings._is_default", INDEX.__eq__)
    other = [{"url": "https://other.example/simple"}]
    assert verdict(settings={"index": other}) == Fresh()
    replaced = [{**other[0], "default": True}]
    assert isinstance(verdict(settings={"index": replaced}), Unknown)
    assert isinstance(verdict(settings={"index": other, "index-url": "x"}), Unknown)


def test_a_source_may_name_an_index() -> None:
    def change(table: Table) -> None:
        table["tool"]["uv"]["index"] = [{"name": "x", "url": INDEX}, {"url": "unnamed"}]
        table["tool"]["uv"]["sources"]["a"] = {"index": "x"}

    recorded = f'name = "a", index = "{INDEX}"'
    edit = '{ name = "a", specifier = ">=1" }', f'{{ {recorded}, specifier = ">=1" }}'
    again = 'docs = [{ name = "a" }', f"docs = [{{ {recorded} }}"
    lock = make_lock(edit=lambda text: text.replace(*edit).replace(*again))
    assert verdict(change, core=None, lock=lock) == Stale("`core` has other dependencies")
    core = put("project/dependencies", [])
    lock = make_lock(
        edit=lambda text: (
            text.replace(*edit)
            .replace(*again)
            .replace('requires-dist = [{ name = "a" }]', "requires-dist = []")
        )
    )
    settings = {"index": [{"url": "https://other.example/simple"}]}
    assert verdict(change, core, settings, lock) == Fresh()


def test_other_inputs_of_the_resolution() -> None:
    manifest = 'constraints = [{ name = "a", specifier = "<2" }]\n'
    text = HEADER + "[manifest]\nmembers = ['app', 'core']\n" + manifest
    lock = lock_of(*_packages(), header=text)
    assert verdict(put("tool/uv/constraint-dependencies", ["a < 2.0"]), lock=lock) == Fresh()
    assert isinstance(verdict(lock=lock), Unknown)
    metadata = '[[manifest.dependency-metadata]]\nname = "x"\nversion = "1"\n'
    lock = lock_of(*_packages(), header=text.replace(manifest, metadata))
    tables = [{"name": "x", "version": "1", "requires-dist": []}]
    assert verdict(settings={"dependency-metadata": tables}, lock=lock) == Fresh()
    for odd in ("excludes = ['a']\n", "requirements = [{ name = 'a' }]\n"):
        lock = lock_of(*_packages(), header=text.replace(manifest, odd))
        assert isinstance(verdict(lock=lock), Unknown)


def _packages() -> list[str]:
    app = project("app", kind="editable", more='default-groups = ["docs", "dev"]' + METADATA)
    core = project("core", "core", "editable", more=CORE_METADATA).replace('"0.1.0"', '"0.2"')
    return [app, core, *map(package, "abcd")]


def test_what_lies_outside_is_left_to_uv() -> None:
    archive = package("z", source='{ path = "z.whl" }')
    header = HEADER + '[manifest]\nmembers = ["app", "core"]\n'
    lock = lock_of(*_packages(), archive, header=header)
    assert verdict(lock=lock) == Unknown("only uv can look into `z`: `path+z.whl`")
    clone = package("z", source=f'{{ git = "https://git.example/z#{"0" * 40}" }}')
    assert verdict(lock=lock_of(*_packages(), clone, header=header)) == Fresh()


def test_a_member_that_another_wants_as_a_directory() -> None:
    lock = make_lock(edit=lambda text: text.replace('editable = "core"', 'directory = "core"'))
    source = put("tool/uv/sources/core", {"workspace": True, "editable": False})
    assert verdict(source, lock=lock) == Fresh()


SINGLE: Table = {"project": {"name": "app", "version": "0.1.0", "requires-python": ">=3.9"}}


def test_a_single_project_is_not_listed() -> None:
    lock = lock_of(project())
    assert check(lock, Workspace(SINGLE)) == Fresh()
    listed = lock_of(project(), header=HEADER + "[manifest]\nmembers = ['app']\n")
    assert check(listed, Workspace(SINGLE)) == Stale("the workspace has other members")


def test_python_may_be_required_by_nobody() -> None:
    nobody = {"project": {"name": "app", "version": "0.1.0"}}
    assert isinstance(check(lock_of(project()), Workspace(nobody)), Unknown)


PROJECTLESS: Table = {
    "dependency-groups": {"dev": ["a"], "empty": []},
    "tool": {
        "uv": {
            "default-groups": ["dev", "empty"],
            "conflicts": [[{"package": "app", "extra": "x"}, {"package": "app", "extra": "y"}]],
        }
    },
}
PROJECTLESS_HEADER = HEADER + (
    'conflicts = [[{ package = "app", extra = "x" }, { package = "app", extra = "y" }]]\n'
    '[manifest]\nmembers = ["app"]\ndefault-groups = ["dev", "empty"]\n'
    '[manifest.dependency-groups]\ndev = [{ name = "a" }]\n'
)


def test_a_root_that_is_no_project() -> None:
    member = {"app": deepcopy(SINGLE)}
    lock = lock_of(project("app", "app"), package("a"), header=PROJECTLESS_HEADER)
    assert check(lock, Workspace(PROJECTLESS, member)) == Fresh()
    edited = deepcopy(PROJECTLESS)
    edited["tool"]["uv"]["default-groups"] = ["dev"]
    assert check(lock, Workspace(edited, member)) == Stale("`default-groups` has changed")
    edited = deepcopy(PROJECTLESS)
    edited["dependency-groups"]["dev"] = ["b"]
    assert check(lock, Workspace(edited, member)) == Stale("the dependency group `dev` has changed")
    edited["dependency-groups"] = {"dev": ["a"], "empty": []}
    edited["tool"]["uv"]["dependency-groups"] = {"dev": {"requires-python": ">=3.9"}}
    assert check(lock, Workspace(edited, member)) == Stale(
        "a dependency group requires another Python"
    )
