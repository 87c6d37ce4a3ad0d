"""Where each side builds, with a cache that the other side has no part in."""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from integration import own_engine
from integration.bench.sides import SIDES, Side, frontends_of_sides, with_syntax
from integration.build import Build, BuildFailedError, build
from integration.engine import Engine
from integration.errors import SetupError
from integration.machine import Machine
from integration.recipes import PYTHON, UV
from integration.steps import step

# The images that the example's Dockerfile names, for which others may stand in.
BASE = "python:3.13-slim"
UV_IMAGE = "ghcr.io/astral-sh/uv"

# What `st_blocks` counts.
BLOCK = 512

# What a developer's machine has at hand before the first build: base images and a frontend.
USUAL = f"FROM {BASE}\nCOPY --from={UV_IMAGE}:latest /uv /uvx /bin/\n"


@dataclass(frozen=True)
class Builder:
    """An engine, and what keeps the cache of its builds apart from all others."""

    engine: Engine
    base: str
    # A namespace for `RUN --mount=type=cache`.
    cache_mounts: str
    # What Dockerfiles name after `# syntax=`; None is what is built into the engine.
    frontend: str | None = None
    # Where in a registry nobody has pushed anything yet.
    repository: str = ""

    def build(
        self,
        side: Side,
        context: Path,
        dockerfile: str,
        image_ref: str | None = None,
        *,
        push: bool = False,
    ) -> Build:
        """Build a Dockerfile, given as text, as one side does; without a name no image is made."""
        output = ["--push"] if push else []
        if image_ref is None:
            output = ["--output=type=cacheonly"]
        with TemporaryDirectory() as work:
            path = Path(work) / "Dockerfile"
            path.write_text(with_syntax(dockerfile, self.frontend), encoding="utf-8")
            try:
                return build(
                    self.engine,
                    context,
                    image_ref=image_ref,
                    dockerfile=path,
                    contexts={BASE: self.base, UV_IMAGE: UV.image_ref},
                    arguments={"BUILDKIT_CACHE_MOUNT_NS": self.cache_mounts},
                    flags=output,
                )
            except BuildFailedError as error:
                raise SetupError(f"with {side.title}, {error}") from error

    def keep(self, image_ref: str) -> None:
        """Keep the image of the last build, if there is one, under a second name.

        A build that takes over the name of an image may have containerd collect layers of the old
        one while it unpacks the new one upon them ("parent snapshot does not exist").
        """
        if self.engine.image_labels(image_ref) is not None:
            self.engine.docker("image", "tag", image_ref, f"{image_ref}-before")

    def warm_up(self, side: Side) -> None:
        """Have the base images unpacked and the frontend started once."""
        with TemporaryDirectory() as empty:
            self.build(side, Path(empty), USUAL)


class Builders(Protocol):
    """Gives each side what it builds with; `cold` says what a first build finds there."""

    cold: str
    # Whether wheels may be there that an earlier run has fetched.
    downloads_kept: bool

    def fresh(self, side: Side) -> Builder: ...

    def discard(self, side: Side) -> None:
        """Give back what a side builds with, if that is anything of its own."""


class SharedEngine:
    """Both sides on the machine's engine, each on a base image that nobody has built upon."""

    # Fetched wheels are kept whatever the base image, so uv's cache mount is kept as well.
    cold = "nothing built yet, what an earlier run downloaded at hand"
    downloads_kept = True

    def __init__(self, machine: Machine, frontends: Mapping[str, str] | None = None) -> None:
        self._machine = machine
        self._frontends = frontends_of_sides() if frontends is None else frontends

    def fresh(self, side: Side) -> Builder:
        base = f"uvlayers-bench/base:{side.name}"
        with TemporaryDirectory() as work, step(side.name, "make a base image of its own"):
            text = f"FROM {PYTHON.image_ref}\nCOPY run /etc/uvlayers-bench\n"
            (Path(work) / "Dockerfile").write_text(text, encoding="utf-8")
            (Path(work) / "run").write_text(f"{secrets.token_hex(8)}\n", encoding="utf-8")
            build(self._machine.engine, Path(work), image_ref=base)
            frontend = self._frontends.get(side.name)
            mounts = f"uvlayers-bench-{side.name}"
            builder = Builder(self._machine.engine, base, mounts, frontend)
            builder.warm_up(side)
        return builder

    def discard(self, side: Side) -> None:
        """The engine is not ours, and its cache is its own affair."""


class OwnEngines:
    """An engine for each side, empty but for the usual images whenever it is to be fresh."""

    cold = "an empty engine on a new file system, with base images and frontend, all downloaded"
    downloads_kept = False

    def __init__(
        self, machine: Machine, frontends: Mapping[str, str], archives: Mapping[str, Path]
    ) -> None:
        self._machine = machine
        self._frontends = frontends
        # Of the frontends that are images, by name.
        self._archives = archives

    def fresh(self, side: Side) -> Builder:
        with step(side.name, "start an empty engine"):
            self.discard(side)
            engine = own_engine.start(self._machine.cache, store(side))
            for recipe in (PYTHON, UV):
                self._machine.image(recipe.image_ref, engine)
            frontend = self._frontends.get(side.name)
            if frontend is not None:
                engine.load(self._archives[frontend])
            repository = f"{side.name}-{secrets.token_hex(4)}"
            builder = Builder(engine, PYTHON.image_ref, side.name, frontend, repository)
            builder.warm_up(side)
        return builder

    def node(self, side: Side) -> Engine:
        """An engine with nothing in it, to pull images."""
        with step(side.name, "start an empty node"):
            own_engine.discard(self._machine.cache, node_store(side))
            return own_engine.start(self._machine.cache, node_store(side))

    def disk_used(self, side: Side) -> int:
        """Bytes on disk of all that the engine of a side holds."""
        return disk_used(own_engine.data(self._machine.cache, store(side)))

    def discard(self, side: Side) -> None:
        """Stop the engines of a side and delete all that they hold."""
        for each in (store(side), node_store(side)):
            own_engine.discard(self._machine.cache, each)


@contextmanager
def builders_of(machine: Machine, frontends: Mapping[str, str]) -> Iterator[Builders]:
    """Engines for this alone, if they are ours to make; else somebody's own engine, shared.

    `frontends` are images of the machine's engine, by name of the side.
    """
    if not machine.engine.own:
        yield SharedEngine(machine, frontends)
        return
    with TemporaryDirectory(dir=machine.cache.home) as work:
        archives = {image: Path(work) / f"{name}.tar" for name, image in frontends.items()}
        for image, archive in archives.items():
            machine.engine.save(image, archive)
        engines = OwnEngines(machine, frontends, archives)
        try:
            yield engines
        finally:
            for side in SIDES:
                engines.discard(side)


def store(side: Side, sides: Sequence[Side] = SIDES) -> own_engine.Store:
    return own_engine.unbridged(f"bench-{sides.index(side)}", own_disk=True)


def node_store(side: Side, sides: Sequence[Side] = SIDES) -> own_engine.Store:
    return own_engine.unbridged(f"bench-node-{sides.index(side)}", own_disk=True)


def disk_used(directory: Path) -> int:
    """Bytes that all below a directory take on its disk, each file counted once."""
    seen: set[int] = set()
    total, pending = 0, [directory]
    while pending:
        with suppress(FileNotFoundError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                # What a running engine deletes meanwhile takes no space.
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    if status.st_ino not in seen:
                        seen.add(status.st_ino)
                        total += status.st_blocks * BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(Path(entry))
    return total
