"""The project's own virtual environment: its dependencies and its tools, from pyproject.toml."""

import hashlib
import os
import shutil
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

from integration.cache import Cache, locked
from integration.commands import run
from integration.debian import install
from integration.errors import SetupError
from integration.steps import step

REPOSITORY = Path(__file__).resolve().parent.parent

# Environments of other states of pyproject.toml that stay: commands may still be running in them.
KEPT = 3


def make_venv(cache: Cache, repository: Path = REPOSITORY) -> Path:
    """The environment for this state of the project; `cache.venv` leads to it."""
    requirements = read_requirements(repository)
    target = cache.directory("venvs") / venv_key(repository, requirements)
    with locked(cache, "venv"):
        if not (target / "complete").exists():
            require_venv_module()
            with step("venv", f"install {len(requirements)} requirements", slow=True):
                fill(target, requirements, repository / "frontend")
        select(cache, target)
        forget_oldest(target)
    return target


def read_requirements(repository: Path) -> list[str]:
    """All that the project and its developers need, without the project itself."""
    with (repository / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["dev"]]


def venv_key(repository: Path, requirements: list[str]) -> str:
    """Other requirements, another Python or another checkout need another environment."""
    parts = [*sorted(requirements), str(repository), sys.version]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def fill(target: Path, requirements: list[str], source_root: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(target)])
    pip = [str(target / "bin/python"), "-m", "pip", "install", "-q"]
    run([*pip, "--upgrade", "pip"])
    run([*pip, *requirements])
    # The project runs from its sources, without files of an installation among them.
    (packages,) = target.glob("lib/python*/site-packages")
    (packages / "uvlayers-sources.pth").write_text(f"{source_root}\n", encoding="utf-8")
    (target / "complete").touch()


def select(cache: Cache, target: Path) -> None:
    if cache.venv.is_symlink() and cache.venv.readlink() == target:
        return
    link = cache.venv.with_name(f"venv.{os.getpid()}")
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    link.replace(cache.venv)


def forget_oldest(current: Path) -> None:
    (current / "complete").touch()
    known = sorted(current.parent.glob("*/complete"), key=lambda mark: mark.stat().st_mtime)
    for mark in known[:-KEPT]:
        shutil.rmtree(mark.parent)


def require_venv_module() -> None:
    """Debian has `python3 -m venv` in a package of its own."""
    if find_spec("ensurepip") is not None:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupError(
            f"{sys.executable} cannot make virtual environments",
            hint="install its venv module (python3-venv on Debian)",
        )
    install(["python3-venv"])


def uv_version(cache: Cache) -> str:
    return run([str(cache.venv / "bin/uv"), "--version"]).split()[1]
