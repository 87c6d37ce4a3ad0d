"""From `uv pip sync pylock.toml` and the files that it sees to the request that it makes.

Source: `PipSyncSettings`, `PipInstallSettings` and `PipSettings::combine` in uv's
`crates/uv/src/settings.rs`.
"""

import posixpath
import re
from collections.abc import Iterator

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.pyproject import Table, subtable
from uvlayers.settings.arguments import Arguments, parse_arguments
from uvlayers.settings.choices import Choices
from uvlayers.settings.configuration import (
    Configuration,
    ancestors,
    refuse_other_types,
    user_directory,
)
from uvlayers.settings.directories import absolute_path, read_directory
from uvlayers.settings.documents import Documents, Files
from uvlayers.settings.installing import read_bytecode, refuse_link_mode, refuse_previews
from uvlayers.settings.pip_flags import PIP_INSTALL, PIP_SYNC
from uvlayers.settings.releases import Requirement
from uvlayers.settings.request import PipRequest
from uvlayers.settings.target import find_target
from uvlayers.settings.variables import Variables, names, parse_boolean
from uvlayers.uv_flags import Syntax, subcommand

OLDEST_UV = "0.8.0"
"""The oldest uv whose reading of these commands is known to be ours."""

_REQUIREMENTS = (".txt", ".in")
_PYLOCK = re.compile(r"pylock(\.[^.]+)?\.toml")

# Read by `uv pip` in ways that we do not follow.
_REFUSED_TEXTS = (
    "CONDA_PREFIX",
    "UV_BUILD_CONSTRAINT",
    "UV_CONFIG_FILE",
    "UV_CONSTRAINT",
    "UV_EXCLUDE",
    "UV_NO_BINARY_PACKAGE",
    "UV_NO_BUILD_PACKAGE",
    "UV_OVERRIDE",
    "UV_PROJECT",
    "UV_PYTHON_PREFERENCE",
    "UV_TORCH_BACKEND",
)
_REFUSED_BOOLEANS = (
    "UV_MANAGED_PYTHON",
    "UV_NO_BINARY",
    "UV_NO_BUILD",
    "UV_NO_MANAGED_PYTHON",
    "UV_NO_VERIFY_HASHES",
)
_BOOLEANS = ("UV_SYSTEM_PYTHON", "UV_BREAK_SYSTEM_PACKAGES", "UV_REQUIRE_HASHES")

# Settings that bear on what is installed, where or how; in any file that uv may read.
_REFUSED_SETTINGS = names(
    """
    audit compile-bytecode find-links link-mode no-binary no-binary-package no-build
    no-build-package no-index offline pip preview preview-features python-downloads
    python-preference reinstall reinstall-package required-version torch-backend upgrade
    upgrade-package
    """
)


def is_pylock(path: str) -> bool:
    """Whether uv takes a file of that name for a lock (PEP 751)."""
    return _PYLOCK.fullmatch(posixpath.basename(path)) is not None


def requirements_source(command: SyncCommand, files: Files) -> str | None:
    """The path of the only requirements that `command` installs; None where it does more."""
    syntax = PIP_SYNC if _kind(command) == "sync" else PIP_INSTALL
    requirement = Requirement()
    try:
        variables = Variables(command.environment, command.unknown, requirement)
        arguments = parse_arguments(command.argv[1:], requirement, syntax)
        cwd = read_directory(command.cwd, arguments, variables, files)
    except Unsupported:
        return None
    given = (*arguments.many("requirements"), *arguments.operands)
    plain = len(given) == 1 and "://" not in given[0] and given[0] != "-"
    return absolute_path(cwd, given[0], "--requirements") if plain else None


def resolve_pip(command: SyncCommand, files: Files) -> PipRequest:
    """What `command` asks uv for.

    Raises Unsupported for a flag, variable or setting that is not known or cannot be honoured,
    and where uv itself would refuse the command.
    """
    requirement = Requirement()
    requirement.at_least(OLDEST_UV, "`uv pip`")
    variables = Variables(command.environment, command.unknown, requirement)
    _refuse_variables(command)
    syntax = PIP_SYNC if _kind(command) == "sync" else PIP_INSTALL
    arguments = parse_arguments(command.argv[1:], requirement, syntax)
    for directory in command.entered:
        if files.list(directory) is None:
            raise Unsupported(f"it changes to a directory that does not exist: `{directory}`")
    cwd = read_directory(command.cwd, arguments, variables, files)
    configuration = _configuration(files, cwd, arguments, variables)
    choices = Choices(arguments, variables, configuration, requirement)
    refuse_previews(choices)
    refuse_link_mode(choices)
    compile_bytecode, invalidation = read_bytecode(choices)
    python = arguments.one("python") or variables.text("UV_PYTHON")
    system = _is_system(arguments, command)
    target = find_target(files, cwd, command.environment, python, system=system)
    return PipRequest(
        environment_path=target.path,
        python_flags=tuple(_python_flags(arguments, target.python)),
        compile_bytecode=compile_bytecode,
        pyc_invalidation=invalidation,
        installer_metadata=not choices.switch("no-installer-metadata", "UV_NO_INSTALLER_METADATA"),
        inexact=syntax is PIP_INSTALL and not arguments.has("exact"),
        oldest_uv=requirement.release,
        relies_on=tuple(requirement.reasons),
        unrecognized=(*variables.unrecognized(), *configuration.unrecognized()),
        directory=cwd,
        source=_source(arguments, syntax, cwd),
        no_build=arguments.has("no-build") or arguments.has("only-binary"),
        transitive=syntax is PIP_INSTALL and not arguments.has("no-deps"),
        satisfied=syntax is PIP_INSTALL,
    )


