"""The settings of `[tool.uv]` and `uv.toml`: where uv finds them and which matter to us.

Source: uv's `crates/uv-settings/src/{lib,settings,combine}.rs`, `crates/uv-dirs/src/lib.rs`.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from uvlayers.errors import Unsupported
from uvlayers.pyproject import Table, get, strings, subtable
from uvlayers.settings.documents import Documents
from uvlayers.settings.variables import Variables, names

BOOLEANS = names(
    """
    compile-bytecode no-binary no-build no-build-isolation no-index no-sources offline preview
    reinstall upgrade
    """
)
LISTS = names(
    """
    extra-index-url find-links no-binary-package no-build-isolation-package no-build-package
    no-sources-package reinstall-package upgrade-package
    """
)
TEXTS = names(
    """
    fork-strategy index-strategy index-url link-mode prerelease python-downloads python-preference
    required-version resolution
    """
)
# Read by the check of the lock's freshness: whatever they hold, the lock decides what is installed.
LOCK_ONLY = names(
    """
    constraint-dependencies build-constraint-dependencies dependency-metadata environments
    exclude-dependencies exclude-newer exclude-newer-package index minimum-libc-version
    override-dependencies prerelease-package required-environments torch-backend
    """
)
# Read where the projects are read; not allowed in a `uv.toml`.
PROJECT_ONLY = names(
    """
    build-backend conflicts default-groups dependency-groups dev-dependencies managed package
    sources workspace
    """
)
# They go into the project that the probe runs, by which uv picks the interpreter.
PYTHON = names(
    """
    graalpy-install-mirror pypy-install-mirror pyodide-install-mirror python-downloads
    python-downloads-json-url python-install-mirror python-preference
    """
)
HARMLESS = {
    **dict.fromkeys(
        names("concurrent-builds concurrent-downloads concurrent-installs"),
        "it only changes how fast uv works",
    ),
    **dict.fromkeys(names("cache-dir no-cache"), "it only changes what is kept in uv's cache"),
    **dict.fromkeys(
        names(
            """
            allow-insecure-host http-proxy https-proxy keyring-provider native-tls no-proxy
            system-certs
            """
        ),
        "it only changes how an index is reached",
    ),
    **dict.fromkeys(
        names(
            """
            cache-keys config-settings config-settings-package extra-build-dependencies
            extra-build-variables require-build-hashes
            """
        ),
        "it only changes how packages are built",
    ),
    **dict.fromkeys(
        names("add-bounds check-url pip publish-url trusted-publishing"),
        "`uv sync` does not read it",
    ),
}
# uv stops when one of these is of another type, even where it does not use it.
HARMLESS_BOOLEANS = names("native-tls system-certs")
HARMLESS_LISTS = names("allow-insecure-host")
HARMLESS_TEXTS = names("http-proxy https-proxy")
REFUSED = {
    "no-index": "it turns the indexes off",
    "offline": "it turns the network off",
    "preview": "it turns every preview on",
    "reinstall": "it installs everything once more",
    "reinstall-package": "it installs a package once more",
    "upgrade": "it resolves anew",
    "upgrade-package": "it resolves anew",
}
ELSEWHERE = names("audit preview-features") | LOCK_ONLY | PROJECT_ONLY | PYTHON | HARMLESS.keys()


@dataclass(frozen=True, slots=True)
class Configuration:
    """Configuration files merged; `levels` hold the tables, the strongest first."""

    levels: tuple[Table, ...] = ()
    paths: tuple[str, ...] = ()

    def first(self, key: str, kind: type[Any]) -> Any:
        """The strongest level's value of a scalar, None where none has it."""
        for level in self.levels:
            found = get(level, key, kind)
            if found is not None:
                return found
        return None

    def boolean(self, key: str) -> bool | None:
        found: bool | None = self.first(key, bool)
        return found

    def text(self, key: str) -> str | None:
        found: str | None = self.first(key, str)
        return found

    def strings(self, key: str) -> tuple[str, ...]:
        """The lists of all levels, joined: uv lets none replace another."""
        return tuple(item for level in self.levels for item in strings(level, key) or ())

    def unrecognized(self) -> tuple[str, ...]:
        """Keys that are in no table here: a newer uv may read them."""
        known = BOOLEANS | LISTS | TEXTS | ELSEWHERE
        return tuple(sorted({key for level in self.levels for key in level.keys() - known}))


