"""The project without dependencies from which uv makes the skeleton of an environment.

uv picks the interpreter from `--python`, `.python-version` and `requires-python`, and takes the
prompt of the virtual environment from the project's name; nothing else of a project matters to the
environment that `uv sync` makes before it installs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from uvlayers.errors import Unsupported
from uvlayers.toml import inline, quote

ANY_PYTHON: Final = ">=3.8"  # a lock must name some range; the oldest that the guest runs on

_NORMALIZED_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")  # PEP 503

_LOCK: Final = """\
version = 1
revision = 3
requires-python = {requires_python}

[[package]]
name = {name}
version = "0"
source = {{ virtual = "." }}
"""


@dataclass(frozen=True, slots=True)
class BareProject:
    """Texts of `pyproject.toml` and `uv.lock`."""

    pyproject: str
    lock: str


def bare_project(
    *,
    name: str | None,
    directory: str,
    requires_python: str | None = None,
    settings: Mapping[str, str | bool] | None = None,
) -> BareProject:
    """A project whose environment looks like that of the workspace root in `directory`.

    `name` is the root's, if it is a project at all; a nameless root has the last part of its
    directory for a prompt. `requires_python` is what uv would compute for the whole workspace,
    `settings` goes into `[tool.uv]` (`python-preference`). Raises Unsupported where the prompt
    cannot be had from a project's name.
    """
    project = {"name": name or _name_of(directory), "version": "0"}
    if requires_python is not None:
        project["requires-python"] = requires_python
    lines = [
        *_table("project", project),
        *_table("tool.uv", settings or {}),
        # A workspace of its own: uv does not look for one in the directories above.
        "[tool.uv.workspace]",
    ]
    lock = _LOCK.format(
        requires_python=quote(requires_python or ANY_PYTHON), name=quote(project["name"])
    )
    return BareProject("\n".join(lines) + "\n", lock)


def _name_of(directory: str) -> str:
    last = directory.rstrip("/").rpartition("/")[2]
    # uv writes the directory's name as it is, but a project's name normalised.
    if not _NORMALIZED_NAME.fullmatch(last):
        raise Unsupported(
            f"no project name gives the prompt that the directory does: `{directory}`"
        )
    return last


def _table(name: str, members: Mapping[str, str | bool]) -> list[str]:
    if not members:
        return []
    return [f"[{name}]", *(f"{key} = {inline(value)}" for key, value in members.items()), ""]
