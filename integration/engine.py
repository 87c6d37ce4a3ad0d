"""A Docker Engine that answers, and how to talk to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from integration.commands import CommandFailedError, run, succeeds

# A race in containerd 2.1, seen once in dozens of runs with nothing else at work on the engine.
SNAPSHOT_EXISTS = "AlreadyExists: target snapshot"

CONTAINERD_STORE = "io.containerd.snapshotter.v1"


@dataclass(frozen=True)
class Engine:
    """One engine: the environment leads every docker command to it."""

    name: str
    environment: Mapping[str, str] = field(repr=False)
    # Whether it was set up here, on a machine whose images can come from no registry.
    own: bool
    # What every build on this engine needs.
    build_flags: tuple[str, ...] = ()

    def docker(self, *arguments: str, stdin: IO[bytes] | None = None) -> str:
        """Run a docker command to its end; its standard output."""
        return run(["docker", *arguments], environment=self.environment, stdin=stdin)

    def pull(self, image_ref: str) -> None:
        """Pull an image, once more where containerd has met a snapshot of its own making."""
        try:
            self.docker("pull", "--quiet", image_ref)
        except CommandFailedError as error:
            if SNAPSHOT_EXISTS not in error.output:
                raise
            self.docker("pull", "--quiet", image_ref)

    def answers(self) -> bool:
        command = ["docker", "version", "--format", "{{.Server.Version}}"]
        return succeeds(command, environment=self.environment)

    def merges(self) -> bool:
        """Whether BuildKit's MergeOp is there: it is exactly with the containerd image store."""
        status = json.loads(self.docker("info", "--format", "{{json .DriverStatus}}"))
        return ["driver-type", CONTAINERD_STORE] in (status or [])

    def image_labels(self, image_ref: str) -> dict[str, str] | None:
        """The labels of an image, None if it is not there."""
        command = ["docker", "image", "inspect", "--format", "{{json .Config.Labels}}", image_ref]
        if not succeeds(command, environment=self.environment):
            return None
        labels: dict[str, str] | None = json.loads(run(command, environment=self.environment))
        return labels or {}

    def save(self, image_ref: str, archive: Path) -> None:
        """Write an image to an archive that appears only when it is complete."""
        partial = archive.with_name(f"{archive.name}.partial")
        self.docker("image", "save", "--output", str(partial), image_ref)
        partial.rename(archive)

    def load(self, archive: Path) -> None:
        self.docker("image", "load", "--quiet", "--input", str(archive))
