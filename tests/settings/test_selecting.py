"""What is chosen to be installed."""

import pytest
from uvlayers.errors import Unsupported
from uvlayers.lock.selection import BuildPolicy, Extras, InstallFilter

from tests.settings.project import PYPROJECT, request, with_tool

WORKSPACE = {
    "/app/pyproject.toml": PYPROJECT + "[tool.uv.workspace]\nmembers = ['m', 'n']\n",
    "/app/m/pyproject.toml": "[project]\nname = 'm'\n[dependency-groups]\nown = []\n"
    "[tool.uv]\ndefault-groups = ['own']\n",
    "/app/n/pyproject.toml": "[project]\nname = 'n'\n[tool.uv]\ndev-dependencies = []\n",
}
GROUPS = PYPROJECT.replace("test = []", "test = []\ndocs = [{include-group = 'test'}]")


class TestGroups:
    def test_defaults(self) -> None:
        assert request().selection.groups.defaults == frozenset({"dev"})
        assert request(files=with_tool("default-groups = 'all'")).selection.groups.defaults == "all"
        chosen = request(files=with_tool("default-groups = ['Test']")).selection
        assert chosen.groups.defaults == frozenset({"test"})
        with pytest.raises(Unsupported, match="does not exist"):
            request(files=with_tool("default-groups = ['none']"))

    @pytest.mark.parametrize(
        ("arguments", "env", "include", "exclude", "only"),
        [
            (["--group", "Test"], {}, {"test"}, set(), False),
            (["--dev"], {}, {"dev"}, set(), False),
            (["--no-dev"], {}, set(), {"dev"}, False),
            (["--only-dev"], {}, {"dev"}, set(), True),
            (["--only-group", "test"], {}, {"test"}, set(), True),
            (["--no-group", "test"], {"UV_NO_GROUP": "dev"}, set(), {"test"}, False),
            ([], {"UV_NO_GROUP": "dev test"}, set(), {"dev", "test"}, False),
            ([], {"UV_NO_DEV": "1"}, set(), {"dev"}, False),
            ([], {"UV_DEV": "1"}, {"dev"}, set(), False),
            ([], {"UV_DEV": "1", "UV_NO_DEV": "1"}, set(), {"dev"}, False),
            (["--dev"], {"UV_NO_DEV": "1"}, {"dev"}, set(), False),
            (["--only-dev"], {"UV_NO_DEV": "1"}, {"dev"}, set(), True),
            (["--group", "dev"], {"UV_NO_DEV": "1"}, {"dev"}, {"dev"}, False),
        ],
    )
    def test_flags(
        self,
        arguments: list[str],
        env: dict[str, str],
        include: set[str],
        exclude: set[str],
        only: bool,
    ) -> None:
        groups = request(*arguments, env=env).selection.groups
        assert (set(groups.include), set(groups.exclude), groups.only) == (include, exclude, only)

    def test_explicit_names(self) -> None:
        groups = request("--dev", "--group", "test", "--no-group", "x").selection.groups
        assert groups.explicit == frozenset({"test", "x"})

    def test_switches(self) -> None:
        assert request("--all-groups").selection.groups.all
        assert request("--no-default-groups").selection.groups.no_defaults
        assert request(env={"UV_NO_DEFAULT_GROUPS": "true"}).selection.groups.no_defaults

    @pytest.mark.parametrize(
        ("arguments", "env", "oldest"),
        [
            (["--group", "unknown"], {}, (0, 12, 2)),
            (["--group", "test"], {}, (0, 4, 27)),
            (["--extra", "unknown"], {}, (0, 7, 22)),
            (["--extra", "fast"], {}, (0, 3, 0)),
            (["--dev"], {"UV_NO_DEV": "1"}, (0, 11, 12)),
            (["--dev"], {"UV_NO_DEV": "0"}, (0, 9, 23)),
            (["--only-dev"], {"UV_DEV": "0"}, (0, 9, 23)),
            (["--package", "app-name", "--package", "app-name"], {}, (0, 9, 8)),
            (["--no-build"], {}, (0, 5, 31)),
        ],
    )
    def test_releases(
        self, arguments: list[str], env: dict[str, str], oldest: tuple[int, ...]
    ) -> None:
        assert request(*arguments, env=env).oldest_uv == oldest


class TestPackages:
    def test_one_selected_package(self) -> None:
        chosen = request("--package", "m", files=WORKSPACE).selection
        assert (chosen.project, chosen.packages) == ("m", ("m",))
        assert chosen.groups.defaults == frozenset({"own"})
        assert not chosen.groups.lock_defaults

    def test_one_selected_package_of_a_frozen_lock(self) -> None:
        chosen = request("--package", "m", "--frozen", files=WORKSPACE).selection
        assert (chosen.project, chosen.packages) == ("app-name", ("m",))
        assert chosen.groups.defaults == frozenset({"dev"})
        assert chosen.groups.lock_defaults

    def test_several(self) -> None:
        chosen = request("--package", "m", "--package", "n", files=WORKSPACE).selection
        assert chosen.project == "app-name"
        assert chosen.groups.defaults == frozenset({"dev"})

    def test_current_member(self) -> None:
        chosen = request(files=WORKSPACE, cwd="/app/m").selection
        assert chosen.project == "m"
        assert chosen.groups.defaults == frozenset({"own"})

    def test_unknown_package(self) -> None:
        with pytest.raises(Unsupported, match="no member `x`"):
            request("--package", "x", files=WORKSPACE)
        assert request("--package", "x", "--frozen", files=WORKSPACE).selection.packages == ("x",)

    def test_groups_of_members(self) -> None:
        chosen = request("--all-packages", files=WORKSPACE).selection
        assert chosen.all_packages
        assert chosen.member_groups == {
            "app-name": frozenset({"dev", "test"}),
            "m": frozenset({"own"}),
            "n": frozenset({"dev"}),
        }
        assert chosen.root_groups is None

    def test_root_without_a_project(self) -> None:
        files = {"/app/pyproject.toml": "[dependency-groups]\nx = []\n"}
        chosen = request("--group", "x", files=files).selection
        assert chosen.non_project
        assert chosen.project is None
        assert chosen.root_groups == frozenset({"x"})


