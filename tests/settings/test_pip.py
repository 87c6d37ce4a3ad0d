from collections.abc import Mapping

import pytest
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.settings.pip import is_pylock, requirements_source, resolve_pip
from uvlayers.settings.request import PipRequest

from tests.settings.uv import MemoryFiles

FILES = {"/app/.venv/pyvenv.cfg": "", "/usr/bin/python3": "", "/app/sub/a": "", "/srv/a": ""}


def request(
    line: str,
    *,
    files: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
    unknown: frozenset[str] = frozenset(),
    cwd: str = "/app",
) -> PipRequest:
    """`uv LINE` in /app, which holds an environment."""
    command = SyncCommand(
        argv=("uv", *line.split()),
        environment={"HOME": "/root", "PATH": "/usr/bin", **(env or {})},
        cwd=cwd,
        alone=True,
        span=None,
        unknown=unknown,
        what="uv pip sync",
    )
    return resolve_pip(command, MemoryFiles({**FILES, **(files or {})}))


@pytest.mark.parametrize(
    ("name", "is_lock"),
    [
        ("pylock.toml", True),
        ("locks/pylock.dev.toml", True),
        ("pylock.a.b.toml", False),
        ("mypylock.toml", False),
        ("pylock..toml", False),
        ("uv.lock", False),
    ],
)
def test_names_of_locks(name: str, is_lock: bool) -> None:
    assert is_pylock(name) is is_lock


def test_a_plain_sync() -> None:
    found = request("pip sync pylock.toml")
    assert (found.environment_path, found.directory) == ("/app/.venv", "/app")
    assert found.source == "/app/pylock.toml"
    assert (found.inexact, found.compile_bytecode, found.no_build) == (False, False, False)
    assert found.python_flags == ()
    assert found.oldest_uv == (0, 8, 0)


@pytest.mark.parametrize(
    "line",
    [
        "pip install -r pylock.toml",
        "pip install -rpylock.toml --no-deps",
        "pip install --requirement=pylock.toml --require-hashes --strict",
        "--quiet pip --no-cache install --requirements pylock.toml",
        "pip install --index-url https://index.example -r pylock.toml",
    ],
)
def test_an_installation_keeps_what_is_there(line: str) -> None:
    found = request(line)
    assert found.source == "/app/pylock.toml"
    assert found.inexact


def test_an_exact_installation() -> None:
    assert not request("pip install --exact -r pylock.toml").inexact
    assert request("pip install --exact --inexact -r pylock.toml").inexact


def test_where_it_works() -> None:
    found = request("pip sync --directory sub ../pylock.toml")
    assert (found.directory, found.source) == ("/app/sub", "/app/pylock.toml")
    assert found.environment_path == "/app/.venv"


@pytest.mark.parametrize(
    ("line", "env", "path", "flags"),
    [
        ("pip sync --system pylock.toml", {}, "/usr", ("--system",)),
        ("pip sync pylock.toml", {"UV_SYSTEM_PYTHON": "1"}, "/usr", ()),
        ("pip sync pylock.toml", {"UV_SYSTEM_PYTHON": "0"}, "/app/.venv", ()),
        ("pip sync --system --no-system pylock.toml", {}, "/app/.venv", ()),
        ("pip sync -p .venv/bin/python pylock.toml", {}, "/app/.venv", None),
        ("pip sync pylock.toml", {"UV_PYTHON": "3.13"}, "/app/.venv", ("--python=3.13",)),
        (
            "pip sync --system --break-system-packages pylock.toml",
            {"VIRTUAL_ENV": "/opt/venv"},
            "/usr",
            ("--system", "--break-system-packages"),
        ),
    ],
)
def test_targets(line: str, env: dict[str, str], path: str, flags: tuple[str, ...] | None) -> None:
    found = request(line, env=env)
    assert found.environment_path == path
    expected = ("--python=/app/.venv/bin/python",) if flags is None else flags
    assert found.python_flags == expected


def test_how_it_installs() -> None:
    found = request("pip sync --compile-bytecode --no-build pylock.toml")
    assert (found.compile_bytecode, found.no_build) == (True, True)
    env = {"UV_COMPILE_BYTECODE": "1", "PYC_INVALIDATION_MODE": "CHECKED_HASH"}
    found = request("pip sync --only-binary :all: pylock.toml", env=env)
    assert (found.compile_bytecode, found.pyc_invalidation) == (True, "checked-hash")
    assert found.no_build
    assert not request("pip sync --no-installer-metadata pylock.toml").installer_metadata


def test_how_an_index_is_reached_does_not_matter() -> None:
    env = {"UV_INSECURE_HOST": "files.example"}
    found = request("pip sync --trusted-host files.example pylock.toml", env=env)
    assert found == request("pip sync pylock.toml")


