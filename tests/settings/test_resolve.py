"""One request out of flags, variables and settings."""

import pytest
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.settings.request import LockMode, SyncRequest
from uvlayers.settings.resolve import resolve

from tests.settings.project import PYPROJECT, request, with_tool
from tests.settings.uv import MemoryFiles


class TestEverythingAtOnce:
    def test_recommended_dockerfile(self) -> None:
        found = request(
            "--locked",
            "--no-install-project",
            "--no-dev",
            env={
                "UV_COMPILE_BYTECODE": "1",
                "UV_LINK_MODE": "copy",
                "UV_PROJECT_ENVIRONMENT": "/usr/local",
            },
        )
        assert isinstance(found, SyncRequest)
        assert (found.workspace_root, found.project_directory) == ("/app", "/app")
        assert found.lock_mode is LockMode.LOCKED
        assert found.environment_path == "/usr/local"
        assert found.compile_bytecode
        assert found.selection.project == "app-name"
        assert found.selection.install.no_project
        assert found.selection.groups.exclude == frozenset({"dev"})
        assert found.oldest_uv < (0, 5)

    def test_bare(self) -> None:
        found = request()
        assert found.lock_mode is LockMode.UPDATE
        assert found.environment_path == "/app/.venv"
        assert not found.compile_bytecode
        assert found.installer_metadata
        assert not found.inexact
        assert found.shared_builds == frozenset()
        assert found.unrecognized == ()


class TestPlaces:
    def test_directory_and_project(self) -> None:
        files = {"/srv/api/pyproject.toml": PYPROJECT}
        assert request("--directory", "/srv/api", files=files).workspace_root == "/srv/api"
        assert request("--project=../srv/api", files=files).workspace_root == "/srv/api"
        assert request(files=files, env={"UV_PROJECT": "/srv/api"}).workspace_root == "/srv/api"
        assert request(files=files, env={"UV_WORKING_DIR": "/srv/api"}).workspace_root == "/srv/api"
        assert (
            request(files=files, env={"UV_WORKING_DIRECTORY": "/srv/api"}).workspace_root
            == "/srv/api"
        )
        both = request("--directory=/srv", "--project=api", files=files)
        assert both.workspace_root == "/srv/api"

    @pytest.mark.parametrize(
        ("arguments", "variables"),
        [
            (["--directory", "/none"], {}),
            (["--project", "/none"], {}),
            ([], {"UV_PROJECT": "/none"}),
            ([], {"UV_PROJECT": ""}),
            (["--project", ""], {}),
            ([], {"UV_WORKING_DIR": ""}),
        ],
    )
    def test_places_that_are_not_there(
        self, arguments: list[str], variables: dict[str, str]
    ) -> None:
        with pytest.raises(Unsupported):
            request(*arguments, env=variables)

    def test_project_directory_that_only_a_mount_makes(self) -> None:
        class OnlyReadable(MemoryFiles):
            def list(self, path: str) -> tuple[str, ...] | None:
                return None if path == "/srv" else super().list(path)

        files = OnlyReadable({"/srv/pyproject.toml": PYPROJECT})
        argv = ("uv", "sync", "--project", "/srv")
        command = SyncCommand(argv, {"HOME": "/"}, "/app", alone=True, span=None)
        assert resolve(command, files).workspace_root == "/srv"

    def test_directories_that_the_run_enters_must_exist(self) -> None:
        command = SyncCommand(
            ("uv", "sync"), {"HOME": "/"}, "/app", alone=True, span=None, entered=("/none",)
        )
        with pytest.raises(Unsupported, match="does not exist"):
            resolve(command, MemoryFiles({"/app/pyproject.toml": PYPROJECT}))

    @pytest.mark.parametrize(
        ("arguments", "variables", "path"),
        [
            ([], {"UV_PROJECT_ENVIRONMENT": "env"}, "/app/env"),
            ([], {"UV_PROJECT_ENVIRONMENT": ""}, "/app/.venv"),
            ([], {"VIRTUAL_ENV": "/opt/venv"}, "/app/.venv"),
            (["--active"], {"VIRTUAL_ENV": "/opt/venv"}, "/opt/venv"),
            (["--active"], {"VIRTUAL_ENV": "venv"}, "/app/sub/venv"),
            (["--active"], {}, "/app/.venv"),
            (["--active", "--no-active"], {"VIRTUAL_ENV": "/opt/venv"}, "/app/.venv"),
        ],
    )
    def test_environment(self, arguments: list[str], variables: dict[str, str], path: str) -> None:
        found = request(*arguments, cwd="/app/sub", env=variables)
        assert found.environment_path == path

    def test_environment_through_dots(self) -> None:
        with pytest.raises(Unsupported, match="goes through"):
            request(env={"UV_PROJECT_ENVIRONMENT": "../env"})


