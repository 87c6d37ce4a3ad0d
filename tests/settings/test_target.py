import pytest
from uvlayers.errors import Unsupported
from uvlayers.settings.target import Target, find_target

from tests.settings.uv import MemoryFiles

FILES = {
    "/app/.venv/pyvenv.cfg": "",
    "/app/.venv/bin/python": "",
    "/app/sub/setup.py": "",
    "/opt/venv/pyvenv.cfg": "",
    "/opt/venv/bin/python3": "",
    "/usr/local/bin/python3": "",
    "/usr/bin/python3": "",
}


def target(
    cwd: str = "/app",
    python: str | None = None,
    *,
    system: bool = False,
    path: str = "/usr/local/bin:/usr/bin",
    files: dict[str, str] | None = None,
    **environment: str,
) -> Target:
    known = MemoryFiles(FILES if files is None else files)
    return find_target(known, cwd, {"PATH": path, **environment}, python, system=system)


@pytest.mark.parametrize("cwd", ["/app", "/app/sub", "/app/.venv", "/app/.venv/bin"])
def test_the_nearest_environment(cwd: str) -> None:
    assert target(cwd) == Target("/app/.venv")


def test_the_active_one_goes_first() -> None:
    assert target(VIRTUAL_ENV="/opt/venv") == Target("/opt/venv")
    assert target("/opt", VIRTUAL_ENV="venv/") == Target("/opt/venv")
    assert target(VIRTUAL_ENV="") == Target("/app/.venv")


def test_the_systems_python_is_on_the_path() -> None:
    assert target(system=True) == Target("/usr/local")
    assert target(system=True, path="/sbin:/usr/bin") == Target("/usr")


def test_an_environment_is_none_of_the_systems() -> None:
    path = "relative:/opt/venv/bin:/usr/bin"
    assert target(system=True, path=path, VIRTUAL_ENV="/opt/venv") == Target("/usr")


@pytest.mark.parametrize(
    ("python", "found"),
    [
        ("/opt/venv", Target("/opt/venv", "/opt/venv")),
        ("/opt/venv/bin/python", Target("/opt/venv", "/opt/venv/bin/python")),
        ("../opt/venv/", Target("/opt/venv", "/opt/venv")),
        ("./.venv/bin/python", Target("/app/.venv", "/app/.venv/bin/python")),
        ("3.13", Target("/app/.venv", "3.13")),
    ],
)
def test_what_it_is_told(python: str, found: Target) -> None:
    assert target(python=python) == found
    assert target(python=python, VIRTUAL_ENV="/app/.venv") == found


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"files": {"/app/setup.py": ""}}, "no virtual environment before it runs"),
        ({"system": True, "path": "/app"}, "the system's Python cannot be told"),
        ({"system": True, "path": "/bin", "files": {"/bin/python3": ""}}, "cannot be told"),
        ({"python": "/opt/python3"}, "the environment of `--python` cannot be told"),
        ({"python": "sub"}, "`--python` may name a file: `sub`"),
    ],
)
def test_what_cannot_be_told(asked: dict[str, object], reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        target(**asked)  # type: ignore[arg-type]
