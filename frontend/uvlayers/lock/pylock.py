"""`pylock.toml` (PEP 751) → the packages that `uv pip` installs from it for one interpreter.

After uv's `PylockToml::to_resolution` (uv-resolver/src/lock/export/pylock_toml.rs) and
`resolve_pylock_toml` (uv/src/commands/pylock.rs). What no uv can install, what releases of uv read
in different ways, and what the command would have to choose (extras, groups) is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import tomli

from uvlayers.errors import LockError
from uvlayers.lock.conditions import Conditions
from uvlayers.lock.environment import Environment
from uvlayers.lock.fields import read_marker, read_markers, read_specifiers
from uvlayers.lock.markers import comparisons, parse_marker
from uvlayers.lock.model import (
    DirectorySource,
    GitSource,
    Package,
    RegistrySource,
    Source,
    SourceDistribution,
    UrlSource,
    WheelFile,
    WheelList,
)
from uvlayers.lock.names import normalize_name
from uvlayers.lock.tables import (
    Table,
    inside,
    optional,
    read_array,
    read_integer,
    read_name,
    read_table,
    read_text,
    required,
)
from uvlayers.lock.versions import check_version, python_fits
from uvlayers.lock.wheels import WheelReader, last_segment

SCHEMA = "1.0"
_SOURCES = ("vcs", "directory", "archive")
_SHA256_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One `[[packages]]`: a package, and where it is wanted."""

    package: Package
    marker: str | None
    requires_python: str | None


@dataclass(frozen=True, slots=True)
class Pylock:
    """A whole pylock.toml; where `environments` has markers, one of them must hold."""

    requires_python: str | None
    environments: tuple[str, ...]
    entries: tuple[Entry, ...]


def parse_pylock(data: bytes) -> Pylock:
    """Parse the bytes of a pylock.toml; raises LockError with the path inside of it."""
    try:
        table = tomli.loads(data.decode())
    except (ValueError, RecursionError) as error:  # a number may have too many digits
        raise LockError(f"not valid TOML: {error}") from None
    version = required(table, "lock-version", read_text)
    if version != SCHEMA:
        raise LockError(f"unsupported lock-version {version!r}, only {SCHEMA!r} is known")
    required(table, "created-by", read_text)
    return Pylock(
        requires_python=optional(table, "requires-python", read_specifiers),
        environments=optional(table, "environments", read_markers) or (),
        entries=required(table, "packages", lambda value: read_array(value, _read_entry)),
    )


def packages_for(lock: Pylock, markers: Mapping[str, str]) -> tuple[Package, ...]:
    """The packages that `uv pip` installs where the marker environment is `markers`.

    Without any extra, as `uv pip` has it unless it is told otherwise. Raises LockError where uv
    would refuse the lock, Unsupported for a marker that only uv can judge.
    """
    environment = Environment(markers, Conditions())
    python = markers["python_full_version"]
    _require_python(lock.requires_python, python, "the lock")
    if lock.environments and not any(map(environment.holds, lock.environments)):
        raise LockError("it is made for other environments")
    wanted = [entry for entry in lock.entries if environment.holds(entry.marker)]
    names = set()
    for entry in wanted:
        _require_python(entry.requires_python, python, f"`{entry.package.name}`")
        if entry.package.name in names:
            raise LockError(f"it has several entries for one environment: `{entry.package.name}`")
        names.add(entry.package.name)
    return tuple(entry.package for entry in wanted)


def _require_python(specifiers: str | None, python: str, what: str) -> None:
    if specifiers is not None and not python_fits(specifiers, python):
        raise LockError(f"{what} requires another Python than {python}: {specifiers}")


def _read_entry(value: object) -> Entry:
    table = read_table(value)
    return Entry(
        package=_read_package(table),
        marker=optional(table, "marker", _read_plain_marker),
        requires_python=optional(table, "requires-python", read_specifiers),
    )


def _read_plain_marker(value: object) -> str:
    """A marker without `extra`, which a pylock.toml has no use for."""
    marker = read_marker(value)
    if any(comparison.key == "extra" for comparison in comparisons(parse_marker(marker))):
        raise LockError(f"invalid marker: {marker!r}")
    return marker


