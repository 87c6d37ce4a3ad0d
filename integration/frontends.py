"""One Dockerfile built by two frontends: ours, and the one that is built into the engine."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any

from integration.build import Build, build
from integration.commands import succeeds
from integration.dockerfiles import STAND_INS
from integration.engine import Engine
from integration.projects import Project

NAMESPACE = "uvlayers-test/sync"

# A build whose result nobody wants: no image is made.
NO_IMAGE = "--output=type=cacheonly"
HOST_NETWORK = "--network=host"

# Requests to remove images at a time.
REMOVERS = 16

# The same lines in both files, so that messages about lines are the same.
NO_SYNTAX = "# no syntax line"


@dataclass(frozen=True)
class Image:
    """A build that has ended and the image that it made, if it was to make one."""

    engine: Engine
    image_ref: str
    done: Build

    def run(self, *argv: str, flags: Sequence[str] = ()) -> str:
        """What a command prints in a container; without one, the image's own command."""
        return self.engine.docker("run", "--rm", *flags, self.image_ref, *argv)

    def inspect(self) -> Mapping[str, Any]:
        return self._inspected

    def layers(self) -> list[str]:
        layers: list[str] = self.inspect()["RootFS"]["Layers"]
        return layers

    def history(self) -> list[str]:
        """What made each entry of the image's history, the last one first."""
        return self._history

    # asked for more than once, and each question is a process

    @cached_property
    def _inspected(self) -> Mapping[str, Any]:
        (found,) = json.loads(self.engine.docker("image", "inspect", self.image_ref))
        assert isinstance(found, dict)
        return found

    @cached_property
    def _history(self) -> list[str]:
        shown = ("history", "--no-trunc", "--format={{.CreatedBy}}", self.image_ref)
        return self.engine.docker(*shown).splitlines()

    def exists(self) -> bool:
        command = ["docker", "image", "inspect", self.image_ref]
        return succeeds(command, environment=self.engine.environment)


@dataclass(frozen=True)
class Frontends:
    """Builds on one engine; every image gets a name that no other build has."""

    engine: Engine
    syntax: str
    work: Path
    session: str = field(default_factory=lambda: token_hex(3))
    _numbers: Iterator[int] = field(default_factory=count)

    def ours(self, project: Project, text: str, **options: Any) -> Image:
        return self.build(project, f"# syntax={self.syntax}", text, **options)

    def docker(self, project: Project, text: str, **options: Any) -> Image:
        return self.build(project, NO_SYNTAX, text, **options)

    def build(
        self,
        project: Project,
        syntax: str,
        text: str,
        *,
        contexts: Mapping[str, str] = STAND_INS,
        arguments: Mapping[str, str] | None = None,
        flags: Sequence[str] = (),
        tagged: bool = True,
        check: bool = True,
    ) -> Image:
        """Build the project with a Dockerfile outside its directory; without `tagged` no image."""
        dockerfile = self._write(f"{syntax}\n{text}")
        image_ref = f"{NAMESPACE}-{self.session}:{dockerfile.parent.name}"
        done = build(
            self.engine,
            project.directory,
            image_ref=image_ref if tagged else None,
            dockerfile=dockerfile,
            contexts={name: value for name, value in contexts.items() if name in text},
            arguments=arguments,
            flags=[*flags, *([] if tagged else [NO_IMAGE])],
            check=check,
        )
        return Image(self.engine, image_ref, done)

    def answers(
        self, project: Project, text: str, call: str, flags: Sequence[str] = ()
    ) -> tuple[str, str]:
        """What our frontend and docker's say to a question (`check`, `outline`, `targets`)."""
        dockerfile = self._write("")
        answers = []
        for syntax in (f"# syntax={self.syntax}", NO_SYNTAX):
            dockerfile.write_text(f"{syntax}\n{text}", encoding="utf-8")
            answers.append(self._ask(project, dockerfile, [f"--call={call}", *flags]))
        ours, docker = answers
        return ours, docker

    def _ask(self, project: Project, dockerfile: Path, flags: Sequence[str]) -> str:
        command = ["docker", "buildx", "build", *flags, f"--file={dockerfile}"]
        done = subprocess.run(
            [*command, str(project.directory)],
            env=dict(self.engine.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        return f"{done.stdout}exit code {done.returncode}"

    def _write(self, text: str) -> Path:
        # the name appears in messages; the directory does not
        dockerfile = self.work / str(next(self._numbers)) / "Dockerfile"
        dockerfile.parent.mkdir(parents=True)
        dockerfile.write_text(text, encoding="utf-8")
        return dockerfile

    def remove_images(self) -> None:
        shown = ("image", "ls", "--format={{.Repository}}:{{.Tag}}")
        made = self.engine.docker(*shown, f"{NAMESPACE}-{self.session}").split()
        # the engine cleans up after each before it answers, but once for all that are removed then
        parts = [part for first in range(REMOVERS) if (part := made[first::REMOVERS])]
        with ThreadPoolExecutor(REMOVERS) as pool:
            list(pool.map(self._remove, parts))

    def _remove(self, image_refs: Sequence[str]) -> None:
        self.engine.docker("image", "rm", "--force", *image_refs)


@contextmanager
def frontends(engine: Engine, syntax: str, work: Path) -> Iterator[Frontends]:
    """Builds whose images are removed at the end."""
    both = Frontends(engine, syntax, work)
    try:
        yield both
    finally:
        both.remove_images()
