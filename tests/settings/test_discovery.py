"""Projects and workspaces, found in files in memory."""

import pytest
from uvlayers.errors import Unsupported
from uvlayers.settings.discovery import FoundWorkspace, configuration_directory, discover
from uvlayers.settings.documents import Documents
from uvlayers.settings.releases import Requirement

from tests.settings.uv import MemoryFiles

ROOT = "[project]\nname = 'root'\n[tool.uv.workspace]\nmembers = ['packages/*']\n"


def project(name: str, rest: str = "") -> str:
    return f"[project]\nname = '{name}'\n{rest}"


def found(files: dict[str, str], start: str = "/w", *, frozen: bool = False) -> FoundWorkspace:
    return discover(Documents(MemoryFiles(files)), start, Requirement(), frozen=frozen)


class TestWorkspaces:
    FILES = {  # noqa: RUF012 - never changed
        "/w/pyproject.toml": ROOT,
        "/w/packages/a/pyproject.toml": project("A"),
        "/w/packages/b/pyproject.toml": project("b"),
    }

    def test_root(self) -> None:
        workspace = found(self.FILES)
        assert workspace.root.directory == "/w"
        assert workspace.current.name == "root"
        assert set(workspace.members) == frozenset({"root", "a", "b"})
        assert not workspace.non_project

    def test_member_and_below(self) -> None:
        workspace = found(self.FILES, "/w/packages/a/src/x")
        assert workspace.root.directory == "/w"
        assert workspace.current.name == "a"

    def test_between(self) -> None:
        assert found(self.FILES, "/w/packages").current.name == "root"

    def test_excluded(self) -> None:
        files = self.FILES | {"/w/pyproject.toml": ROOT + "exclude = ['packages/b']\n"}
        assert set(found(files).members) == frozenset({"root", "a"})
        alone = found(files, "/w/packages/b")
        assert alone.root.directory == "/w/packages/b"
        assert set(alone.members) == frozenset({"b"})

    def test_outside_of_the_patterns(self) -> None:
        files = self.FILES | {"/w/tools/t/pyproject.toml": project("t")}
        assert found(files, "/w/tools/t").root.directory == "/w/tools/t"

    def test_project_in_a_project(self) -> None:
        files = {"/w/pyproject.toml": project("p"), "/w/x/pyproject.toml": project("x")}
        assert found(files, "/w/x").root.name == "x"

    def test_virtual_root(self) -> None:
        files = self.FILES | {"/w/pyproject.toml": ROOT.split("\n", 2)[2]}
        workspace = found(files)
        assert workspace.non_project
        assert workspace.current.name is None
        assert set(workspace.members) == frozenset({"a", "b"})

    def test_no_project_at_all(self) -> None:
        requirement = Requirement()
        files = MemoryFiles({"/w/pyproject.toml": "[dependency-groups]\nx = []"})
        workspace = discover(Documents(files), "/w", requirement, frozen=False)
        assert workspace.non_project
        assert requirement.release == (0, 7, 14)

    def test_members_that_are_none(self) -> None:
        files = self.FILES | {
            "/w/packages/.hidden/x": "",
            "/w/packages/README": "",
            "/w/packages/off/pyproject.toml": project("off", "[tool.uv]\nmanaged = false"),
        }
        assert set(found(files).members) == frozenset({"root", "a", "b"})

    def test_missing_members_under_frozen(self) -> None:
        files = self.FILES | {"/w/packages/c/README": ""}
        assert set(found(files, frozen=True).members) == frozenset({"root", "a", "b"})
        with pytest.raises(Unsupported, match=r"has no pyproject\.toml"):
            found(files)

    def test_current_project_at_the_top(self) -> None:
        assert found({"/pyproject.toml": project("p")}, "/x").root.directory == "/"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "there is no pyproject.toml"),
        ({"/w/pyproject.toml": project("x", "[tool.uv]\nmanaged = false")}, "not managed"),
        ({"/w/pyproject.toml": "[project]\nversion = '0'"}, "no valid name"),
        ({"/w/pyproject.toml": "[project]\nname = '_'"}, "no valid name"),
        ({"/w/pyproject.toml": "[project]\nname = 1"}, "is not a string"),
        ({"/w/pyproject.toml": "project = 1"}, "is not a table"),
        (
            {"/w/pyproject.toml": ROOT, "/w/packages/a/pyproject.toml": project("root")},
            "two workspace members",
        ),
        ({"/w/pyproject.toml": ROOT, "/w/packages/a/pyproject.toml": ""}, "no `[project]` table"),
        (
            {
                "/w/pyproject.toml": ROOT,
                "/w/packages/a/pyproject.toml": project("a", "[tool.uv.workspace]"),
            },
            "is a workspace itself",
        ),
        (
            {"/w/pyproject.toml": "[tool.uv.workspace]\nmembers = ['../x']"},
            "leaves the workspace",
        ),
        ({"/w/pyproject.toml": "[tool.uv.workspace]\nmembers = ['/x']"}, "leaves the workspace"),
        ({"/w/pyproject.toml": "[tool.uv.workspace]\nmembers = [1]"}, "list of strings"),
    ],
)
def test_what_uv_refuses(files: dict[str, str], message: str) -> None:
    with pytest.raises(Unsupported) as error:
        found(files)
    assert message in error.value.message


class TestLockAlone:
    def test_no_pyproject(self) -> None:
        with pytest.raises(Unsupported, match=r"beside uv\.lock"):
            found({"/w/uv.lock": ""}, frozen=True)

    def test_member_below_a_lock(self) -> None:
        files = {"/w/uv.lock": "", "/w/a/pyproject.toml": project("a")}
        with pytest.raises(Unsupported, match=r"beside uv\.lock"):
            found(files, "/w/a", frozen=True)
        assert found(files, "/w/a").current.name == "a"

    @pytest.mark.parametrize(
        "files",
        [
            {"/w/a/pyproject.toml": project("a"), "/w/a/uv.lock": "", "/uv.lock": ""},
            {"/w/a/pyproject.toml": ROOT, "/uv.lock": ""},
            {"/w/a/pyproject.toml": project("a"), "/w/pyproject.toml": ROOT, "/uv.lock": ""},
        ],
    )
    def test_lock_of_somebody_else(self, files: dict[str, str]) -> None:
        assert found(files, "/w/a", frozen=True).current.directory == "/w/a"


class TestConfigurationDirectory:
    """uv looks for its configuration before it knows the command, and more strictly."""

    def begins_at(self, files: dict[str, str], start: str, *, frozen: bool = False) -> str:
        workspace = found(files, start, frozen=frozen)
        documents = Documents(MemoryFiles(files))
        return configuration_directory(documents, start, workspace, frozen=frozen)

    def test_workspace_root(self) -> None:
        assert self.begins_at(TestWorkspaces.FILES, "/w/packages/a") == "/w"

    def test_project_root(self) -> None:
        assert self.begins_at({"/w/pyproject.toml": project("p")}, "/w/src") == "/w"

    def test_no_project(self) -> None:
        files = {"/w/pyproject.toml": "", "/w/packages/uv.toml": ""}
        assert self.begins_at(files, "/w/packages") == "/w/packages"

    def test_a_member_is_missing(self) -> None:
        files = TestWorkspaces.FILES | {"/w/packages/c/README": ""}
        assert self.begins_at(files, "/w/packages/a", frozen=True) == "/w/packages/a"
        assert self.begins_at(TestWorkspaces.FILES, "/w/packages/a", frozen=True) == "/w"
