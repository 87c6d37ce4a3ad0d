import random

import pytest
from uvlayers.errors import LockError
from uvlayers.lock.model import Dependency, EditableSource, Package, RegistrySource, VirtualSource
from uvlayers.lock.parse import parse_lock

from tests.lock.samples import (
    DIGEST,
    FILES,
    HEADER,
    INDEX,
    lock_of,
    lock_text,
    package,
    project,
    wheels,
)

OTHER = "https://other.example/simple"


def test_a_package_has_everything() -> None:
    lock = lock_of(
        project(
            dependencies=["idna", '{ name = "tool", extra = ["x"], marker = "os_name == \'nt\'" }'],
            extras={"web": ["idna"], "none": []},
            groups={"dev": ["tool"]},
            more='default-groups = ["lint"]\nresolution-markers = ["os_name == \'nt\'"]',
        ),
        package("idna", "3.6", more=wheels("idna-3.6-py3-none-any.whl")),
        package("tool", extras={"x": ["idna"]}, more=f'sdist = {{ url = "{FILES}/t.tar.gz" }}'),
    )
    app, idna, tool = lock.packages
    assert (app.name, app.version, app.source) == ("app", "0.1.0", VirtualSource("."))
    assert app.dependencies == (
        Dependency(1),
        Dependency(2, ("x",), "os_name == 'nt'"),
    )
    assert app.optional_dependencies == {"none": (), "web": (Dependency(1),)}
    assert app.dependency_groups == {"dev": (Dependency(2),)}
    assert app.default_groups == frozenset({"lint"})
    assert app.resolution_markers == ("os_name == 'nt'",)
    assert idna.wheels[0].filename == "idna-3.6-py3-none-any.whl"
    assert idna.source == RegistrySource(url=INDEX)
    assert tool.sdist is not None
    assert tool.sdist.url == f"{FILES}/t.tar.gz"
    assert str(idna) == f"idna==3.6 @ registry+{INDEX}"
    assert lock.named("tool") == (tool,)
    assert lock.named("nobody") == ()


def test_groups_of_requirements_go_by_either_name() -> None:
    text = lock_text(project(groups={"dev": ["idna"]}), package("idna"))
    text = text.replace("[package.dev-dependencies]", "[package.dependency-groups]")
    assert parse_lock(text.encode()).packages[0].dependency_groups == {"dev": (Dependency(1),)}


def test_packages_went_by_another_name_once() -> None:
    text = lock_text(package("idna")).replace("[[package]]", "[[distribution]]")
    assert parse_lock(text.encode()).packages[0].name == "idna"


def test_metadata_is_kept_for_the_freshness_check() -> None:
    more = '[package.metadata]\nrequires-dist = [{ name = "idna" }]\nprovides-extras = ["x"]\n'
    more += '[package.metadata.requires-dev]\ndev = [{ name = "tool" }]'
    metadata = lock_of(project(more=more)).packages[0].metadata
    assert metadata.requires_dist == ({"name": "idna"},)
    assert metadata.provides_extras == ("x",)
    assert metadata.requires_dev == {"dev": ({"name": "tool"},)}
    alias = more.replace("requires-dev", "dependency-groups")
    assert lock_of(project(more=alias)).packages[0].metadata == metadata


def test_declared_groups_are_those_of_either_table() -> None:
    more = "[package.metadata.requires-dev]\nempty = []"
    lock = lock_of(project(groups={"dev": ["idna"]}).rstrip() + "\n" + more, package("idna"))
    assert lock.packages[0].declared_groups == {"dev", "empty"}


def test_a_dynamic_version_is_absent() -> None:
    text = project().replace('version = "0.1.0"\n', "")
    found = lock_of(text).packages[0]
    assert found.version is None
    assert str(found) == "app @ virtual+."


def test_extras_that_nobody_has_are_dropped() -> None:
    lock = lock_of(
        project(dependencies=['{ name = "tool", extra = ["x", "gone"] }']),
        package("tool", extras={"x": []}),
    )
    assert lock.packages[0].dependencies == (Dependency(1, ("x",)),)


def test_order_in_the_file_does_not_matter() -> None:
    packages = [
        project(dependencies=["b", "a", "c"]),
        package("a", dependencies=["c", "b"]),
        package("b"),
        package("c"),
    ]
    expected = [(one.name, one.dependencies) for one in lock_of(*packages).packages]
    random.Random(0).shuffle(packages)
    shuffled = [
        text.replace('"c" },\n    { name = "b"', '"b" },\n    { name = "c"') for text in packages
    ]
    assert [(one.name, one.dependencies) for one in lock_of(*shuffled).packages] == expected


def test_versions_of_a_name_are_sorted_as_versions() -> None:
    lock = lock_of(package("a", "10.0"), package("a", "9.0"), package("a", "9.0rc1"))
    assert [one.version for one in lock.packages] == ["9.0rc1", "9.0", "10.0"]


def target_of(dependency: str, *packages: str) -> Package:
    """The package that the project's only edge leads to."""
    lock = lock_of(project("zz", dependencies=[dependency]), *packages)
    return lock.packages[lock.named("zz")[0].dependencies[0].target]


