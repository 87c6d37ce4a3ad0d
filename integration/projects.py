"""Small uv projects, written and locked when they are needed."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from integration.commands import run

HATCHLING = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""


@dataclass(frozen=True)
class Project:
    """A directory with a project in it; `uv` is the program that locks it."""

    directory: Path
    uv: Path
    environment: Mapping[str, str] = field(repr=False)

    def write(self, files: Mapping[str, str]) -> "Project":
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self

    def replace(self, name: str, old: str, new: str) -> "Project":
        """Edit a file; `old` must be in it."""
        text = (self.directory / name).read_text(encoding="utf-8")
        assert old in text, f"`{old}` is not in {name}"
        return self.write({name: text.replace(old, new)})

    def lock(self) -> "Project":
        self.run_uv("lock")
        return self

    def add(self, *requirements: str) -> "Project":
        """Add dependencies, as `uv add` does, without installing them."""
        self.run_uv("add", "--no-sync", *requirements)
        return self

    def copy(self, directory: Path) -> "Project":
        shutil.copytree(self.directory, directory)
        return Project(directory, self.uv, self.environment)

    def run_uv(self, *arguments: str) -> str:
        return run(
            [str(self.uv), *arguments], environment=self.environment, directory=self.directory
        )


@dataclass(frozen=True)
class Projects:
    """Makes projects below `root`."""

    root: Path
    uv: Path
    environment: Mapping[str, str] = field(repr=False)

    def new(self, name: str, files: Mapping[str, str]) -> Project:
        """A project with these files, and its lock."""
        project = Project(self.root / name, self.uv, self.environment)
        project.directory.mkdir(parents=True)
        return project.write({".dockerignore": ".venv\n", **files}).lock()


def pyproject(
    name: str,
    dependencies: Sequence[str],
    *,
    version: str = "1.0.0",
    groups: Mapping[str, Sequence[str]] | None = None,
    scripts: Mapping[str, str] | None = None,
    build_system: str = "",
    more: str = "",
) -> str:
    """The text of a pyproject.toml; without a build system the project itself is not installed."""
    lines = [
        "[project]",
        f'name = "{name}"',
        f'version = "{version}"',
        'requires-python = ">=3.11"',
        f"dependencies = {array(dependencies)}",
        *section("dependency-groups", {key: array(value) for key, value in (groups or {}).items()}),
        *section("project.scripts", {key: f'"{value}"' for key, value in (scripts or {}).items()}),
    ]
    return "\n".join([*lines, build_system, more])


def array(texts: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"


def section(name: str, entries: Mapping[str, str]) -> list[str]:
    if not entries:
        return []
    return ["", f"[{name}]", *(f"{key} = {value}" for key, value in entries.items())]
