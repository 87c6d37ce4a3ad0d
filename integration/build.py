"""`docker buildx build`, with a record of what it did and how long it took."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from integration.engine import Engine
from integration.progress import Progress, parse_progress


@dataclass(frozen=True)
class Build:
    """A build that has ended, well or not."""

    ok: bool
    seconds: float
    progress: Progress
    # What buildx says to the user beside the progress: errors with the lines they point at.
    messages: str


class BuildFailedError(Exception):
    def __init__(self, failed: Build) -> None:
        logs = "".join(failed.progress.logs.values())
        super().__init__(f"the build failed\n{logs}\n{failed.messages}")
        self.build = failed


def build(
    engine: Engine,
    context: Path,
    *,
    image_ref: str | None = None,
    dockerfile: Path | None = None,
    contexts: Mapping[str, str] | None = None,
    arguments: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    check: bool = True,
) -> Build:
    """Build with buildx; `contexts` are named contexts, a bare value names an image."""
    command = [
        *("docker", "buildx", "build", "--progress=rawjson"),
        *engine.build_flags,
        *([f"--tag={image_ref}"] if image_ref else []),
        *([f"--file={dockerfile}"] if dockerfile else []),
        *(f"--build-context={name}={source(value)}" for name, value in (contexts or {}).items()),
        *(f"--build-arg={name}={value}" for name, value in (arguments or {}).items()),
        *flags,
        str(context),
    ]
    started = time.monotonic()
    process = subprocess.run(
        command,
        env=dict(engine.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    seconds = time.monotonic() - started
    progress, messages = parse_progress(process.stderr.splitlines())
    ended = Build(process.returncode == 0, seconds, progress, messages)
    if check and not ended.ok:
        raise BuildFailedError(ended)
    return ended


def source(value: str) -> str:
    """A named context: a path or a URL stays, anything else is the name of an image."""
    return value if "://" in value or value.startswith(("/", ".")) else f"docker-image://{value}"
