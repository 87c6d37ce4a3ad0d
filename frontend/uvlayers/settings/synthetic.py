"""The project without dependencies for which uv picks the interpreter that the request gets."""

from dataclasses import dataclass

from uvlayers.python.project import bare_project
from uvlayers.settings.request import SyncRequest


@dataclass(frozen=True, slots=True)
class SyntheticProject:
    """Texts of its files and flags of `uv sync`; `guest/environment.py` writes and runs it."""

    pyproject: str
    lock: str
    python_version: str | None
    flags: tuple[str, ...]


def synthetic_project(request: SyncRequest) -> SyntheticProject:
    """Raises Unsupported where no such project has the prompt of the request's workspace."""
    python = request.python
    bare = bare_project(
        name=python.name,
        directory=python.directory,
        requires_python=python.requires_python,
        settings=python.settings,
    )
    return SyntheticProject(bare.pyproject, bare.lock, python.python_version, python.flags)
