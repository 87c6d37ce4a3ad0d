"""The flags and settings under which uv builds a wheel, for a project that holds one package alone.

They are those that `uv sync` hands to its build dispatch (`InstallerSettings` in uv-settings) and
to its HTTP client.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from uvlayers.lock.names import normalize_name
from uvlayers.pyproject import Table, subtable
from uvlayers.settings.arguments import split_index
from uvlayers.settings.choices import Choices
from uvlayers.settings.configuration import ancestors
from uvlayers.settings.discovery import FoundWorkspace
from uvlayers.settings.variables import parse_boolean
from uvlayers.toml import lines
from uvlayers.uv_flags import FLAGS, Arity


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SETTINGS = _names(
    """
    allow-insecure-host cache-dir config-settings
    config-settings-package dependency-metadata exclude-newer exclude-newer-package
    extra-build-dependencies extra-build-variables extra-index-url find-links http-proxy https-proxy
    index index-strategy index-url keyring-provider native-tls no-binary no-binary-package no-build
    no-build-package no-proxy no-sources no-sources-package preview-features system-certs
    """
)
PASSED = _names(
    """
    config-setting config-settings-package no-build build no-build-package no-binary binary
    no-binary-package index default-index index-url extra-index-url find-links index-strategy
    keyring-provider allow-insecure-host native-tls no-native-tls system-certs no-system-certs
    exclude-newer exclude-newer-package preview-features no-preview cache-dir no-config
    """
)
# Flag, variable, and what separates several addresses in one text; None is white space.
_INDEXES = (
    ("index", "UV_INDEX", None),
    ("default-index", "UV_DEFAULT_INDEX", None),
    ("index-url", "UV_INDEX_URL", None),
    ("extra-index-url", "UV_EXTRA_INDEX_URL", None),
    ("find-links", "UV_FIND_LINKS", ","),
)
_INDEX_SETTINGS = ("index", "index-url", "extra-index-url", "find-links")
# But for the user that ssh needs.
_CREDENTIALS = re.compile(r"(?<!ssh)://[^/\s\"]*@|ssh://[^/\s\"@]*:[^/\s\"]*@|proxy\" = \"[^\"]*@")
_INDEX_FLAGS = tuple(f"--{flag}=" for flag, _, _ in _INDEXES)


@dataclass(frozen=True, slots=True)
class Building:
    """How the wheel of one package is built apart from its project.

    settings:  TOML members for `[tool.uv]`, or with `alone` for the only configuration file
    flags:     for `uv sync`
    no_cache:  uv keeps no cache
    refusal:   why no package can be built apart; empty where that is possible
    """

    settings: tuple[str, ...] = ()
    alone: bool = False
    flags: tuple[str, ...] = ()
    no_cache: bool = False
    refusal: str = ""


def read_building(
    choices: Choices, workspace: FoundWorkspace, environment: Mapping[str, str]
) -> Building:
    """What the command, its `environment` and the project's configuration say about building."""
    table, alone = _project_settings(choices, workspace.root.directory)
    settings = {key: table[key] for key in SETTINGS if key in table}
    if choices.arguments.has("no-sources"):  # `--frozen` does not take the flag
        settings["no-sources"] = True
    if packages := choices.arguments.many("no-sources-package"):
        settings["no-sources-package"] = [*packages, *settings.get("no-sources-package", ())]
    flags = tuple(_flags(choices))
    if _requires_hashes(choices, environment):
        refusal = "`require-build-hashes` holds its build against the whole lock"
    else:
        refusal = (
            _unknown_settings(choices)
            or _extra_dependencies(choices, workspace)
            or _credentials((*lines(settings), *flags))
            or _local_files(choices, workspace.root.directory, settings, flags)
        )
    no_cache = choices.arguments.has("no-cache") or any(
        level.get("no-cache") for level in choices.configuration.levels
    )
    no_cache = no_cache or parse_boolean("UV_NO_CACHE", environment.get("UV_NO_CACHE", "no"))
    return Building(tuple(lines(settings)), alone, flags, no_cache, refusal)


def _unknown_settings(choices: Choices) -> str:
    """Why uv would refuse a setting, for all that is known of it."""
    for level in choices.configuration.levels:
        wanted = level.get("extra-build-dependencies", {})
        lists = wanted.values() if isinstance(wanted, Mapping) else [None]
        if not all(isinstance(each, list) and _are(each, (str, Mapping)) for each in lists):
            return "`extra-build-dependencies` are not lists of requirements"
        if not _are(level.get("index", []), (Mapping,)):
            return "`index` is not a list of tables"
    return ""