@pytest.mark.parametrize("setting", ["https-proxy = 1", "system-certs = 'yes'"])
def test_settings_of_another_type(setting: str) -> None:
    with pytest.raises(Unsupported, match="is not a"):
        request("pip sync pylock.toml", files={"/app/uv.toml": setting})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("pip sync pylock.toml requirements.txt", "more than one lock"),
        ("pip install -r pylock.toml six", "uv takes it for a package: `six`"),
        ("pip install -r pylock.toml -r pylock.dev.toml", "more than one lock"),
        ("pip install pylock.toml", "uv takes it for a package"),
        ("pip sync https://x.example/pylock.toml", "more than a lock"),
        ("pip install -r pylock.toml -e .", "it installs a project"),
        ("pip install -r pylock.toml --target lib", "it installs into a directory"),
        ("pip sync pylock.toml --reinstall", "it installs everything once more"),
        ("pip sync pylock.toml --extra web", "it selects extras"),
        ("pip sync pylock.toml --no-verify-hashes", "not what the lock says"),
        ("pip sync pylock.toml --link-mode symlink", "`link-mode` is `symlink`"),
        ("pip sync pylock.toml --preview", "it turns every preview on"),
        ("pip sync pylock.toml --made-up", "unknown flag: `--made-up`"),
        ("pip sync -r pylock.toml", "unknown flag: `-r`"),
        ("--no-deps pip install -r pylock.toml", "before `pip`"),
        ("pip sync --directory none pylock.toml", "names no directory"),
    ],
)
def test_words_that_are_not_followed(line: str, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        request(line)


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"UV_CONSTRAINT": "c.txt"}, "`UV_CONSTRAINT` is set"),
        ({"CONDA_PREFIX": "/opt/conda"}, "`CONDA_PREFIX` is set"),
        ({"UV_NO_VERIFY_HASHES": "1"}, "`UV_NO_VERIFY_HASHES` is set"),
        ({"UV_SYSTEM_PYTHON": "perhaps"}, "is no boolean"),
        ({"UV_OFFLINE": "1"}, "it turns the network off"),
    ],
)
def test_variables_that_are_not_followed(env: dict[str, str], reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        request("pip sync pylock.toml", env=env)


def test_variables_without_effect() -> None:
    env = {"UV_NO_VERIFY_HASHES": "0", "UV_CONSTRAINT": "", "UV_REQUIRE_HASHES": "1"}
    assert request("pip sync pylock.toml", env=env) == request("pip sync pylock.toml")


def test_variables_only_known_when_it_runs() -> None:
    with pytest.raises(Unsupported, match="`UV_SYSTEM_PYTHON` is only known when it runs"):
        request("pip sync pylock.toml", unknown=frozenset({"UV_SYSTEM_PYTHON"}))


def test_a_flag_against_its_variable() -> None:
    with pytest.raises(Unsupported, match="together with `UV_SYSTEM_PYTHON`"):
        request("pip sync --no-system pylock.toml", env={"UV_SYSTEM_PYTHON": "1"})


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("/app/pyproject.toml", "[tool.uv.pip]\nsystem = true", "`pip` is set in `/app/pyproj"),
        ("/app/uv.toml", "compile-bytecode = true", "`compile-bytecode` is set"),
        ("/pyproject.toml", "[tool.uv]\nreinstall = true", "`reinstall` is set in `/pyproject"),
        ("/root/.config/uv/uv.toml", "no-binary = true", "`no-binary` is set in `/root/"),
        ("/etc/uv/uv.toml", "offline = true", "`offline` is set in `/etc/uv/uv.toml`"),
        ("/etc/xdg/uv/uv.toml", "[pip]\npython = '3'", "`pip` is set in `/etc/xdg/"),
    ],
)
def test_settings_that_are_not_followed(path: str, text: str, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        request("pip sync pylock.toml", files={path: text})
    assert request("pip sync --no-config pylock.toml", files={path: text})


def test_settings_without_effect() -> None:
    text = "[project]\nname = 'a'\n[tool.uv]\ndefault-groups = []\n[[tool.uv.index]]\nurl = 'x'"
    assert request("pip sync pylock.toml", files={"/app/pyproject.toml": text}).source


def test_settings_that_a_newer_uv_may_know() -> None:
    found = request("pip sync pylock.toml", files={"/app/uv.toml": "made-up = 1"})
    assert found.unrecognized == ("made-up",)


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("pip sync requirements.txt", "/app/requirements.txt"),
        ("pip install --no-deps -r ../srv/all.in", "/srv/all.in"),
        ("pip sync --directory sub all.txt", "/app/sub/all.txt"),
        ("pip sync a.txt b.txt", None),
        ("pip install --no-deps -r a.txt six", None),
        ("pip sync https://x.example/a.txt", None),
        ("pip sync --reinstall a.txt", None),
    ],
)
def test_where_requirements_are(line: str, source: str | None) -> None:
    command = SyncCommand(
        argv=("uv", *line.split()), environment={}, cwd="/app", alone=True, span=None
    )
    assert requirements_source(command, MemoryFiles(FILES)) == source


@pytest.mark.parametrize(
    ("line", "transitive", "satisfied"),
    [
        ("pip sync a.txt", False, False),
        ("pip install --no-deps -r a.txt", False, True),
        ("pip install -r a.txt", True, True),
    ],
)
def test_how_requirements_are_read(line: str, transitive: bool, satisfied: bool) -> None:
    found = request(line)
    assert found.source == "/app/a.txt"
    assert (found.transitive, found.satisfied) == (transitive, satisfied)