class TestBytecode:
    @pytest.mark.parametrize(
        ("variables", "mode"),
        [
            ({}, "timestamp"),
            ({"SOURCE_DATE_EPOCH": "0"}, "checked-hash"),
            ({"SOURCE_DATE_EPOCH": ""}, "timestamp"),
            ({"PYC_INVALIDATION_MODE": "UNCHECKED_HASH"}, "unchecked-hash"),
            ({"PYC_INVALIDATION_MODE": "TIMESTAMP", "SOURCE_DATE_EPOCH": "1"}, "timestamp"),
        ],
    )
    def test_invalidation(self, variables: dict[str, str], mode: str) -> None:
        assert request("--compile-bytecode", env=variables).pyc_invalidation == mode

    def test_unknown_invalidation_only_matters_with_bytecode(self) -> None:
        with pytest.raises(Unsupported):
            request("--compile-bytecode", env={"PYC_INVALIDATION_MODE": "x"})
        assert not request(env={"PYC_INVALIDATION_MODE": "x"}).compile_bytecode

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PYTHONOPTIMIZE", "2"),
            ("PYTHONOPTIMIZE", "x"),
            ("PYTHONNODEBUGRANGES", "1"),
            ("PYTHONPYCACHEPREFIX", "/pycache"),
            ("PYTHONINTMAXSTRDIGITS", "640"),
            ("PYTHONWARNINGS", "ignore,error::SyntaxWarning"),
            ("PYTHONWARNINGS", "ignore, e"),
        ],
    )
    def test_what_makes_python_compile_otherwise(self, name: str, value: str) -> None:
        with pytest.raises(Unsupported, match=name):
            request("--compile-bytecode", env={name: value})
        assert not request(env={name: value}).compile_bytecode

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PYTHONOPTIMIZE", ""),
            ("PYTHONOPTIMIZE", "0"),
            ("PYTHONNODEBUGRANGES", ""),
            ("PYTHONWARNINGS", "ignore"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ],
    )
    def test_what_leaves_bytecode_as_it_is(self, name: str, value: str) -> None:
        assert request("--compile-bytecode", env={name: value}).compile_bytecode

    def test_precedence(self) -> None:
        files = with_tool("compile-bytecode = true")
        assert request(files=files).compile_bytecode
        assert not request("--no-compile-bytecode", files=files).compile_bytecode
        assert request("--compile", files=with_tool("compile-bytecode = false")).compile_bytecode
        with pytest.raises(Unsupported, match="together with"):
            request("--no-compile-bytecode", env={"UV_COMPILE_BYTECODE": "0"})


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "settings", "variables"),
        [
            (["--link-mode=symlink"], "", {}),
            ([], "link-mode = 'symlink'", {}),
            ([], "", {"UV_LINK_MODE": "symlink"}),
            ([], "", {"UV_LINK_MODE": "nonsense"}),
            (["--preview-features", "relocatable-envs-default"], "", {}),
            ([], "", {"UV_PREVIEW_FEATURES": "pylock,centralized-project-envs"}),
            ([], "preview-features = true", {}),
            ([], "preview-features = ['target-workspace-discovery']", {}),
            ([], "preview = true", {}),
            ([], "upgrade = true", {}),
            ([], "reinstall-package = ['x']", {}),
            ([], "no-index = true", {}),
            ([], "", {"UV_OFFLINE": "1"}),
            ([], "", {"UV_MALWARE_CHECK": "1"}),
            ([], "[tool.uv.audit]\nmalware-check = true", {}),
            (["--config-file="], "", {}),
            (["--config-file=none.toml"], "", {}),
        ],
    )
    def test_refused(self, arguments: list[str], settings: str, variables: dict[str, str]) -> None:
        with pytest.raises(Unsupported):
            request(*arguments, files=with_tool(settings), env=variables)

    @pytest.mark.parametrize(
        ("arguments", "settings", "variables"),
        [
            (["--preview-features", "pylock"], "", {}),
            ([], "preview-features = ['json-output']", {}),
            ([], "preview-features = false", {}),
            ([], "preview = false", {}),
            ([], "upgrade = false", {}),
            ([], "[tool.uv.audit]\nmalware-check = false", {}),
            (["-q", "--color=never", "--no-progress", "-n"], "", {}),
            (["--config-setting", "a=b", "--refresh"], "cache-keys = []", {}),
            ([], "concurrent-builds = 1\n[tool.uv.pip]\nno-deps = true", {}),
            ([], "", {"UV_OFFLINE": "0", "UV_CONCURRENT_BUILDS": "2", "UV_HTTP_TIMEOUT": ""}),
        ],
    )
    def test_harmless(self, arguments: list[str], settings: str, variables: dict[str, str]) -> None:
        found = request(*arguments, files=with_tool(settings), env=variables)
        assert found.selection.project == "app-name"


