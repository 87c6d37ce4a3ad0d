"""The one directory that holds everything that is set up or started here."""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from integration.errors import SetupError
from integration.steps import say

# A unix socket's path has at most 107 bytes; the longest name below this directory needs 30.
LONGEST_HOME = 75

# A lock is waited for this long in silence.
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Cache:
    home: Path

    @property
    def venv(self) -> Path:
        """A link to the virtual environment in use."""
        return self.home / "venv"

    @property
    def scripts(self) -> Path:
        """Wrappers for programs that the machine lacks."""
        return self.home / "bin"

    @property
    def docker_config(self) -> Path:
        return self.home / "docker"

    def engine(self, name: str) -> Path:
        return self.directory("engines") / name

    def log(self, name: str) -> Path:
        return self.directory("logs") / f"{name}.log"

    def directory(self, name: str) -> Path:
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True)
        return path


def find_cache(environment: Mapping[str, str] = os.environ) -> Cache:
    chosen = environment.get("UVLAYERS_CACHE")
    if chosen is None:
        base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        chosen = str(Path(base) / "uvlayers-integration")
    home = Path(chosen).absolute()
    if len(os.fsencode(home)) > LONGEST_HOME:
        raise SetupError(
            f"the path of the cache directory is too long for unix sockets: {home}",
            hint="set UVLAYERS_CACHE to a shorter one",
        )
    home.mkdir(parents=True, exist_ok=True)
    return Cache(home)


@contextmanager
def locked(cache: Cache, name: str) -> Iterator[None]:
    """Hold a lock that two commands, or two threads of one, cannot both hold."""
    with (cache.directory("locks") / name).open("w") as file:
        waiting_since = time.monotonic()
        said = False
        while not try_lock(file):
            if not said and time.monotonic() - waiting_since > PATIENCE_SECONDS:
                say("setup", f"{name} is being set up already; waiting for it")
                said = True
            time.sleep(0.05)
        yield


def try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
