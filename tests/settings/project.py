"""Requests resolved from files in memory."""

from collections.abc import Mapping

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.settings.request import SyncRequest
from uvlayers.settings.resolve import resolve

from tests.settings.uv import MemoryFiles

PYPROJECT = """\
[project]
name = "App.Name"
version = "0"
requires-python = ">=3.11"

[project.optional-dependencies]
fast = []

[dependency-groups]
dev = []
test = []
"""


def request(
    *arguments: str,
    files: Mapping[str, str] | None = None,
    cwd: str = "/app",
    unknown: frozenset[str] = frozenset(),
    env: Mapping[str, str] | None = None,
) -> SyncRequest:
    """`uv sync ARGUMENTS` in /app, whose pyproject.toml is PYPROJECT unless `files` bring one."""
    paths = {"/app/pyproject.toml": PYPROJECT, **(files or {})}
    command = SyncCommand(
        argv=("uv", "sync", *arguments),
        environment={"HOME": "/root", "PATH": "/bin", **(env or {})},
        cwd=cwd,
        alone=True,
        span=None,
        unknown=unknown,
    )
    return resolve(command, MemoryFiles(paths))


def with_tool(settings: str) -> dict[str, str]:
    """Files of a project whose `[tool.uv]` holds `settings`."""
    return {"/app/pyproject.toml": f"{PYPROJECT}\n[tool.uv]\n{settings}\n"}