def _kind(command: SyncCommand) -> str | None:
    """The word after `pip`."""
    words = command.argv[1:]
    return subcommand(words[words.index("pip") + 1 :])


def _refuse_variables(command: SyncCommand) -> None:
    read = (*_REFUSED_TEXTS, *_REFUSED_BOOLEANS, *_BOOLEANS)
    for name in sorted(command.unknown.intersection(read)):
        raise Unsupported(f"the value of `{name}` is only known when it runs")
    given = command.environment
    for name in _REFUSED_TEXTS:
        if given.get(name):
            raise Unsupported(f"`{name}` is set")
    for name in _REFUSED_BOOLEANS:
        if name in given and parse_boolean(name, given[name]):
            raise Unsupported(f"`{name}` is set")
    for name in _BOOLEANS:
        if name in given:
            parse_boolean(name, given[name])


def _is_system(arguments: Arguments, command: SyncCommand) -> bool:
    """`--no-system` does not go with the variable in all releases."""
    value = command.environment.get("UV_SYSTEM_PYTHON")
    variable = value is not None and parse_boolean("UV_SYSTEM_PYTHON", value)
    if arguments.has("no-system") and value is not None:
        raise Unsupported("`--no-system` is set together with `UV_SYSTEM_PYTHON`")
    return arguments.has("system") or variable


def _python_flags(arguments: Arguments, python: str | None) -> Iterator[str]:
    if python is not None:
        yield f"--python={python}"
    for name in ("system", "break-system-packages", "no-config"):
        if arguments.has(name):
            yield f"--{name}"


def _source(arguments: Arguments, syntax: Syntax, cwd: str) -> str:
    """The one file that is installed."""
    if syntax is PIP_INSTALL and arguments.operands:
        raise Unsupported(f"uv takes it for a package: `{arguments.operands[0]}`")
    given = (*arguments.many("requirements"), *arguments.operands)
    if len(given) != 1:
        raise Unsupported("it installs more than one lock")
    (name,) = given
    if "://" in name or not (is_pylock(name) or name.endswith(_REQUIREMENTS)):
        raise Unsupported(f"it installs more than a lock: `{name}`")
    return absolute_path(cwd, name, "--requirements")


def _configuration(
    files: Files, cwd: str, arguments: Arguments, variables: Variables
) -> Configuration:
    """Every file that uv may read settings from; raises Unsupported for one that matters.

    Which of those in the project it reads depends on whether they make a workspace.
    """
    if arguments.has("no-config") or variables.boolean("UV_NO_CONFIG"):
        return Configuration()
    documents = Documents(files)
    found = [*_tables(documents, cwd), *_shared(documents, variables)]
    refuse_other_types(table for _, table in found)
    for path, table in found:
        for key in sorted(table.keys() & _REFUSED_SETTINGS):
            raise Unsupported(f"`{key}` is set in `{path}`")
    return Configuration(tuple(t for _, t in found), tuple(path for path, _ in found))


def _tables(documents: Documents, cwd: str) -> Iterator[tuple[str, Table]]:
    for directory in ancestors(cwd):
        path = posixpath.join(directory, "uv.toml")
        table = documents.table(path)
        if table is not None:
            yield path, table
        path = posixpath.join(directory, "pyproject.toml")
        table = documents.table(path)
        settings = None if table is None else subtable(table, "tool", "uv")
        if settings is not None:
            yield path, settings


def _shared(documents: Documents, variables: Variables) -> Iterator[tuple[str, Table]]:
    directories = (variables.text("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    shared = [f"{directory}/uv" for directory in directories if directory]
    for directory in (user_directory(variables), *shared, "/etc/uv"):
        path = posixpath.join("/", directory, "uv.toml")
        table = documents.table(path)
        if table is not None:
            yield path, table