def test_an_edge_names_one_of_several() -> None:
    tables = (
        package("a", "1.0"),
        package("a", "2.0"),
        package("a", "2.0", source=f'{{ registry = "{OTHER}" }}'),
        project("a", "tree").replace('version = "0.1.0"\n', ""),
    )
    for version, registry in (("1.0", INDEX), ("2.0", INDEX), ("2.0", OTHER), ("2.0.0", INDEX)):
        dependency = (
            f'{{ name = "a", version = "{version}", source = {{ registry = "{registry}" }} }}'
        )
        found = target_of(dependency, *tables)
        assert found.source == RegistrySource(url=registry)
        assert found.version == version[:3]
    dynamic = '{ name = "a", source = { virtual = "tree" } }'
    assert target_of(dynamic, *tables).version is None


def test_an_edge_may_say_more_than_it_must() -> None:
    dependency = f'{{ name = "a", version = "1.0.0", source = {{ registry = "{INDEX}" }} }}'
    lock = lock_of(project(dependencies=[dependency]), package("a", "1.0"))
    assert lock.packages[1].dependencies[0].target == 0


@pytest.mark.parametrize(
    ("dependency", "problem"),
    [
        ('{ name = "gone" }', "no such package in the lock: `gone`"),
        ('{ name = "a" }', "missing `source`"),
        (f'{{ name = "a", source = {{ registry = "{INDEX}" }} }}', "missing `version`"),
        (
            f'{{ name = "a", version = "3", source = {{ registry = "{INDEX}" }} }}',
            "no such package in the lock: `a`",
        ),
        ('{ name = "b", version = "2.0" }', "no such package in the lock: `b`"),
        ('{ name = "b", marker = "nonsense" }', "invalid marker"),
        ('{ name = "b", extra = "x" }', "expected an array"),
        ('{ extra = ["x"] }', "missing field `name`"),
        ("1", "expected a table, got an integer"),
    ],
)
def test_edges_that_lead_nowhere(dependency: str, problem: str) -> None:
    text = lock_text(
        project(dependencies=["b"]).replace('{ name = "b" }', dependency),
        package("a", "1.0"),
        package("a", "2.0"),
        package("b"),
    )
    with pytest.raises(LockError) as caught:
        parse_lock(text.encode())
    assert caught.value.problem.startswith(problem)
    assert caught.value.at.startswith("package[0].dependencies[0]")


@pytest.mark.parametrize(
    ("packages", "at", "problem"),
    [
        ([package("a"), package("a", "1.0.0")], "package[1]", "found a duplicate of the package"),
        (
            [package("a"), project(dependencies=["a", "a"])],
            "package[1].dependencies",
            "found a duplicate dependency on `a`",
        ),
        ([package("a").replace('version = "1.0"\n', "")], "package[0]", "missing field `version`"),
        ([package("a").replace('name = "a"\n', "")], "package[0]", "missing field `name`"),
        ([package("a b")], "package[0].name", "not a valid name"),
        ([package("a", "x")], "package[0].version", "not a valid version"),
        ([package("a", source="{}")], "package[0].source", "expected a source"),
        ([package("a", more="wheels = 3")], "package[0].wheels", "expected an array"),
        ([package("a", more="sdist = []")], "package[0].sdist", "expected a table"),
        ([package("a", more="metadata = 1")], "package[0].metadata", "expected a table"),
        (
            [package("a", more='optional-dependencies = { "x y" = [] }')],
            "package[0].optional-dependencies",
            "not a valid name",
        ),
        (
            [package("a", more="default-groups = 'some'")],
            "package[0].default-groups",
            'expected "all"',
        ),
        (
            [package("a", more="group-requires-python = { dev = 'x' }")],
            "package[0].group-requires-python.dev",
            "not a valid version specifier",
        ),
    ],
)
def test_packages_that_cannot_be_used(packages: list[str], at: str, problem: str) -> None:
    with pytest.raises(LockError) as caught:
        lock_of(*packages)
    assert caught.value.at == at
    assert caught.value.problem.startswith(problem)


@pytest.mark.parametrize(
    "array",
    [
        wheels("a-1.0-py3-none-any.whl", "a-2.0-py3-none-any.whl"),
        wheels("a-1.0-py3-none-any.whl", "a-2.0-py3-none-any.whl").replace("size = 3", "size=3"),
    ],
)
def test_wheels_are_checked_when_they_are_asked_for(array: str) -> None:
    lock = lock_of(package("b"), package("a", more=array))
    for _ in range(2):
        with pytest.raises(LockError) as caught:
            _ = lock.packages[0].wheels
        assert caught.value.at == "package[1].wheels[1]"


def test_wheels_are_read_once() -> None:
    found = lock_of(package("a", more=wheels("a-1.0-py3-none-any.whl"))).packages[0]
    assert found.wheels is found.wheels
    assert found.wheels[0].hash == DIGEST
    assert lock_of(package("a")).packages[0].wheels == ()


def test_wheels_may_not_be_there_twice() -> None:
    array = wheels("a-1.0-py3-none-any.whl")
    with pytest.raises(LockError, match="found the key `wheels` twice"):
        lock_of(package("a", more=f"{array}\n'wheels' = []"))


def test_a_directory_is_a_source_too() -> None:
    lock = lock_of(project(kind="editable"), header=HEADER.replace("5", "0"))
    assert lock.packages[0].source == EditableSource(".")
