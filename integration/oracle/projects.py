"""Copies of real projects whose lock names a loopback server, and whose members build offline."""

import json
import re
import shutil
import tomllib
from pathlib import Path

from integration.oracle.files import BACKEND, BUILD_SYSTEM

FILES = "https://files.example"
"""What stands for the host of files in projects that are kept here."""

_HOSTS = ("https://index.example", FILES)
_HASH = re.compile(r', hash = "[^"]*"')
_BUILD_SYSTEM = re.compile(r"^\[build-system\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
_MASKED = "[X]"  # what uv's own snapshot tests put for a number that changes too often


def copy_project(source: Path, target: Path, host: str) -> Path:
    """Copy a project with its lock; no hash is kept, since every file is made up on demand."""
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    for directory in [target, *filter(Path.is_dir, target.rglob("*"))]:
        directory.chmod(0o755)
    lock = target / "uv.lock"
    text = lock.read_text(encoding="utf-8").replace(_MASKED, "1")
    for placeholder in _HOSTS:
        text = text.replace(placeholder, host)
    lock.write_text(_HASH.sub("", text), encoding="utf-8")
    locked = {package["name"]: package for package in tomllib.loads(text)["package"]}
    for pyproject in target.rglob("pyproject.toml"):
        make_buildable(pyproject, locked)
    return target


def make_buildable(pyproject: Path, locked: dict[str, dict[str, str]]) -> None:
    """Give a project a build backend of ours, which needs nothing and says what it did."""
    text = _BUILD_SYSTEM.sub("", pyproject.read_text(encoding="utf-8"))
    pyproject.write_text(f"{text}\n{BUILD_SYSTEM}", encoding="utf-8")
    name = tomllib.loads(text).get("project", {}).get("name", "unnamed")
    normal = re.sub(r"[-_.]+", "-", name).lower()
    version = locked.get(normal, {}).get("version", "0")
    (pyproject.parent / "oracle_backend.py").write_text(BACKEND, encoding="utf-8")
    (pyproject.parent / "oracle.json").write_text(json.dumps([normal, version]), encoding="utf-8")
