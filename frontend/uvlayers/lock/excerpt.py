"""A uv.lock that holds one package of another, to be built alone.

What uv takes from a lock to build a wheel: the package's source and hash, and the build constraints
of the manifest (`Lock::build_constraints`). Its dependencies play no part.
"""

from collections.abc import Mapping, Sequence
from posixpath import join, normpath, relpath

from uvlayers.errors import Unsupported
from uvlayers.lock.model import (
    GitSource,
    Lock,
    Package,
    PathSource,
    RegistrySource,
    SourceDistribution,
    UrlSource,
)
from uvlayers.toml import inline

ROOT = "uvlayers-build"
"""The project that depends on the package and is itself never installed."""

_LOCAL = ("path", "directory", "editable")


def excerpt(lock: Lock, package: Package, directory: str, elsewhere: str) -> str:
    """The text of the lock; `directory` holds the old one, `elsewhere` will hold the new one.

    Raises Unsupported for what cannot be built apart from the project.
    """
    lines = [
        "version = 1",
        f"requires-python = {inline(lock.requires_python)}",
        *_manifest(lock),
        "",
        "[[package]]",
        f"name = {inline(ROOT)}",
        'version = "0"',
        'source = { virtual = "." }',
        f"dependencies = [{{ name = {inline(package.name)} }}]",
        "",
        "[[package]]",
        f"name = {inline(package.name)}",
        *([f"version = {inline(package.version)}"] if package.version is not None else []),
        f"source = {inline(_source(package, directory, elsewhere))}",
        *([f"sdist = {inline(_sdist(package.sdist))}"] if package.sdist is not None else []),
    ]
    return "\n".join(lines) + "\n"


def local_archive(package: Package, directory: str) -> str | None:
    """The absolute path of the package's sdist, where that is a file of the build."""
    source, sdist = package.source, package.sdist
    if isinstance(source, PathSource):
        return normpath(join(directory, source.path))
    if isinstance(source, RegistrySource) and source.path is not None and sdist is not None:
        return normpath(join(directory, source.path, sdist.path or ""))
    return None


def _manifest(lock: Lock) -> list[str]:
    constraints = lock.manifest.tables.get("build-constraints")
    if not constraints:
        return []
    if not isinstance(constraints, Sequence) or not all(
        isinstance(each, Mapping) and not any(key in each for key in _LOCAL) for each in constraints
    ):
        raise Unsupported("the build constraints name a local package")
    return ["", "[manifest]", f"build-constraints = {inline(constraints)}"]


def _source(package: Package, directory: str, elsewhere: str) -> dict[str, object]:
    match package.source:
        case RegistrySource(url=str(url)):
            return {"registry": url}
        case RegistrySource(path=str(path)):
            return {"registry": relpath(join(directory, path), elsewhere)}
        case PathSource(path=path):
            return {"path": relpath(join(directory, path), elsewhere)}
        case UrlSource(url=url, subdirectory=subdirectory):
            inside = {} if subdirectory is None else {"subdirectory": subdirectory}
            return {"url": url, **inside}
        case GitSource(url=url, path=None):
            return {"git": url}
        case _:
            raise Unsupported(f"it is built from files of the project: `{package.source}`")


def _sdist(sdist: SourceDistribution) -> dict[str, object]:
    found = {"url": sdist.url, "path": sdist.path, "hash": sdist.hash, "size": sdist.size}
    return {key: value for key, value in found.items() if value is not None}
