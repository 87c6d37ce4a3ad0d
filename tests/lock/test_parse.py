import pytest
from uvlayers.errors import LockError
from uvlayers.lock.model import ConflictItem, RootRequirement
from uvlayers.lock.parse import parse_lock

from tests.lock.samples import HEADER, lock_of, lock_text, package, project


@pytest.mark.parametrize("revision", [0, 1, 2, 3, 4, 5, 99])
def test_every_revision_is_read(revision: int) -> None:
    lock = lock_of(package("idna"), header=HEADER.replace("5", str(revision)))
    assert (lock.version, lock.revision) == (1, revision)
    assert lock.requires_python == ">=3.9"


def test_the_first_revision_is_not_named() -> None:
    assert lock_of(header=HEADER.replace("revision = 5\n", "")).revision == 0


def test_a_future_schema_is_refused_by_its_number() -> None:
    text = 'version = 2\nrequires-python = 3\npackage = "all different"\n'
    with pytest.raises(LockError) as caught:
        parse_lock(text.encode())
    assert caught.value.message == (
        "unsupported lockfile schema version (v2, but only v1 is supported)"
    )
    assert caught.value.hint is not None


def test_unknown_keys_are_ignored() -> None:
    header = HEADER + "later = true\n[later-table]\nx = 1\n[manifest]\nlater = 1\n"
    edges = ['{ name = "tool", later = 1 }']
    idna = package("idna", dependencies=edges, more="later = 1\n[package.other]\nx = 1")
    lock = lock_of(idna, package("tool"), header=header)
    assert [one.name for one in lock.packages] == ["idna", "tool"]


def test_the_head_of_a_lock() -> None:
    header = HEADER + (
        "resolution-markers = [\"os_name == 'nt'\", \"os_name != 'nt'\"]\n"
        "supported-markers = [\"sys_platform == 'linux'\"]\n"
        "required-markers = [\"os_name == 'posix'\"]\n"
        'conflicts = [[{ package = "app", extra = "A" }, { package = "app", group = "b" },'
        ' { package = "other" }]]\n'
        '[options]\nresolution-mode = "lowest"\n'
        "[manifest]\n"
        'members = ["app", "Other"]\n'
        'default-groups = "all"\n'
        'requirements = [{ name = "idna", extras = ["x"], marker = "os_name == \'nt\'" }]\n'
        'constraints = [{ name = "idna", specifier = "<4" }]\n'
        "[manifest.dependency-groups]\n"
        'docs = [{ name = "tool" }]\n'
        "[manifest.group-requires-python]\n"
        'docs = ">=3.10"\n'
        "[[manifest.dependency-metadata]]\n"
        'name = "idna"\n'
    )
    lock = lock_of(project(), header=header)
    assert lock.resolution_markers == ("os_name == 'nt'", "os_name != 'nt'")
    assert lock.supported_markers == ("sys_platform == 'linux'",)
    assert lock.required_markers == ("os_name == 'posix'",)
    assert lock.conflicts == (
        frozenset(
            {
                ConflictItem("app", "extra", "a"),
                ConflictItem("app", "group", "b"),
                ConflictItem("other", "project"),
            }
        ),
    )
    assert lock.options == {"resolution-mode": "lowest"}
    manifest = lock.manifest
    assert manifest.members == {"app", "other"}
    assert manifest.default_groups == "all"
    assert manifest.requirements == (RootRequirement("idna", ("x",), "os_name == 'nt'"),)
    assert manifest.dependency_groups == {"docs": (RootRequirement("tool"),)}
    assert manifest.group_requires_python == {"docs": ">=3.10"}
    assert set(manifest.tables) == {
        "constraints",
        "requirements",
        "dependency-groups",
        "dependency-metadata",
    }


@pytest.mark.parametrize(
    ("text", "at", "problem"),
    [
        ("", "", "missing field `version`"),
        ("version = '1'", "version", "expected an integer, got a string"),
        ("version = true", "version", "expected an integer, got a boolean"),
        ("version = 1", "", "missing field `requires-python`"),
        ("version = 1\nrequires-python = '>>3'", "requires-python", "not a valid version spec"),
        (HEADER + "package = 3", "package", "expected an array"),
        (HEADER + "package = [3]", "package[0]", "expected a table"),
        (HEADER + "manifest = 3", "manifest", "expected a table"),
        (HEADER + "options = 3", "options", "expected a table"),
        (HEADER + "resolution-markers = ['x']", "resolution-markers[0]", "invalid marker"),
        (HEADER + "supported-markers = 'x'", "supported-markers", "expected an array"),
        (
            HEADER + "conflicts = [[{ package = 'a' }]]",
            "conflicts[0]",
            "expected a conflict",
        ),
        (
            HEADER + "conflicts = [[{ package = 'a', extra = 'b', group = 'c' }]]",
            "conflicts[0][0]",
            "expected an extra or a group, got both",
        ),
        (HEADER + "conflicts = [[{ extra = 'b' }]]", "conflicts[0][0]", "missing field `package`"),
        (HEADER + "[manifest]\nmembers = [1]", "manifest.members[0]", "expected a string"),
        (
            HEADER + "[manifest]\nrequirements = [{ extras = [] }]",
            "manifest.requirements[0]",
            "missing field `name`",
        ),
    ],
)
def test_a_lock_that_cannot_be_used(text: str, at: str, problem: str) -> None:
    with pytest.raises(LockError) as caught:
        parse_lock(text.encode())
    assert caught.value.at == at
    assert caught.value.problem.startswith(problem)


def test_a_lock_without_packages() -> None:
    assert parse_lock(lock_text().encode()).packages == ()