class TestRest:
    def test_extras(self) -> None:
        assert request("--extra", "Fast").selection.extras == Extras(frozenset({"fast"}))
        chosen = request("--all-extras", "--no-extra", "fast").selection
        assert chosen.extras == Extras(exclude=frozenset({"fast"}), all=True)

    def test_filters(self) -> None:
        assert request("--no-install-workspace").selection.install == InstallFilter(
            no_workspace=True
        )
        chosen = request(env={"UV_NO_INSTALL_LOCAL": "1", "UV_ONLY_INSTALL_PROJECT": "yes"})
        assert chosen.selection.install == InstallFilter(no_local=True, only_project=True)
        chosen = request("--only-install-project", env={"UV_NO_INSTALL_PROJECT": "1"})
        assert chosen.selection.install == InstallFilter(only_project=True)
        with pytest.raises(Unsupported, match="both set"):
            request(env={"UV_NO_INSTALL_PROJECT": "1", "UV_ONLY_INSTALL_PROJECT": "1"})
        chosen = request("--no-install-package", "A_b", "--no-install-package", "c")
        assert chosen.selection.install.no_packages == frozenset({"a-b", "c"})

    def test_editable(self) -> None:
        assert request().selection.editable is None
        assert request("--no-editable").selection.editable is False
        assert request("--editable").selection.editable is True
        assert request(env={"UV_NO_EDITABLE": "1"}).selection.editable is False
        assert request("--editable", env={"UV_NO_EDITABLE": "1"}).selection.editable is True
        chosen = request("--no-editable-package", "x").selection
        assert chosen.no_editable_packages == frozenset({"x"})

    @pytest.mark.parametrize(
        ("arguments", "settings", "env", "policy"),
        [
            ([], "", {}, BuildPolicy()),
            (["--no-binary"], "", {}, BuildPolicy(no_binary=True)),
            ([], "no-build = true", {}, BuildPolicy(no_build=True)),
            (["--build"], "no-build = true", {}, BuildPolicy()),
            ([], "", {"UV_NO_BUILD": "1"}, BuildPolicy(no_build=True)),
            (
                ["--no-binary-package", "a"],
                "no-binary-package = ['b']",
                {"UV_NO_BINARY_PACKAGE": "c"},
                BuildPolicy(no_binary_packages=frozenset({"a", "b"})),
            ),
            (
                [],
                "no-binary-package = ['b']",
                {"UV_NO_BINARY_PACKAGE": "c"},
                BuildPolicy(no_binary_packages=frozenset({"b", "c"})),
            ),
            (["--binary"], "no-binary-package = ['b']", {}, BuildPolicy()),
            ([], "no-binary = false\nno-binary-package = ['b']", {}, BuildPolicy()),
        ],
    )
    def test_build_policy(
        self, arguments: list[str], settings: str, env: dict[str, str], policy: BuildPolicy
    ) -> None:
        assert request(*arguments, files=with_tool(settings), env=env).selection.build == policy


class TestRequiredPython:
    def settings(self, **groups: str) -> dict[str, str]:
        tables = "".join(
            f"[tool.uv.dependency-groups.{name}]\nrequires-python = '{text}'\n"
            for name, text in groups.items()
        )
        return {"/app/pyproject.toml": GROUPS + tables}

    def test_project(self) -> None:
        assert request().python.requires_python == ">=3.11"

    def test_groups_that_are_wanted(self) -> None:
        files = self.settings(dev=">=3.12", test="<3.14")
        assert request(files=files).python.requires_python == ">=3.11,>=3.12"
        assert request("--no-dev", files=files).python.requires_python == ">=3.11"
        found = request("--only-group", "docs", files=files).python
        assert found.requires_python == ">=3.11,<3.14"
        found = request("--all-groups", files=files).python
        assert found.requires_python == ">=3.11,>=3.12,<3.14"
        assert request("--no-default-groups", files=files).python.requires_python == ">=3.11"

    def test_all_default_groups(self) -> None:
        files = self.settings(test="<3.14")
        files["/app/pyproject.toml"] += "[tool.uv]\ndefault-groups = 'all'\n"
        assert request(files=files).python.requires_python == ">=3.11,<3.14"

    def test_members(self) -> None:
        files = WORKSPACE | {"/app/n/pyproject.toml": "[project]\nname='n'\nrequires-python='<4'"}
        assert request(files=files).python.requires_python == ">=3.11,<4"
        assert request("--locked", files=files).oldest_uv < (0, 5)
        assert request("--frozen", files=files).oldest_uv == (0, 11, 15)

    def test_nothing_required(self) -> None:
        files = {"/app/pyproject.toml": "[project]\nname = 'x'\n"}
        assert request(files=files).python.requires_python is None
