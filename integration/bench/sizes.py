"""Projects of several sizes, made of real packages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from integration.bench.project import Project
from integration.projects import pyproject

SIZES = (20, 60, 160, 400)

# `name==version`, as pip writes it, each after all that it depends on: the first lines of the file
# are a project that needs nothing else.
PACKAGES = Path(__file__).with_name("packages.txt")

LINUX = """
[tool.uv]
environments = ["sys_platform == 'linux' and python_version >= '3.13'"]
"""


def pinned(count: int) -> Sequence[str]:
    """The requirements of a project with so many packages."""
    return PACKAGES.read_text(encoding="utf-8").splitlines()[:count]


def make_project(count: int, target: Path, environment: Mapping[str, str]) -> Project:
    """A project that so many packages are locked for, here and now."""
    target.mkdir(parents=True)
    text = pyproject(f"sized-{count}", pinned(count), more=LINUX)
    (target / "pyproject.toml").write_text(text, encoding="utf-8")
    project = Project(target, environment)
    project.lock()
    return project
