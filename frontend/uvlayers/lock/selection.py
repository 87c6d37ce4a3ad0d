"""What a `uv sync` command line asks for, every flag, variable and setting already merged.

Mirrors `crates/uv-configuration/src/{dependency_groups,extras,install_options,build_options}.rs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from uvlayers.lock.model import DefaultGroups

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Groups:
    """Which dependency groups are wanted; `exclude` always wins.

    include:     `--group` and `--only-group` and (`--dev`, `--only-dev` → "dev")
    exclude:     `--no-group` and (`--no-dev` → "dev")
    explicit:    the names that must exist: `--group`, `--only-group`, `--no-group`, but never the
                 "dev" of `--dev`, `--no-dev` and `--only-dev`, nor a default
    only:        an `--only-*` was given: the projects themselves and the defaults are off
    defaults:    `tool.uv.default-groups` of the project nearest the cwd, or of the single selected
                 package where uv reads that one; {"dev"} where it is unset; None where no
                 pyproject.toml was found, so that only the lock can say
    lock_defaults: `--frozen` with a single `--package`: the lock's own record wins over `defaults`
    """

    include: frozenset[str] = _NONE
    exclude: frozenset[str] = _NONE
    explicit: frozenset[str] = _NONE
    all: bool = False
    only: bool = False
    no_defaults: bool = False
    defaults: DefaultGroups | None = frozenset({"dev"})
    lock_defaults: bool = False


@dataclass(frozen=True, slots=True)
class Extras:
    """`--extra`, `--all-extras`, `--no-extra`; `exclude` always wins."""

    include: frozenset[str] = _NONE
    exclude: frozenset[str] = _NONE
    all: bool = False

    def contains(self, extra: str) -> bool:
        """Whether the extra of that name is wanted, of any root that has it."""
        return extra not in self.exclude and (self.all or extra in self.include)


@dataclass(frozen=True, slots=True)
class InstallFilter:
    """`--no-install-*` and `--only-install-*`: what is walked through but not installed."""

    no_project: bool = False
    no_workspace: bool = False
    no_local: bool = False
    no_packages: frozenset[str] = _NONE
    only_project: bool = False
    only_workspace: bool = False
    only_local: bool = False
    only_packages: frozenset[str] = _NONE


@dataclass(frozen=True, slots=True)
class BuildPolicy:
    """`no-binary` and `no-build`, merged as uv's `BuildOptions`.

    `--no-binary` sets `no_binary`; `--binary` clears it *and* the package list; the package lists
    count only where the flag is not set for all.
    """

    no_binary: bool = False
    no_binary_packages: frozenset[str] = _NONE
    no_build: bool = False
    no_build_packages: frozenset[str] = _NONE

    def refuses_wheels(self, name: str) -> bool:
        """Whether the package must be built; a `no-build-package` of its name excepts it."""
        if self.no_binary:
            return self.no_build or name not in self.no_build_packages
        return name in self.no_binary_packages

    def refuses_builds(self, name: str) -> bool:
        """Whether the package must come as a wheel; a `no-binary-package` excepts it."""
        if self.no_build:
            return self.no_binary or name not in self.no_binary_packages
        return name in self.no_build_packages


@dataclass(frozen=True, slots=True)
class Selection:
    """The whole request.

    project:      the project nearest the cwd; None for a workspace root without `[project]`
    non_project:  the workspace root has no `[project]` table
    packages:     `--package`, in the order given
    editable:     `--no-editable` is False, `--editable` True, neither None
    member_groups: the groups that each member's pyproject.toml declares ("dev" too where it has
                  the legacy `tool.uv.dev-dependencies`); None where only the lock is known
    root_groups:  the same for a workspace root without `[project]`
    """

    project: str | None = None
    non_project: bool = False
    packages: tuple[str, ...] = ()
    all_packages: bool = False
    groups: Groups = field(default_factory=Groups)
    extras: Extras = field(default_factory=Extras)
    install: InstallFilter = field(default_factory=InstallFilter)
    editable: bool | None = None
    no_editable_packages: frozenset[str] = _NONE
    build: BuildPolicy = field(default_factory=BuildPolicy)
    member_groups: Mapping[str, frozenset[str]] | None = None
    root_groups: frozenset[str] | None = None