def _read_package(table: Table) -> Package:
    name = required(table, "name", read_name)
    version = optional(table, "version", lambda value: check_version(read_text(value)))
    given = [key for key in (*_SOURCES, "wheels", "sdist") if key in table]
    alone = [key for key in given if key in _SOURCES]
    if not given or (alone and len(given) > 1):
        raise LockError(f"`{name}` must have wheels and an sdist, or one other source")
    source = _read_source(table)
    if isinstance(source, UrlSource):
        return _from_archive(name, version, source, read_table(table["archive"]))
    wheels = optional(table, "wheels", lambda value: read_array(value, _read_wheel)) or ()
    version = version or _version_of(name, wheels)
    with inside("wheels"):
        for wheel in wheels:
            WheelReader(name, version, source).check_name(wheel.filename)
    sdist = optional(table, "sdist", _read_sdist)
    return Package(name, version, source, sdist=sdist, wheel_list=WheelList(lambda: wheels))


def _read_source(table: Table) -> Source:
    """Where the package comes from; what is built keeps only what tells that it is."""
    if "directory" in table:
        return DirectorySource(required(read_table(table["directory"]), "path", read_text))
    if "vcs" in table:
        vcs = read_table(table["vcs"])
        url = optional(vcs, "url", read_text) or required(vcs, "path", read_text)
        required(vcs, "commit-id", read_text)
        return GitSource(url)
    if "archive" in table:
        archive = read_table(table["archive"])
        # uv prefers the path, and what it would record about one is not certain
        path = optional(archive, "path", read_text)
        url = required(archive, "url", read_text) if path is None else f"file:{path}"
        return UrlSource(url, optional(archive, "subdirectory", read_text))
    return RegistrySource()


def _from_archive(name: str, version: str | None, source: UrlSource, archive: Table) -> Package:
    filename = last_segment(source.url)
    digest = required(archive, "hashes", _read_hashes)
    if not filename.endswith(".whl"):
        sdist = SourceDistribution(hash=digest)
        return Package(name, version, source, sdist=sdist)
    wheel = WheelFile(filename, hash=digest, size=optional(archive, "size", read_integer))
    version = version or _version_of(name, (wheel,))
    WheelReader(name, version, source).check_name(filename)
    return Package(name, version, source, wheel_list=WheelList(lambda: (wheel,)))


def _version_of(name: str, wheels: tuple[WheelFile, ...]) -> str | None:
    """The version that a package's wheels agree on; None without any."""
    versions = {wheel.filename.split("-")[1:2][0] for wheel in wheels if "-" in wheel.filename}
    if len(versions) > 1:
        raise LockError(f"the wheels of `{name}` are of several versions")
    return next(iter(versions), None)


def _read_wheel(value: object) -> WheelFile:
    table = read_table(value)
    path = optional(table, "path", read_text)
    url = optional(table, "url", read_text)
    filename = optional(table, "name", read_text)
    if path is None and url is None:
        raise LockError("a wheel has no URL or path")
    return WheelFile(
        filename=_spelled(filename, last_segment(path or url or "")),
        url=None if path is not None else url,  # uv prefers the path, too
        path=path,
        hash=required(table, "hashes", _read_hashes),
        size=optional(table, "size", read_integer),
        upload_time=optional(table, "upload-time", _read_time),
    )


def _spelled(name: str | None, found: str) -> str:
    """The wheel's name as in its address, where that is `name` in another spelling.

    uv writes `name` for wheels whose projects are not spelled in their normal form.
    """
    if name is None:
        return found
    (project, _, rest), (other, _, its_rest) = name.partition("-"), found.partition("-")
    same = rest == its_rest and normalize_name(project) == normalize_name(other) is not None
    return found if same else name


def _read_sdist(value: object) -> SourceDistribution:
    table = read_table(value)
    return SourceDistribution(
        url=optional(table, "url", read_text),
        path=optional(table, "path", read_text),
        hash=required(table, "hashes", _read_hashes),
    )


def _read_hashes(value: object) -> str | None:
    """The sha256 in the form of uv.lock; None where it is not all that uv would verify."""
    digests = {key: read_text(digest) for key, digest in read_table(value).items()}
    digest = digests.pop("sha256", "")
    plain = len(digest) == _SHA256_DIGITS and set(digest) <= set("0123456789abcdef")
    return f"sha256:{digest}" if plain and not digests else None


def _read_time(value: object) -> str:
    if not isinstance(value, datetime):
        raise LockError("expected a date and a time")
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
