"""What steers uv's choice of an interpreter."""

import pytest
import tomli
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.settings.resolve import resolve
from uvlayers.settings.synthetic import synthetic_project

from tests.settings.project import PYPROJECT, request, with_tool
from tests.settings.uv import MemoryFiles


class TestRequest:
    def test_name_and_place(self) -> None:
        python = request().python
        assert (python.name, python.directory) == ("app-name", "/app")
        assert python.flags == ()
        assert python.python_version is None

    @pytest.mark.parametrize(
        ("arguments", "env", "flags"),
        [
            (["--python", "3.13"], {}, ("--python", "3.13")),
            ([], {"UV_PYTHON": "3.12"}, ("--python", "3.12")),
            (["--python", "3.13"], {"UV_PYTHON": "3.12"}, ("--python", "3.13")),
            (["--python", ""], {}, ()),
            (["--python", "/usr/bin/python3"], {}, ("--python", "/usr/bin/python3")),
            (["--python", "venv/bin/python"], {}, ("--python", "/app/sub/venv/bin/python")),
            (["--python", "local"], {}, ("--python", "/app/sub/local")),
            (["--managed-python"], {}, ("--managed-python",)),
            (
                ["--no-config", "--no-python-downloads"],
                {},
                ("--no-python-downloads", "--no-config"),
            ),
            (["--python-preference=system"], {}, ("--python-preference", "system")),
            ([], {"UV_CONFIG_FILE": "c.toml"}, ("--config-file", "/app/sub/c.toml")),
        ],
    )
    def test_flags(self, arguments: list[str], env: dict[str, str], flags: tuple[str, ...]) -> None:
        files = {"/app/sub/local/bin/python": "", "/app/sub/c.toml": ""}
        assert request(*arguments, cwd="/app/sub", files=files, env=env).python.flags == flags

    def test_settings(self) -> None:
        files = with_tool("python-preference = 'only-system'\npython-downloads = 'never'")
        assert request(files=files).python.settings == {
            "python-downloads": "never",
            "python-preference": "only-system",
        }

    @pytest.mark.parametrize(
        ("arguments", "env", "setting", "allowed"),
        [
            ([], {}, "", True),
            (["--python-preference=only-managed"], {}, "", True),
            ([], {"UV_PYTHON_DOWNLOADS": "auto"}, "python-downloads = 'never'", True),
            (["--allow-python-downloads"], {"UV_PYTHON_DOWNLOADS": "never"}, "", True),
            (["--no-python-downloads"], {"UV_PYTHON_DOWNLOADS": "automatic"}, "", False),
            ([], {"UV_PYTHON_DOWNLOADS": "Manual"}, "", False),
            ([], {}, "python-downloads = 'manual'", False),
            ([], {}, "python-preference = 'only-system'", False),
            (["--no-managed-python"], {}, "", False),
            ([], {"UV_NO_MANAGED_PYTHON": "1"}, "", False),
        ],
    )
    def test_downloads(
        self, arguments: list[str], env: dict[str, str], setting: str, allowed: bool
    ) -> None:
        python = request(*arguments, files=with_tool(setting), env=env).python
        assert python.downloads is allowed

    @pytest.mark.parametrize(
        ("arguments", "env"),
        [
            (["--managed-python", "--python-preference=system"], {}),
            ([], {"UV_MANAGED_PYTHON": "1", "UV_PYTHON_PREFERENCE": "system"}),
            ([], {"UV_PYTHON_DOWNLOADS": "sometimes"}),
            ([], {"UV_PYTHON_DOWNLOADS": ""}),
            (["--allow-python-downloads", "--no-python-downloads"], {}),
        ],
    )
    def test_what_uv_refuses(self, arguments: list[str], env: dict[str, str]) -> None:
        with pytest.raises(Unsupported):
            request(*arguments, env=env)


class TestVersionFiles:
    def test_not_text(self) -> None:
        class Bytes(MemoryFiles):
            def read(self, path: str) -> bytes | None:
                return b"\xff" if path == "/app/.python-version" else super().read(path)

        command = SyncCommand(("uv", "sync"), {"HOME": "/"}, "/app", alone=True, span=None)
        with pytest.raises(Unsupported, match="not UTF-8"):
            resolve(command, Bytes({"/app/pyproject.toml": PYPROJECT}))

    def test_of_the_workspace_root(self) -> None:
        files = {"/app/.python-version": "3.12\n", "/app/.python-versions": "3.11\n"}
        assert request(files=files).python.python_version == "3.12\n"
        del files["/app/.python-version"]
        assert request(files=files).python.python_version == "3.11\n"

    def test_others_do_not_count(self) -> None:
        files = {"/.python-version": "3.12\n", "/app/sub/.python-version": "3.13\n"}
        assert request(files=files, cwd="/app/sub").python.python_version is None

    def test_paths(self) -> None:
        files = {"/app/.python-version": "# a/b\n/opt/python\n"}
        assert request(files=files).python.python_version == "# a/b\n/opt/python\n"
        with pytest.raises(Unsupported, match="relative path"):
            request(files={"/app/.python-version": "venv/bin/python\n"})


class TestSyntheticProject:
    def test_texts(self) -> None:
        files = with_tool("python-preference = 'system'") | {"/app/.python-version": "3.12\n"}
        project = synthetic_project(request("-p", "3.13", files=files))
        pyproject = tomli.loads(project.pyproject)
        assert pyproject["project"]["name"] == "app-name"
        assert pyproject["project"]["requires-python"] == ">=3.11"
        assert pyproject["tool"]["uv"]["python-preference"] == "system"
        assert tomli.loads(project.lock)["version"] == 1
        assert project.python_version == "3.12\n"
        assert project.flags == ("--python", "3.13")
