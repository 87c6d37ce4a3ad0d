import pytest
from uvlayers.lock.filters import is_wanted
from uvlayers.lock.model import EditableSource, GitSource, Package, PathSource, RegistrySource
from uvlayers.lock.selection import InstallFilter

PROJECT = Package("app", "1.0", EditableSource("."))
MEMBER = Package("core", "1.0", EditableSource("core"))
ARCHIVE = Package("archive", "1.0", PathSource("a.whl"))
CLONE = Package("clone", "1.0", GitSource(""))
IDNA = Package("idna", "3.6", RegistrySource(url="https://index.example/simple"))
EVERYTHING = (PROJECT, MEMBER, ARCHIVE, CLONE, IDNA)


def names(install: InstallFilter, project: str | None = "app") -> set[str]:
    members = frozenset({"core"})
    return {one.name for one in EVERYTHING if is_wanted(one, install, project, members)}


@pytest.mark.parametrize(
    ("install", "wanted"),
    [
        (InstallFilter(), {"app", "core", "archive", "clone", "idna"}),
        (InstallFilter(no_project=True), {"core", "archive", "clone", "idna"}),
        (InstallFilter(no_workspace=True), {"archive", "clone", "idna"}),
        (InstallFilter(no_local=True), {"clone", "idna"}),
        (InstallFilter(no_packages=frozenset({"idna", "x"})), {"app", "core", "archive", "clone"}),
        (InstallFilter(only_project=True), {"app"}),
        (InstallFilter(only_workspace=True), {"app", "core"}),
        (InstallFilter(only_local=True), {"app", "core", "archive"}),
        (InstallFilter(only_packages=frozenset({"idna"})), {"idna"}),
        # The first that speaks decides.
        (InstallFilter(only_packages=frozenset({"idna"}), only_local=True), {"idna"}),
        (
            InstallFilter(only_local=True, only_project=True, no_local=True),
            {"app", "core", "archive"},
        ),
        (InstallFilter(only_workspace=True, no_project=True), {"app", "core"}),
        (InstallFilter(no_project=True, no_local=True), {"clone", "idna"}),
    ],
)
def test_what_passes(install: InstallFilter, wanted: set[str]) -> None:
    assert names(install) == wanted


def test_without_a_project_nothing_is_one() -> None:
    assert names(InstallFilter(no_project=True), None) == {one.name for one in EVERYTHING}
    assert names(InstallFilter(only_project=True), None) == set()
