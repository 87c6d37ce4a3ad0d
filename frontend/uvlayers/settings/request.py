"""What one command of uv was asked to do, every flag, variable and setting merged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from uvlayers.lock.freshness import Workspace
from uvlayers.lock.selection import Selection
from uvlayers.settings.building import Building
from uvlayers.settings.releases import Release

Invalidation = Literal["timestamp", "checked-hash", "unchecked-hash"]


class LockMode(Enum):
    """What uv does about a lock that does not fit: fail, not look, or write a new one."""

    LOCKED = "--locked"
    FROZEN = "--frozen"
    UPDATE = "neither"


@dataclass(frozen=True, slots=True)
class PythonRequest:
    """All that steers which interpreter uv picks, besides the environment variables.

    name:            the workspace root's project name, None without `[project]`
    directory:       the workspace root
    requires_python: what the members and the wanted groups require, joined by commas
    python_version:  text of the workspace root's `.python-version` or `.python-versions`
    settings:        `[tool.uv]` settings such as `python-preference`
    flags:           flags of `uv sync` such as `--python 3.13`, their paths absolute
    downloads:       whether uv may download one
    """

    name: str | None
    directory: str
    requires_python: str | None = None
    python_version: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    downloads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What any command says that installs packages; paths are absolute, links in them unresolved.

    python_flags:    flags such as `--python 3.13` that steer which interpreter uv picks
    inexact:         packages that are not asked for stay
    oldest_uv:       the first release of uv that reads all this as we do, `()` for any
    relies_on:       what `oldest_uv` is due to, for a message
    required_uv:     `tool.uv.required-version`, a PEP 440 specifier or a version
    unrecognized:    variables and settings that may mean something to a uv newer than `KNOWN`
    """

    environment_path: str
    python_flags: tuple[str, ...] = ()
    compile_bytecode: bool = False
    pyc_invalidation: Invalidation = "timestamp"
    installer_metadata: bool = True
    inexact: bool = False
    oldest_uv: Release = ()
    relies_on: tuple[str, ...] = ()
    required_uv: str | None = None
    unrecognized: tuple[str, ...] = ()

    @property
    def bytecode(self) -> Invalidation | None:
        """How bytecode is invalidated; None where none is compiled."""
        return self.pyc_invalidation if self.compile_bytecode else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRequest(Request):
    """One `uv sync`.

    project_directory: that of the project nearest the cwd; only to be compared with uv's own log
    shared_builds:   packages that are built inside the environment; True for all that are built
    """

    project_directory: str
    workspace_root: str
    lock_mode: LockMode
    selection: Selection
    workspace: Workspace
    python: PythonRequest
    shared_builds: frozenset[str] | bool = False
    building: Building = field(default_factory=Building)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipRequest(Request):
    """One `uv pip sync` or `uv pip install` of a lock.

    directory:       where uv works
    source:          the lock's path
    no_build:        packages must have wheels
    transitive:      what requirements depend on is installed as well
    satisfied:       where the requirements are there already, uv looks no further
    """

    directory: str
    source: str
    no_build: bool = False
    transitive: bool = False
    satisfied: bool = False