def read_configuration(
    documents: Documents,
    start: str,
    variables: Variables,
    *,
    cwd: str,
    file: str | None = None,
    disabled: bool = False,
) -> Configuration:
    """What uv would load for the workspace root or directory `start`.

    `file` is `--config-file` or UV_CONFIG_FILE, relative to `cwd`; `disabled` is `--no-config`.
    """
    if file is not None:
        path = posixpath.normpath(posixpath.join(cwd, file))
        table = documents.table(path)
        if table is None:
            raise Unsupported(f"there is no configuration file at `{path}`")
        found = [(path, _checked_uv_toml(table, path))]
    elif disabled:
        found = []
    else:
        found = [*_project(documents, start), *_user(documents, variables)]
        found += _system(documents, variables)
    configuration = Configuration(
        tuple(table for _, table in found), tuple(path for path, _ in found)
    )
    _refuse(configuration)
    return configuration


def _project(documents: Documents, start: str) -> Iterator[tuple[str, Table]]:
    """The nearest `uv.toml` or `[tool.uv]`, from `start` upwards."""
    for directory in ancestors(start):
        path = posixpath.join(directory, "uv.toml")
        table = documents.table(path)
        if table is not None:
            yield path, _checked_uv_toml(table, path)
            return
        path = posixpath.join(directory, "pyproject.toml")
        document = documents.table(path)
        table = None if document is None else subtable(document, "tool", "uv")
        if table is not None:
            yield path, table
            return


def _user(documents: Documents, variables: Variables) -> Iterator[tuple[str, Table]]:
    path = posixpath.join(user_directory(variables), "uv.toml")
    table = documents.table(path)
    if table is not None:
        yield path, _checked_uv_toml(table, path)


def _system(documents: Documents, variables: Variables) -> Iterator[tuple[str, Table]]:
    if variables.boolean("UV_NO_SYSTEM_CONFIG"):
        return
    directories = (variables.text("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    candidates = [
        posixpath.join(directory, "uv", "uv.toml") for directory in directories if directory
    ]
    for path in (*candidates, "/etc/uv/uv.toml"):
        if not path.startswith("/"):
            raise Unsupported(f"`XDG_CONFIG_DIRS` holds a relative path: `{path}`")
        table = documents.table(path)
        if table is not None:
            yield path, _checked_uv_toml(table, path)
            return


def user_directory(variables: Variables) -> str:
    """Where the user's `uv.toml` and global `.python-version` lie."""
    configured = variables.text("XDG_CONFIG_HOME") or ""
    home = variables.text("HOME")
    if home is None:
        raise Unsupported("the user's home directory is not known")
    base = configured if configured.startswith("/") else posixpath.join(home, ".config")
    return posixpath.join(base, "uv")


def ancestors(path: str) -> Iterator[str]:
    """`path` and every directory above it, the root last."""
    while True:
        yield path
        parent = posixpath.dirname(path)
        if parent == path:
            return
        path = parent


def _checked_uv_toml(table: Table, path: str) -> Table:
    misplaced = sorted(table.keys() & PROJECT_ONLY)
    if misplaced:
        raise Unsupported(f"uv does not allow `{misplaced[0]}` in `{path}`")
    return table


def refuse_other_types(levels: Iterable[Table]) -> None:
    """Raise Unsupported for a value of a type that uv does not take."""
    for level in levels:
        for key in level.keys() & (BOOLEANS | HARMLESS_BOOLEANS):
            get(level, key, bool)
        for key in level.keys() & (LISTS | HARMLESS_LISTS):
            strings(level, key)
        for key in level.keys() & (TEXTS | PYTHON | HARMLESS_TEXTS):
            get(level, key, str)


def _refuse(configuration: Configuration) -> None:
    refuse_other_types(configuration.levels)
    for level in configuration.levels:
        audit = subtable(level, "audit")
        if audit is not None and audit.get("malware-check"):
            raise Unsupported("`malware-check` is set: it may refuse a package")
    for key, reason in REFUSED.items():
        truthy = configuration.boolean(key) if key in BOOLEANS else configuration.strings(key)
        if truthy:
            raise Unsupported(f"`{key}` is set in `{configuration.paths[0]}`: {reason}")


def python_settings(configuration: Configuration) -> Mapping[str, str]:
    """The settings that steer the choice of an interpreter, merged."""
    found = {key: configuration.text(key) for key in sorted(PYTHON)}
    return {key: value for key, value in found.items() if value is not None}
