"""The walk, the roots and what uv refuses; whole answers of real uv are in test_golden.py."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from uvlayers.errors import SelectError, Unsupported
from uvlayers.lock.model import Lock
from uvlayers.lock.select import Selected, select
from uvlayers.lock.selection import Extras, Groups, InstallFilter, Selection

from tests.lock.samples import ENVIRONMENT, HEADER, lock_of, package, project

APP = Selection(project="app")


def chosen(
    lock: Lock,
    selection: Selection = APP,
    uv: tuple[int, int, int] | None = None,
    **environment: str,
) -> list[str]:
    found = select(lock, selection, {**ENVIRONMENT, **environment}, uv)
    return [one.package.name for one in found]


def groups(*include: str, **rest: object) -> Selection:
    wanted = Groups(frozenset(include), explicit=frozenset(include), **rest)  # type: ignore[arg-type]
    return Selection(project="app", groups=wanted)


def extras(*include: str, **rest: object) -> Selection:
    return Selection(project="app", extras=Extras(frozenset(include), **rest))  # type: ignore[arg-type]


def test_dependencies_are_followed() -> None:
    lock = lock_of(
        project(dependencies=["a"]),
        package("a", dependencies=["b", '{ name = "c", marker = "os_name == \'nt\'" }']),
        package("b"),
        package("c"),
        package("unrelated"),
    )
    assert chosen(lock) == ["a", "b"]
    assert chosen(lock, os_name="nt") == ["a", "b", "c"]


def test_cycles_end() -> None:
    lock = lock_of(
        project(kind="editable", dependencies=["a"]),
        package("a", dependencies=['{ name = "b", extra = ["x"] }']),
        package("b", dependencies=["a"], extras={"x": ["app", '{ name = "b", extra = ["x"] }']}),
    )
    assert chosen(lock) == ["a", "app", "b"]


def test_an_extra_of_a_dependency_brings_what_it_has() -> None:
    lock = lock_of(
        project(dependencies=['{ name = "a", extra = ["x"] }']),
        package("a", extras={"x": ["b"], "y": ["c"]}),
        package("b"),
        package("c"),
    )
    assert chosen(lock) == ["a", "b"]


def test_extras_of_the_project() -> None:
    lock = lock_of(project(extras={"x": ["a"], "y": ["b"]}), package("a"), package("b"))
    assert chosen(lock) == []
    assert chosen(lock, extras("x")) == ["a"]
    assert chosen(lock, extras(all=True)) == ["a", "b"]
    assert chosen(lock, extras(all=True, exclude=frozenset({"x"}))) == ["b"]


def test_groups_of_the_project() -> None:
    lock = lock_of(
        project(kind="editable", dependencies=["a"], groups={"dev": ["b"], "docs": ["c"]}),
        *map(package, "abc"),
    )
    assert chosen(lock) == ["a", "app", "b"]
    assert chosen(lock, groups(no_defaults=True)) == ["a", "app"]
    assert chosen(lock, groups("docs")) == ["a", "app", "b", "c"]
    assert chosen(lock, groups(all=True)) == ["a", "app", "b", "c"]
    assert chosen(lock, groups(all=True, exclude=frozenset({"dev"}))) == ["a", "app", "c"]
    assert chosen(lock, groups("docs", exclude=frozenset({"docs", "dev"}))) == ["a", "app"]
    assert chosen(lock, groups("docs", only=True)) == ["c"]
    assert chosen(lock, groups(defaults="all")) == ["a", "app", "b", "c"]
    assert chosen(lock, groups(defaults=frozenset())) == ["a", "app"]


def test_a_group_may_bring_the_project_back() -> None:
    lock = lock_of(
        project(kind="editable", dependencies=["a"], groups={"test": ["app", "b"]}),
        *map(package, "ab"),
    )
    assert chosen(lock, groups("test", only=True)) == ["a", "app", "b"]


def test_a_marker_of_a_group_counts() -> None:
    edge = '{ name = "a", marker = "os_name == \'nt\'" }'
    assert chosen(lock_of(project(groups={"dev": [edge]}), package("a"))) == []


def test_virtual_packages_are_walked_but_not_installed() -> None:
    lock = lock_of(
        project(dependencies=["tree"]), project("tree", "tree", dependencies=["a"]), package("a")
    )
    assert chosen(lock) == ["a"]


def test_filtered_packages_are_walked() -> None:
    lock = lock_of(
        project(kind="editable", dependencies=["a"]), package("a", dependencies=["b"]), package("b")
    )
    assert chosen(lock, replace(APP, install=InstallFilter(no_project=True))) == ["a", "b"]
    filtered = InstallFilter(no_packages=frozenset({"a"}))
    assert chosen(lock, replace(APP, install=filtered)) == ["app", "b"]


@pytest.mark.parametrize(
    ("kind", "selection", "editable"),
    [
        ("editable", APP, True),
        ("directory", APP, False),
        ("editable", replace(APP, editable=False), False),
        ("directory", replace(APP, editable=True), True),
        ("editable", replace(APP, no_editable_packages=frozenset({"app"})), False),
        ("editable", replace(APP, no_editable_packages=frozenset({"other"})), True),
    ],
)
def test_editable(kind: str, selection: Selection, editable: bool) -> None:
    lock = lock_of(project(kind=kind, dependencies=["a"]), package("a"))
    a, app = lock.packages
    found = select(lock, selection, ENVIRONMENT, None)
    assert found == (Selected(a, None), Selected(app, editable))


WORKSPACE = HEADER + '[manifest]\nmembers = ["app", "core", "root"]\n'


def workspace(header: str = WORKSPACE) -> Lock:
    return lock_of(
        project("root", groups={"dev": ["a"], "lint": ["b"], "both": ["c"]}),
        project("app", "app", dependencies=["core"], groups={"dev": ["d"], "both": ["e"]}),
        project("core", "core", dependencies=["f"]),
        *map(package, "abcdef"),
        header=header,
    )


def test_a_member_has_its_own_groups_and_on_request_the_roots() -> None:
    lock = workspace()
    assert chosen(lock) == ["d", "f"]
    assert chosen(lock, groups("lint")) == ["b", "d", "f"]
    assert chosen(lock, groups("both")) == ["d", "e", "f"]
    assert chosen(lock, groups(all=True)) == ["b", "d", "e", "f"]
    assert chosen(lock, groups(defaults="all")) == ["d", "e", "f"]
    assert chosen(lock, Selection(project="root", packages=("core",))) == ["f"]
    core = Selection(packages=("core",), groups=Groups(frozenset({"dev"})))
    assert chosen(lock, core) == ["a", "f"]


def test_pyproject_says_which_groups_are_declared() -> None:
    lock = workspace()
    stale = {"root": frozenset({"lint"}), "app": frozenset({"lint"})}
    assert chosen(lock, replace(groups("lint"), member_groups=stale)) == ["d", "f"]
    assert chosen(lock, replace(groups("both"), member_groups={})) == ["d", "e", "f"]
    fresh = {"root": frozenset({"lint"}), "app": frozenset({"dev"})}
    assert chosen(lock, replace(groups("lint"), member_groups=fresh)) == ["b", "d", "f"]


def test_several_packages_have_each_their_own() -> None:
    lock = workspace()
    both = Selection(project="root", packages=("app", "root"))
    assert chosen(lock, both) == ["a", "d", "f"]
    everything = Selection(project="root", all_packages=True)
    assert chosen(lock, everything) == ["a", "d", "f"]


@pytest.mark.parametrize(
    ("uv", "lint"),
    [((0, 13, 9), ["b", "d", "f"]), ((0, 12, 2), ["b", "d", "f"]), ((0, 8, 24), None)],
)
def test_older_releases_do_not_inherit(uv: tuple[int, int, int], lint: list[str] | None) -> None:
    lock = workspace()
    assert chosen(lock, uv=uv) == ["d", "f"]
    if lint is None:
        with pytest.raises(SelectError, match="group `lint` is not defined in the project's"):
            chosen(lock, groups("lint"), uv)
    else:
        assert chosen(lock, groups("lint"), uv) == lint


def test_one_release_inherited_more() -> None:
    with pytest.raises(Unsupported, match="this release of uv adds groups"):
        chosen(workspace(), uv=(0, 12, 1))
    assert chosen(workspace(), Selection(project="root"), (0, 12, 1)) == ["a"]


PROJECTLESS = HEADER + (
    '[manifest]\nmembers = ["app"]\n'
    '[manifest.dependency-groups]\ndev = [{ name = "a" }]\n'
    'docs = [{ name = "b", extras = ["x"] }, { name = "c", marker = "os_name == \'nt\'" }]\n'
)


def projectless() -> Lock:
    return lock_of(
        project("app", "app", dependencies=["d"], groups={"dev": ["e"]}),
        package("b", extras={"x": ["f"]}),
        *map(package, "acdef"),
        header=PROJECTLESS,
    )


def test_a_root_that_is_no_project() -> None:
    lock = projectless()
    nothing = Selection(non_project=True)
    assert chosen(lock, nothing) == ["a", "d", "e"]
    docs = Groups(frozenset({"docs"}), explicit=frozenset({"docs"}))
    assert chosen(lock, replace(nothing, groups=docs)) == ["a", "b", "d", "e", "f"]
    assert chosen(lock, replace(nothing, all_packages=True)) == ["a", "d", "e"]
    assert chosen(lock) == ["d", "e"]
    assert chosen(lock, groups("docs")) == ["b", "d", "e", "f"]


def test_older_releases_count_its_groups_for_every_member() -> None:
    lock = projectless()
    assert chosen(lock, uv=(0, 11, 33)) == ["a", "d", "e"]
    with pytest.raises(SelectError, match="group `docs` is not defined"):
        chosen(lock, groups("docs"), (0, 11, 33))
    nothing = Selection(non_project=True, groups=Groups(explicit=frozenset({"docs"})))
    assert chosen(lock, nothing, (0, 11, 33)) == ["a", "d", "e"]


def test_groups_of_the_root_may_come_from_pyproject() -> None:
    docs = Groups(explicit=frozenset({"docs"}))
    selection = Selection(non_project=True, groups=docs, root_groups=frozenset({"dev"}))
    with pytest.raises(SelectError, match="group `docs` is not defined in any project's"):
        chosen(projectless(), selection)


def test_requirements_of_the_lock_itself() -> None:
    header = HEADER + '[manifest]\nrequirements = [{ name = "a", extras = ["x"] }]\n'
    lock = lock_of(package("a", extras={"x": ["b"]}), package("b"), header=header)
    assert chosen(lock, Selection()) == ["a", "b"]
    assert chosen(lock, Selection(groups=Groups(only=True))) == []


def test_a_requirement_means_the_package_of_its_fork() -> None:
    header = HEADER + '[manifest]\nrequirements = [{ name = "a" }]\n'
    windows = package("a", "1.0", more="resolution-markers = [\"os_name == 'nt'\"]")
    others = package("a", "2.0", more="resolution-markers = [\"os_name != 'nt'\"]")
    found = select(lock_of(windows, others, header=header), Selection(), ENVIRONMENT, None)
    assert [one.package.version for one in found] == ["2.0"]
    with pytest.raises(SelectError, match="found multiple packages matching `a`"):
        chosen(lock_of(package("a", "1.0"), others, header=header), Selection())
    with pytest.raises(SelectError, match="could not find root package `a`"):
        chosen(lock_of(windows, header=header), Selection())


CONFLICT = (
    'conflicts = [[{ package = "app", extra = "old" }, { package = "app", extra = "new" }]]\n'
)
OLD, NEW = "extra == 'extra-3-app-old'", "extra == 'extra-3-app-new'"


def edge(name: str, version: str, marker: str) -> str:
    source = '{ registry = "https://index.example/simple" }'
    return f'{{ name = "{name}", version = "{version}", source = {source}, marker = "{marker}" }}'


def conflicting(*more: str, groups: Mapping[str, Iterable[str]] | None = None) -> Lock:
    old = edge("a", "1.0", OLD)
    new = edge("a", "2.0", f"{NEW} or {OLD.replace('==', '!=')}")
    return lock_of(
        project(
            dependencies=["b"],
            extras={"old": [old], "new": [edge("a", "2.0", NEW)]},
            groups=groups,
        ),
        package("a", "1.0"),
        package("a", "2.0"),
        package("b", dependencies=[old, new]),
        *more,
        header=HEADER + CONFLICT,
    )


def versions(lock: Lock, selection: Selection) -> list[str]:
    found = select(lock, selection, ENVIRONMENT, None)
    return [f"{one.package.name} {one.package.version}" for one in found]


def test_conflicting_extras_choose_versions() -> None:
    lock = conflicting()
    assert versions(lock, extras("old")) == ["a 1.0", "b 1.0"]
    assert versions(lock, extras("new")) == ["a 2.0", "b 1.0"]
    assert versions(lock, APP) == ["a 2.0", "b 1.0"]


def test_sides_of_a_conflict_exclude_each_other() -> None:
    with pytest.raises(SelectError) as caught:
        chosen(conflicting(), extras("old", "new"))
    assert caught.value.message == (
        "extras `new` and `old` are incompatible with the declared conflicts: "
        "{`app[new]`, `app[old]`}"
    )


def test_a_conflict_of_groups_names_defaults() -> None:
    header = (
        'conflicts = [[{ package = "app", group = "dev" }, { package = "app", group = "x" }]]\n'
    )
    lock = lock_of(project(groups={"dev": [], "x": []}), header=HEADER + header)
    with pytest.raises(SelectError) as caught:
        chosen(lock, groups("x"))
    assert caught.value.message == (
        "groups `dev` (enabled by default) and `x` are incompatible with the conflicts: "
        "{`app:dev`, `app:x`}"
    )


def test_a_conflict_of_all_kinds() -> None:
    items = (
        '{ package = "app" }, { package = "app", extra = "e" }, { package = "app", group = "g" }'
    )
    lock = lock_of(
        project(extras={"e": []}, groups={"g": []}), header=f"{HEADER}conflicts = [[{items}]]\n"
    )
    with pytest.raises(SelectError) as caught:
        chosen(lock, replace(groups("g"), extras=Extras(frozenset({"e"}))))
    assert caught.value.message == (
        "extra `e`, group `g`, and package `app` are incompatible with the declared conflicts: "
        "{`app[e]`, `app:g`, app}"
    )
    assert chosen(lock) == []
    with pytest.raises(Unsupported, match="a conflict of whole projects"):
        chosen(lock, uv=(0, 7, 22))


MEMBERS = (
    'conflicts = [[{ package = "one" }, { package = "two" }]]\n'
    '[manifest]\nmembers = ["app", "one", "two"]\n'
)


def test_projects_in_conflict_count_where_they_are_reached() -> None:
    lock = lock_of(
        project("app", dependencies=["one"], extras={"x": ["two"]}, groups={"dev": ["b"]}),
        project("one", "one", dependencies=["a"]),
        project("two", "two"),
        *map(package, "ab"),
        header=HEADER + MEMBERS,
    )
    assert chosen(lock) == ["a", "b"]
    assert chosen(lock, Selection(packages=("one",))) == ["a"]
    message = "package `one` and package `two` are incompatible"
    for selection in (extras("x"), Selection(packages=("one", "two")), Selection()):
        with pytest.raises(SelectError, match=message):
            chosen(lock, selection)


def test_extras_that_edges_activate() -> None:
    lock = conflicting(
        package("c", dependencies=[]),
        groups={"bench": ['{ name = "app", extra = ["old"] }']},
    )
    assert versions(lock, groups("bench")) == ["a 1.0", "b 1.0"]
    with pytest.raises(
        SelectError, match=r"found conflicting extras `app\[new\]` and `app\[old\]`"
    ):
        chosen(lock, replace(groups("bench"), extras=Extras(frozenset({"new"}))))


def test_older_releases_let_groups_activate_nothing() -> None:
    lock = conflicting(groups={"bench": ['{ name = "app", extra = ["old"] }']})
    found = select(lock, groups("bench"), ENVIRONMENT, (0, 11, 33))
    assert [str(one.package.version) for one in found] == ["2.0", "1.0"]


def test_an_unreachable_edge_activates_nothing() -> None:
    windows = '{ name = "c", marker = "os_name == \'nt\'" }'
    lock = conflicting(
        package("c", dependencies=['{ name = "app", extra = ["new"] }']),
        groups={"dev": [windows]},
    )
    assert versions(lock, extras("old")) == ["a 1.0", "b 1.0"]


def test_extras_deep_below_are_found_first() -> None:
    lock = conflicting(
        package("c", dependencies=["d"]),
        package("d", dependencies=['{ name = "app", extra = ["old"] }']),
        groups={"dev": ["c"]},
    )
    assert versions(lock, APP)[0] == "a 1.0"


def test_an_order_of_evaluation_is_left_to_uv() -> None:
    # `c` is seen before `d` activates `old`, on which the edge of `c` that activates `new` depends.
    late = f'{{ name = "app", extra = ["new"], marker = "{OLD}" }}'
    lock = conflicting(
        package("c", dependencies=[late]),
        package("d", dependencies=["e"]),
        package("e", dependencies=['{ name = "app", extra = ["old"] }']),
        groups={"dev": ["c", "d"]},
    )
    with pytest.raises(Unsupported, match="depend on the order of their evaluation"):
        chosen(lock)


def test_manifest_groups_activate_extras_too() -> None:
    header = (
        'conflicts = [[{ package = "c", extra = "x" }, { package = "c", extra = "y" }]]\n'
        '[manifest]\nmembers = ["app"]\n'
        '[manifest.dependency-groups]\ndev = [{ name = "c", extras = ["x"] }]\n'
    )
    marked = '{ name = "d", marker = "extra == \'extra-1-c-x\'" }'
    lock = lock_of(
        project("app", "app", dependencies=[marked]),
        package("c", extras={"x": [], "y": []}),
        package("d"),
        header=HEADER + header,
    )
    assert chosen(lock, Selection(non_project=True)) == ["c", "d"]
    assert chosen(lock, Selection(non_project=True), (0, 11, 33)) == ["c"]


def test_the_environment_must_be_one_of_the_locks_forks() -> None:
    header = HEADER + "resolution-markers = [\"os_name == 'nt' and extra != 'extra-3-app-x'\"]\n"
    lock = lock_of(project(kind="editable", dependencies=["a"]), package("a"), header=header)
    assert chosen(lock, os_name="nt") == ["a", "app"]
    assert chosen(lock) == ["app"]


def test_two_versions_of_a_name_are_never_chosen() -> None:
    edges = [edge("a", "1.0", "os_name == 'posix'"), edge("a", "2.0", "os_name == 'posix'")]
    lock = lock_of(project(dependencies=edges), package("a", "1.0"), package("a", "2.0"))
    with pytest.raises(SelectError, match=r"the lock selects both a==1\.0 .* and a==2\.0"):
        chosen(lock)


def test_the_python_must_fit() -> None:
    with pytest.raises(SelectError) as caught:
        chosen(lock_of(project()), python_full_version="3.8.1")
    assert caught.value.message == (
        "the current Python version (3.8.1) is not compatible with the locked Python requirement: "
        "`>=3.9`"
    )


def test_the_platform_must_fit() -> None:
    header = HEADER + "supported-markers = [\"os_name == 'nt'\", \"sys_platform == 'darwin'\"]\n"
    lock = lock_of(project(), header=header)
    with pytest.raises(SelectError) as caught:
        chosen(lock)
    assert caught.value.message == (
        "the current Python platform is not compatible with the lockfile's supported environments: "
        "`os_name == 'nt'`, `sys_platform == 'darwin'`"
    )
    assert chosen(lock, os_name="nt") == []


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (extras("gone"), "extra `gone` is not defined in the `optional-dependencies` table for"),
        (extras(exclude=frozenset({"gone"})), "extra `gone` is not defined"),
        (groups("gone"), "group `gone` is not defined in the project's `dependency-groups` table"),
        (Selection(project="gone"), "could not find root package `gone`"),
        (
            Selection(packages=("app", "app"), extras=Extras(frozenset({"gone"}))),
            "extra `gone` is not defined in any project's",
        ),
    ],
)
def test_what_does_not_exist(selection: Selection, message: str) -> None:
    with pytest.raises(SelectError, match=message):
        chosen(lock_of(project()), selection)


def test_what_may_not_exist() -> None:
    lock = lock_of(project())
    assert chosen(lock, Selection(project="app", groups=Groups(frozenset({"dev"})))) == []
    old = lock_of(project(), header=HEADER.replace("5", "0"))
    assert chosen(old, extras("gone")) == []
    declared = "[package.metadata]\nprovides-extras = ['empty']"
    assert chosen(lock_of(project(more=declared)), extras("empty")) == []


def test_a_root_must_be_one_package() -> None:
    twice = lock_of(project(), package("app"))
    with pytest.raises(SelectError, match="found multiple packages matching `app`"):
        chosen(twice)


def test_a_group_may_need_another_python() -> None:
    more = "[package.group-requires-python]\nlater = '>=3.13'"
    lock = lock_of(project(groups={"later": []}).rstrip() + "\n" + more)
    assert chosen(lock) == []
    with pytest.raises(
        Unsupported, match=r"the group `later` requires Python >=3\.13, not 3\.12\.3"
    ):
        chosen(lock, groups("later"))
    assert chosen(lock, groups("later"), python_full_version="3.13.0") == []


LOCKED = 'default-groups = ["lint"]'


def test_default_groups_of_the_lock() -> None:
    lock = lock_of(project(more=LOCKED, groups={"lint": ["a"], "dev": ["b"]}), *map(package, "ab"))
    frozen = Selection("root", packages=("app",), groups=Groups(lock_defaults=True))
    assert chosen(lock, frozen) == ["a"]
    assert chosen(lock, frozen, (0, 12, 21)) == ["b"]
    assert chosen(lock, replace(frozen, groups=Groups())) == ["b"]
    assert chosen(lock, Selection("app", groups=Groups(defaults=None))) == ["a"]
    old = lock_of(project(groups={"dev": ["b"]}), package("b"), header=HEADER.replace("5", "4"))
    assert chosen(old, frozen) == ["b"]


def test_default_groups_that_only_the_lock_knows() -> None:
    unknown = Groups(defaults=None)
    lock = projectless()
    assert chosen(lock, Selection(groups=unknown)) == ["a", "d", "e"]
    assert chosen(lock, Selection("app", groups=unknown)) == ["d", "e"]
    with pytest.raises(Unsupported, match="the lock has no workspace member called `gone`"):
        chosen(lock, Selection("gone", groups=unknown))
    with pytest.raises(Unsupported, match="no workspace member called `a`"):
        chosen(lock, Selection("a", groups=unknown))
    old = lock_of(project(), header=HEADER.replace("5", "4"))
    with pytest.raises(Unsupported, match="does not record default groups"):
        chosen(old, Selection("app", groups=unknown))


def test_a_directory_can_be_the_root() -> None:
    header = HEADER + '[manifest]\nmembers = ["app", "root"]\n'
    lock = lock_of(
        project("root", kind="directory", groups={"lint": ["a"]}),
        project("app", "app"),
        package("a"),
        header=header,
    )
    assert chosen(lock, groups("lint")) == ["a"]
    assert chosen(lock, Selection(all_packages=True)) == ["root"]


def test_all_packages_of_a_lock_that_lists_none() -> None:
    lock = lock_of(project(kind="editable", dependencies=["a"]), package("a"))
    everything = Selection("app", all_packages=True)
    assert chosen(lock, everything) == ["a", "app"]
    alone = replace(everything, project=None, install=InstallFilter(no_project=True))
    assert chosen(lock, alone) == ["a"]
    assert chosen(lock_of(package("a")), alone) == []
