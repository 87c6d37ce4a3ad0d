"""The settings that a lock was made with against those that count now.

After the first half of `ValidatedLock::validate` in uv-lock-operations.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from uvlayers.errors import Unsupported
from uvlayers.lock.model import Lock, RegistrySource
from uvlayers.pyproject import Table, get

# The index that uv uses where none is configured, which no file of ours names.
_DEFAULT_INDEX = "5a06749b2297be54ac5699f6f2761716adc5001a2d5f8b915ab2172922dd5706"

# Option in the lock → setting; absent in both is uv's default in both.
_MODES = {
    "resolution-mode": "resolution",
    "prerelease-mode": "prerelease",
    "fork-strategy": "fork-strategy",
    "exclude-newer": "exclude-newer",
}
_DEFAULTS = {"resolution-mode": "highest", "fork-strategy": "requires-python"}
_DEFAULT_PRERELEASES = frozenset({None, "if-necessary", "if-necessary-or-explicit"})

# They decide where to look for new versions, and so say nothing about a lock that is kept.
_IRRELEVANT = frozenset({"index-strategy"})
_INDEXES = ("index", "index-url", "extra-index-url", "find-links")
_INDEX_KEYS = frozenset(
    {
        "name",
        "url",
        "default",
        "explicit",
        "publish-url",
        "authenticate",
        "ignore-error-codes",
        "cache-control",
    }
)
_SWITCHES = frozenset({"no-sources", "no-sources-package", "upgrade", "refresh"})


def setting_differences(lock: Lock, settings: Table) -> Iterator[str]:
    """Yield what differs; raises Unsupported for a setting or option that is not understood."""
    known = {*_MODES.values(), *_IRRELEVANT, *_INDEXES, *_SWITCHES, "dependency-metadata"}
    for name in sorted(settings.keys() - known):
        raise Unsupported(f"only uv can tell what `{name}` means for the lock")
    for name in sorted(_SWITCHES & settings.keys()):
        if settings[name]:
            raise Unsupported(f"only uv can compare the lock under `{name}`")
    for name in sorted(lock.options.keys() - _MODES.keys()):
        raise Unsupported(f"the lock was made with `{name}`")
    for option, name in _MODES.items():
        default = _DEFAULTS.get(option)
        locked, wanted = lock.options.get(option, default), settings.get(name, default)
        if locked == wanted:
            continue
        if name == "prerelease" and {locked, wanted} <= _DEFAULT_PRERELEASES:
            raise Unsupported("the default of `prerelease` depends on uv's version")
        if name == "exclude-newer" and None not in (locked, wanted):
            raise Unsupported("only uv can compare two dates of `exclude-newer`")
        yield f"`{name}` has changed"
    _refuse_other_metadata(lock, settings)


def _refuse_other_metadata(lock: Lock, settings: Table) -> None:
    locked = lock.manifest.tables.get("dependency-metadata") or []
    wanted = settings.get("dependency-metadata") or []
    if _sorted(locked) != _sorted(wanted):
        raise Unsupported("only uv can compare `dependency-metadata`")


def _sorted(tables: object) -> list[Table]:
    """Return the tables in one order, without the empty lists that a lock leaves out."""
    kept: list[Table] = []
    for table in tables if isinstance(tables, list) else [tables]:
        if not isinstance(table, dict):
            raise Unsupported("`dependency-metadata` is not as uv expects it")
        kept.append({key: value for key, value in table.items() if value != []})
    return sorted(kept, key=lambda table: repr(sorted(table.items())))


def check_indexes(lock: Lock, settings: Table, more: Iterable[str]) -> None:
    """Refuse a lock that uses an index which is not known to be configured, if any is.

    `more` are the indexes that sources name. Raises Unsupported: only uv knows what it makes of
    an address.
    """
    configured = frozenset(_configured(settings))
    if not any(settings.get(name) for name in _INDEXES):
        return
    allowed = configured.union(more)
    for package in lock.packages:
        source = package.source
        if not isinstance(source, RegistrySource) or source.url in allowed:
            continue
        if source.url is None or not _is_default(source.url) or _replaces_default(settings):
            raise Unsupported(f"the index of `{package.name}` is not known to be configured")


def _configured(settings: Table) -> Iterator[str]:
    for table in get(settings, "index", list) or []:
        if not isinstance(table, dict) or table.keys() - _INDEX_KEYS:
            raise Unsupported("only uv knows what an index of this kind means for the lock")
        yield str(table.get("url"))
    yield str(settings.get("index-url"))
    for name in ("extra-index-url", "find-links"):
        yield from map(str, get(settings, name, list) or [])


def _replaces_default(settings: Table) -> bool:
    tables: Iterable[Mapping[str, object]] = get(settings, "index", list) or []
    return "index-url" in settings or any(table.get("default") for table in tables)


def _is_default(url: str) -> bool:
    return hashlib.sha256(url.encode()).hexdigest() == _DEFAULT_INDEX
