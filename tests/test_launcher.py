from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import pytest
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.launcher import require_own_way

if TYPE_CHECKING:
    from uvlayers.files import ExecFiles


class Files:
    """Files by path, "" for a directory."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths

    def list(self, path: str) -> tuple[str, ...] | None:
        top = path.rstrip("/") + "/"
        below = [each.removeprefix(top) for each in self.paths if each.startswith(top)]
        return tuple(dict.fromkeys(each.split("/")[0] for each in below)) or None

    def kind(self, path: str) -> str | None:
        return "file" if path in self.paths else None


def require(
    *paths: str,
    words: str = "uv sync",
    launcher: tuple[str, ...] = ("python", "-m"),
    environment: Mapping[str, str] | None = None,
) -> None:
    command = SyncCommand(
        tuple(words.split()),
        environment or {},
        "/app",
        alone=True,
        span=None,
        launcher=launcher,
        what="uv pip sync" if " pip " in words else "uv sync",
    )
    require_own_way(command, cast("ExecFiles", Files(*paths)))


@pytest.mark.parametrize(
    "path", ["uv.lock", "uv.toml", "types.toml", "app.py", "test/unit.py", "types/index.ts", "uv/a"]
)
def test_files_that_python_does_not_import(path: str) -> None:
    require(f"/app/{path}")


@pytest.mark.parametrize(
    "path", ["uv.py", "types.py", "uv/__init__.py", "sysconfig.cpython-313-x86_64-linux-gnu.so"]
)
def test_modules_in_the_working_directory(path: str) -> None:
    name = path.partition("/")[0]
    with pytest.raises(Unsupported, match=f"`python` may import it before uv: `/app/{name}`"):
        require(f"/app/{path}")
    require(f"/app/{path}", launcher=())


def test_modules_on_the_path_of_python() -> None:
    environment = {"PYTHONPATH": "lib:/opt"}
    require("/usr/uv.py", environment=environment)
    for path in ("/app/lib", "/opt"):
        with pytest.raises(Unsupported, match=f"`{path}/uv.py`"):
            require(f"{path}/uv.py", environment=environment)


def test_an_empty_path_of_python() -> None:
    require(environment={"PYTHONPATH": ""})


@pytest.mark.parametrize("words", ["uv pip sync pylock.toml", "uv sync --active"])
def test_environments_that_the_module_tells_uv_of(words: str) -> None:
    with pytest.raises(Unsupported, match="uv is started by another program: `python`"):
        require(words=words)
    require(words=words, launcher=())


def test_an_environment_that_is_told_by_a_variable() -> None:
    require(words="uv sync --active", environment={"VIRTUAL_ENV": "/venv"})
