"""The Dockerfiles that are measured: uv's recommended one for each shape, and what it needs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from integration.bench.project import Project
from integration.errors import SetupError

DOCKERFILES = Path(__file__).with_name("dockerfiles")
READS_ALL = (
    "RUN .venv/bin/python -c "
    '"from importlib.metadata import distributions as d; print(len(list(d())))"'
)


def leave(_project: Project) -> None:
    """No change at all."""


@dataclass(frozen=True)
class Shape:
    """`prepare` gives the project what the Dockerfile expects of it, before its first build.

    `edit` changes the text of the Dockerfile.
    """

    # The name of a file in `dockerfiles`; None is the one that the command line names.
    name: str | None = None
    prepare: Callable[[Project], object] = leave
    edit: Callable[[str], str] = str

    def dockerfile(self, chosen: str) -> str:
        """The text of its own Dockerfile, else that of the `chosen` one."""
        if self.name is None:
            return self.edit(chosen)
        return self.edit((DOCKERFILES / f"{self.name}.Dockerfile").read_text(encoding="utf-8"))


def without_bytecode(dockerfile: str) -> str:
    """The text without the variable: uv compiles nothing unless it is told to."""
    alone = re.compile(r"^ENV UV_COMPILE_BYTECODE=\S+\n", re.MULTILINE)
    text = re.sub(r"\bUV_COMPILE_BYTECODE=[^\s\\]+[ \t]*", "", alone.sub("", dockerfile))
    if text == dockerfile:
        raise SetupError("the Dockerfile does not set UV_COMPILE_BYTECODE")
    return text


def used_before_it_is_copied(dockerfile: str) -> str:
    """The text with a command that reads all of the environment, at the end of the first stage."""
    stage, last, copied = dockerfile.rpartition("\nFROM ")
    if not stage:
        raise SetupError("the Dockerfile has one stage")
    return f"{stage}\n{READS_ALL}\n{last}{copied}"


CHOSEN = Shape()
# The same Dockerfile, whose second sync then has something to install.
PACKAGED = Shape(None, Project.package)
PLAIN_FILES = Shape(edit=without_bytecode)
COPY = Shape("copy", Project.add_code)
LOCK = Shape("lock")
ALL = Shape("all")
RUN = Shape("run")
USER = Shape("user")
OWNER = Shape("owner")
STAGES = Shape("stages", Project.package)
STAGES_RUN = Shape("stages", Project.package, used_before_it_is_copied)
STAGES_APP = Shape("stages-app", Project.package)
