"""The Dockerfiles that are measured: uv's recommended one for each shape, and what it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from integration.bench.project import Project

DOCKERFILES = Path(__file__).with_name("dockerfiles")


def leave(_project: Project) -> None:
    """No change at all."""


@dataclass(frozen=True)
class Shape:
    """`prepare` gives the project what the Dockerfile expects of it, before its first build."""

    # The name of a file in `dockerfiles`; None is the one that the command line names.
    name: str | None = None
    prepare: Callable[[Project], object] = leave

    def dockerfile(self, chosen: str) -> str:
        """The text of its own Dockerfile, else that of the `chosen` one."""
        if self.name is None:
            return chosen
        return (DOCKERFILES / f"{self.name}.Dockerfile").read_text(encoding="utf-8")


CHOSEN = Shape()
# The same Dockerfile, whose second sync then has something to install.
PACKAGED = Shape(None, Project.package)
COPY = Shape("copy", Project.add_code)
RUN = Shape("run")
STAGES = Shape("stages", Project.package)
STAGES_APP = Shape("stages-app", Project.package)
