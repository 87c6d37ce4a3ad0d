"""The values that a uv.lock holds, every reference resolved (schema version 1, revisions 0 to 5).

Field names follow uv's own (`crates/uv-lock`); what a file may omit says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

DefaultGroups = frozenset[str] | Literal["all"]
"""What `tool.uv.default-groups` holds: names, or the word "all"."""

GROUP_METADATA_REVISION = 5
"""The first revision that records default groups and the Python a group requires."""


def or_dev(defaults: DefaultGroups | None) -> DefaultGroups:
    """Return the default groups; the one called "dev" where none are set."""
    return frozenset({"dev"}) if defaults is None else defaults


@dataclass(frozen=True, slots=True)
class RegistrySource:
    """An index: `url`, or for a scheme-less string a directory `path` relative to the lock."""

    url: str | None = None
    path: str | None = None

    def __str__(self) -> str:
        return f"registry+{self.url if self.path is None else self.path}"


@dataclass(frozen=True, slots=True)
class GitSource:
    """A repository at one commit: `url` as the lock has it, `path` of an archive inside of it."""

    url: str
    path: str | None = None

    def __str__(self) -> str:
        return f"git+{self.url}"


@dataclass(frozen=True, slots=True)
class UrlSource:
    """A wheel or source archive at a URL."""

    url: str
    subdirectory: str | None = None

    def __str__(self) -> str:
        return f"direct+{self.url}"


@dataclass(frozen=True, slots=True)
class PathSource:
    """A wheel or source archive, relative to the lock's directory."""

    path: str

    def __str__(self) -> str:
        return f"path+{self.path}"


@dataclass(frozen=True, slots=True)
class DirectorySource:
    """A source tree that is built and installed."""

    path: str

    def __str__(self) -> str:
        return f"directory+{self.path}"


@dataclass(frozen=True, slots=True)
class EditableSource:
    """A source tree that is installed as editable."""

    path: str

    def __str__(self) -> str:
        return f"editable+{self.path}"


@dataclass(frozen=True, slots=True)
class VirtualSource:
    """A source tree that is never built nor installed, only its dependencies are."""

    path: str

    def __str__(self) -> str:
        return f"virtual+{self.path}"


TreeSource = DirectorySource | EditableSource | VirtualSource
Source = RegistrySource | GitSource | UrlSource | PathSource | TreeSource


@dataclass(frozen=True, slots=True)
class WheelFile:
    """One locked wheel: found at `url`, or at `path` inside a local index; `hash` is "sha256:…"."""

    filename: str
    url: str | None = None
    path: str | None = None
    hash: str | None = None
    size: int | None = None
    upload_time: str | None = None


@dataclass(frozen=True, slots=True)
class SourceDistribution:
    """A locked sdist; neither `url` nor `path` means that the package's source is its location."""

    url: str | None = None
    path: str | None = None
    hash: str | None = None
    size: int | None = None
    upload_time: str | None = None


class WheelList:
    """The wheels of one package, read from the lock when first asked for.

    Most packages of a lock are never installed and the wheels are nine tenths of its bytes.
    """

    __slots__ = ("_files", "_read")

    def __init__(self, read: Callable[[], tuple[WheelFile, ...]]) -> None:
        self._read = read
        self._files: tuple[WheelFile, ...] | None = None

    def files(self) -> tuple[WheelFile, ...]:
        """Return the wheels in lock order; raises LockError for a wheel that uv would refuse."""
        if self._files is None:
            self._files = self._read()
        return self._files


def _no_wheels() -> WheelList:
    return WheelList(tuple)


@dataclass(frozen=True, slots=True)
class Dependency:
    """An edge to `Lock.packages[target]`, valid only while walking from its parent.

    `extras` are those that the target has; `marker` is as written and still lacks the lock's
    own environment (`Lock.resolution_markers`).
    """

    target: int
    extras: tuple[str, ...] = ()
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class PackageMetadata:
    """What the project itself declares, for the freshness check only; tables as in the file."""

    requires_dist: tuple[Mapping[str, object], ...] = ()
    provides_extras: tuple[str, ...] = ()
    requires_dev: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """One `[[package]]`; `version` is None for a source tree whose version is dynamic."""

    name: str
    version: str | None
    source: Source
    resolution_markers: tuple[str, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    optional_dependencies: Mapping[str, tuple[Dependency, ...]] = field(default_factory=dict)
    dependency_groups: Mapping[str, tuple[Dependency, ...]] = field(default_factory=dict)
    default_groups: DefaultGroups | None = None
    group_requires_python: Mapping[str, str] = field(default_factory=dict)
    sdist: SourceDistribution | None = None
    metadata: PackageMetadata = field(default_factory=PackageMetadata)
    wheel_list: WheelList = field(default_factory=_no_wheels, repr=False)

    @property
    def wheels(self) -> tuple[WheelFile, ...]:
        """The wheels in lock order, their names validated; raises LockError."""
        return self.wheel_list.files()

    def edges(self, extra: str | None) -> tuple[Dependency, ...]:
        """Return its own dependencies, or those of one of its extras alone."""
        if extra is None:
            return self.dependencies
        return self.optional_dependencies.get(extra, ())

    @property
    def declared_groups(self) -> frozenset[str]:
        """The names of its dependency groups, the empty ones of revision 1 and later included."""
        return frozenset(self.dependency_groups) | frozenset(self.metadata.requires_dev)

    def __str__(self) -> str:
        """Name the package as uv's messages do: `idna==3.6 @ registry+https://…`."""
        version = "" if self.version is None else f"=={self.version}"
        return f"{self.name}{version} @ {self.source}"


@dataclass(frozen=True, slots=True, order=True)
class ConflictItem:
    """A side of a conflict: an extra or a group of a package, or with neither the whole project."""

    package: str
    kind: Literal["extra", "group", "project"]
    name: str = ""


@dataclass(frozen=True, slots=True)
class RootRequirement:
    """A requirement of the lock itself (`[manifest]`): by name, not by package."""

    name: str
    extras: tuple[str, ...] = ()
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The inputs of the resolution. A single-project lock omits `members`.

    `tables` are the lists that only the freshness check reads, as in the file.
    """

    members: frozenset[str] = frozenset()
    requirements: tuple[RootRequirement, ...] = ()
    dependency_groups: Mapping[str, tuple[RootRequirement, ...]] = field(default_factory=dict)
    default_groups: DefaultGroups | None = None
    group_requires_python: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Lock:
    """A whole uv.lock. Packages are sorted by name, version and source, as uv sorts them."""

    version: int
    revision: int
    requires_python: str
    packages: tuple[Package, ...]
    resolution_markers: tuple[str, ...] = ()
    supported_markers: tuple[str, ...] = ()
    required_markers: tuple[str, ...] = ()
    conflicts: tuple[frozenset[ConflictItem], ...] = ()
    manifest: Manifest = field(default_factory=Manifest)
    options: Mapping[str, object] = field(default_factory=dict)
    by_name: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)

    def named(self, name: str) -> tuple[Package, ...]:
        """Return every package called `name`, in order."""
        return tuple(self.packages[index] for index in self.by_name.get(name, ()))
