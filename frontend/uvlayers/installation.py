"""The install set as artifacts: what becomes layers, and what is left to the command."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from posixpath import join, normpath
from urllib.parse import urlsplit

from uvlayers.errors import Unsupported
from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.plan import Artifact, Wheel
from uvlayers.lock.excerpt import excerpt, local_archive
from uvlayers.lock.model import (
    Lock,
    Package,
    PathSource,
    RegistrySource,
    TreeSource,
    UrlSource,
    WheelFile,
)
from uvlayers.lock.roots import is_member
from uvlayers.lock.selection import Selection
from uvlayers.python.wheels import Offer, TagRanks, choose_artifact

BUILD_PROJECT = "/uvlayers/build/project"
"""Where the project lies that depends on one package alone and is synced to build it."""

_SHA256 = "sha256:"
_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True)
class Left:
    """A package that the user's command installs, and why.

    `local`: a directory of the build; `member`: it belongs to the workspace, so that nobody
    expects a layer of it.
    """

    name: str
    reason: str
    local: bool
    member: bool = False


@dataclass(frozen=True, slots=True)
class Installation:
    """The wheels that get layers, and what is left to the command."""

    wheels: tuple[Artifact, ...]
    left: tuple[Left, ...]

    @property
    def names(self) -> frozenset[str]:
        """Everything that the environment holds afterwards."""
        return frozenset((*(w.name for w in self.wheels), *(each.name for each in self.left)))

    def without(self, reasons: Mapping[str, str]) -> "Installation":
        """The same with the packages named by `reasons` left to the command."""
        return Installation(
            tuple(wheel for wheel in self.wheels if wheel.name not in reasons),
            (*self.left, *(Left(name, reason, local=False) for name, reason in reasons.items())),
        )


def plan_installation(
    packages: Iterable[Package],
    selection: Selection,
    ranks: TagRanks,
    lock: Lock | None,
    directory: str,
    installed: Collection[str] = (),
) -> Installation:
    """Choose an artifact for each package that uv would install.

    `directory` holds the lock, which is None where it is no uv.lock: then nothing is built.
    `installed` are the normalized names that the environment held before. Raises SelectError where
    uv would find nothing to install, LockError for a wheel entry that uv would refuse.
    """
    wheels: list[Artifact] = []
    left: list[Left] = []
    for package in packages:
        chosen = choose_artifact(_offer(package, selection), ranks)
        try:
            if package.name in installed:
                raise Unsupported("the base image has it installed")
            wheels.append(_artifact(package, chosen, lock, directory))
        except Unsupported as reason:
            tree = isinstance(package.source, TreeSource)
            member = tree and (lock is None or is_member(lock, package))
            left.append(Left(package.name, reason.message, local=tree, member=member))
    return Installation(tuple(wheels), tuple(left))


def _offer(package: Package, selection: Selection) -> Offer[WheelFile]:
    tree = isinstance(package.source, TreeSource)
    return Offer(
        label=str(package),
        wheels=package.wheels,
        source=tree or package.sdist is not None or not package.wheels,
        wheel_source=isinstance(package.source, UrlSource | PathSource) and bool(package.wheels),
        local=tree,
        no_binary=selection.build.refuses_wheels(package.name),
        no_build=selection.build.refuses_builds(package.name),
    )


def _artifact(
    package: Package, chosen: WheelFile | None, lock: Lock | None, directory: str
) -> Artifact:
    """What a layer can hold of the package; raises Unsupported where it is the command's to do."""
    if chosen is None:
        return _built(package, lock, directory)
    match package.source:
        case RegistrySource(path=str(index)):
            return _path_wheel(package, chosen, join(directory, index, chosen.path or ""))
        case PathSource(path=path):
            return _path_wheel(package, chosen, join(directory, path))
        case RegistrySource():
            return _wheel(package, chosen, chosen.url)
        case UrlSource(url=url) if _is_plain(url):
            return _wheel(package, chosen, url, direct=True)
        case _:
            raise Unsupported(f"its wheel comes from an unusual place: `{package.source}`")


def _is_plain(url: str) -> bool:
    """Whether uv writes the URL into direct_url.json as it stands."""
    return _is_fetched(url) and not urlsplit(url).fragment


def _is_fetched(url: str) -> bool:
    """Whether the builder can fetch from there, and nobody's credentials are in the URL."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and "@" not in parts.netloc


def _wheel(package: Package, chosen: WheelFile, url: str | None, *, direct: bool = False) -> Wheel:
    if url is None or package.version is None:
        raise Unsupported("the lock names no URL for its wheel")
    if not _is_fetched(url):
        raise Unsupported("its wheel is at no web address, or at one with credentials in it")
    if chosen.hash is None or not chosen.hash.startswith(_SHA256):
        raise Unsupported("the lock has no sha256 of its wheel")
    return Wheel(
        name=package.name,
        version=package.version,
        filename=chosen.filename,
        url=url,
        digest=chosen.hash,
        size=chosen.size or 0,
        upload_time=chosen.upload_time or "",
        direct=direct,
    )


def _path_wheel(package: Package, chosen: WheelFile, path: str) -> PathWheel:
    if chosen.hash is not None and not chosen.hash.startswith(_SHA256):
        raise Unsupported(f"its hash is no sha256: `{chosen.hash}`")
    if package.version is None or not path.endswith(".whl"):
        raise Unsupported(f"the lock names no file for its wheel: `{package.source}`")
    return PathWheel(
        name=package.name,
        version=package.version,
        path=normpath(path),
        sha256=None if chosen.hash is None else chosen.hash.removeprefix(_SHA256),
        direct=isinstance(package.source, PathSource),
        size=chosen.size or 0,
        upload_time=chosen.upload_time or "",
    )


def _built(package: Package, lock: Lock | None, directory: str) -> Built:
    if lock is None:
        raise Unsupported("it must be built, which is done apart for a uv.lock only")
    sdist = package.sdist
    return Built(
        name=package.name,
        version=package.version,
        lock=excerpt(lock, package, directory, BUILD_PROJECT),
        archive=local_archive(package, directory),
        size=(sdist and sdist.size) or 0,
        upload_time=(sdist and sdist.upload_time) or "",
    )


def normalized_names(entries: Iterable[str]) -> frozenset[str]:
    """Normalized names (PEP 503) of `.dist-info` and `.egg-info` entries, with version or not."""
    return frozenset(
        _SEPARATORS.sub("-", entry.rpartition(".")[0].partition("-")[0]).lower()
        for entry in entries
    )