def _are(values: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(values, list) and all(isinstance(each, kinds) for each in values)


def _credentials(texts: Iterable[str]) -> str:
    """Why the builder must not be told: what it is told ends up in its records and cache keys."""
    return "an address has credentials in it" if any(map(_CREDENTIALS.search, texts)) else ""


def _project_settings(choices: Choices, root: str) -> tuple[Table, bool]:
    """The strongest level if it is the project's own: uv finds the user's and the system's."""
    configuration = choices.configuration
    given = choices.arguments.one("config-file") or choices.variables.text("UV_CONFIG_FILE")
    if not configuration.levels:
        return {}, False
    if given:
        return configuration.levels[0], True
    of_project = posixpath.dirname(configuration.paths[0]) in ancestors(root)
    return (configuration.levels[0] if of_project else {}), False


def _flags(choices: Choices) -> Iterator[str]:
    for name in PASSED:
        if not choices.arguments.has(name):
            continue
        if FLAGS[name].arity in (Arity.SWITCH, Arity.COUNT):
            yield f"--{name}"
        for value in choices.arguments.many(name):
            yield f"--{name}={value}"


def _local_files(
    choices: Choices, root: str, settings: Mapping[str, object], flags: tuple[str, ...]
) -> str:
    """Why a build may need the project's files: an index among them, or a path in a setting."""
    local = [each for each in _locations(choices, settings) if not _is_away(each, root)]
    others = [value for key, value in settings.items() if key not in _INDEX_SETTINGS]
    given = [flag.partition("=")[2] for flag in flags if not flag.startswith(_INDEX_FLAGS)]
    local += [text for text in (*_texts(others), *given) if _is_local(text, root)]
    return f"its build may need files of the project: `{local[0]}`" if local else ""


def _locations(choices: Choices, settings: Table) -> Iterator[str]:
    """Every index and every `find-links`, a name in front of it cut off."""
    for table in settings.get("index") or ():
        yield str(table.get("url", ""))
    yield from _texts([settings.get(key) for key in _INDEX_SETTINGS if key != "index"])
    for flag, variable, separator in _INDEXES:
        variables = (choices.variables.text(variable) or "").split(separator)
        for text in (*choices.arguments.many(flag), *variables):
            yield from split_index(text)[1].split(separator)


def _is_away(location: str, root: str) -> bool:
    """Whether an index is at a URL, or in a directory of the image outside of the project."""
    if not location or ("://" in location and not location.startswith("file:")):
        return True
    path = location.removeprefix("file://")
    return path.startswith("/") and root != "/" and not f"{path}/".startswith(f"{root}/")


def _requires_hashes(choices: Choices, environment: Mapping[str, str]) -> bool:
    name = "require-build-hashes"
    if choices.arguments.has(name) or choices.arguments.has(f"no-{name}"):
        return choices.arguments.has(name)
    variable = environment.get("UV_REQUIRE_BUILD_HASHES", "no")
    return parse_boolean("UV_REQUIRE_BUILD_HASHES", variable) or any(
        level.get(name) for level in choices.configuration.levels
    )


def _extra_dependencies(choices: Choices, workspace: FoundWorkspace) -> str:
    """Extra build dependencies may stand for what the lock or the project's sources say."""
    sources = {normalize_name(name) for name in subtable(workspace.root.tool, "sources") or {}}
    for level in choices.configuration.levels:
        for wanted in (level.get("extra-build-dependencies") or {}).values():
            for each in wanted:
                requirement = each if isinstance(each, str) else str(each.get("requirement", ""))
                if not isinstance(each, str) and each.get("match-runtime"):
                    return "`extra-build-dependencies` are to match the lock"
                if normalize_name(_project_name(requirement)) in sources:
                    return "`extra-build-dependencies` have a source of their own"
    return ""


def _project_name(requirement: str) -> str:
    """The name that a PEP 508 requirement begins with."""
    text = requirement.strip()
    end = next((i for i, c in enumerate(text) if not (c.isalnum() or c in "-_.")), len(text))
    return text[:end]


def _texts(values: object) -> list[str]:
    if isinstance(values, str):
        return [values]
    if isinstance(values, Mapping):
        values = list(values.values())
    return [text for each in values for text in _texts(each)] if isinstance(values, list) else []


def _is_local(value: str, root: str) -> bool:
    """Whether a value may name a file of the project, be it by a relative path."""
    path = value.partition("=")[2] or value
    if path.startswith((".", "file:")) or (root != "/" and f"{root}/" in f"{value}/"):
        return True
    return "/" in path and "://" not in path and not path.startswith("/")