class TestUnknownValues:
    def test_credentials_are_harmless(self) -> None:
        found = request("--locked", unknown=frozenset({"UV_INDEX_P_PASSWORD", "NETRC", "OTHER"}))
        assert found.unrecognized == ()

    @pytest.mark.parametrize("name", ["UV_LOCKED", "UV_PYTHON", "UV_PREVIEW", "HOME", "PATH"])
    def test_what_decides_must_be_known(self, name: str) -> None:
        with pytest.raises(Unsupported, match="only known when it runs"):
            request(unknown=frozenset({name}))

    def test_indexes_matter_to_the_lock_only(self) -> None:
        names = frozenset({"UV_EXTRA_INDEX_URL"})
        assert request("--frozen", unknown=names).lock_mode is LockMode.FROZEN
        with pytest.raises(Unsupported, match="UV_EXTRA_INDEX_URL"):
            request("--locked", unknown=names)
        with pytest.raises(Unsupported, match="UV_FIND_LINKS"):
            request(unknown=frozenset({"UV_FIND_LINKS"}))


class TestWhatANewerUvMayRead:
    def test_unrecognized(self) -> None:
        found = request(
            files=with_tool("novelty = 1"), env={"UV_NOVELTY": "1", "UV_INDEX_A_USERNAME": "u"}
        )
        assert found.unrecognized == ("UV_NOVELTY", "novelty")


class TestBuilds:
    def test_isolation(self) -> None:
        assert request("--no-build-isolation").shared_builds is True
        assert request(env={"UV_NO_BUILD_ISOLATION": "true"}).shared_builds is True
        assert request("--no-build-isolation-package", "Flash_Attn").shared_builds == frozenset(
            {"flash-attn"}
        )
        files = with_tool("no-build-isolation-package = ['torch']")
        assert request(files=files).shared_builds == frozenset({"torch"})
        assert request("--build-isolation", files=files).shared_builds is False

    def test_inexact_and_metadata(self) -> None:
        assert request("--inexact").inexact
        assert not request("--inexact", "--exact").inexact
        assert not request(env={"UV_NO_INSTALLER_METADATA": "1"}).installer_metadata
        assert not request("--no-installer-metadata").installer_metadata
