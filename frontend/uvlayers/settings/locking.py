"""What the command says about the lock: how strictly to take it, and what a new one would need."""

from collections.abc import Mapping

from uvlayers.errors import Unsupported
from uvlayers.settings.arguments import Arguments, split_index
from uvlayers.settings.choices import Choices
from uvlayers.settings.configuration import LOCK_ONLY
from uvlayers.settings.releases import Requirement
from uvlayers.settings.request import LockMode
from uvlayers.settings.variables import Variables

# [tool.uv] of the workspace root holds them whatever the configuration is (uv-workspace's ToolUv).
OF_THE_ROOT = frozenset(
    (
        "build-constraint-dependencies",
        "constraint-dependencies",
        "environments",
        "exclude-dependencies",
        "minimum-libc-version",
        "override-dependencies",
        "required-environments",
    )
)
TEXTS = {
    "resolution": "UV_RESOLUTION",
    "prerelease": "UV_PRERELEASE",
    "fork-strategy": "UV_FORK_STRATEGY",
    "index-strategy": "UV_INDEX_STRATEGY",
}


def read_lock_mode(
    arguments: Arguments, variables: Variables, requirement: Requirement
) -> LockMode:
    """A flag silences the other one's variable; two flags or two variables contradict."""
    for flag, variable in (("locked", "UV_FROZEN"), ("frozen", "UV_LOCKED")):
        if arguments.has(flag) and variables.boolean(variable) is False:
            requirement.at_least("0.9.23", f"`--{flag}` beside `{variable}`")
    locked_flag, frozen_flag = arguments.has("locked"), arguments.has("frozen")
    locked = not arguments.has("no-locked") and bool(variables.boolean("UV_LOCKED"))
    frozen = not arguments.has("no-frozen") and bool(variables.boolean("UV_FROZEN"))
    if (locked_flag and frozen) or (frozen_flag and locked):
        requirement.at_least("0.13.9", "`--locked` or `--frozen` over the other's variable")
        return LockMode.LOCKED if locked_flag else LockMode.FROZEN
    if (locked_flag or locked) and (frozen_flag or frozen):
        raise Unsupported("`UV_LOCKED` and `UV_FROZEN` are both set")
    if locked_flag or locked:
        return LockMode.LOCKED
    return LockMode.FROZEN if frozen_flag or frozen else LockMode.UPDATE


def resolution_settings(choices: Choices) -> Mapping[str, object]:
    """All that a resolution reads besides the projects, under the names of `[tool.uv]`."""
    found: dict[str, object] = {}
    for level, path in reversed(
        list(zip(choices.configuration.levels, choices.configuration.paths, strict=True))
    ):
        relevant = LOCK_ONLY - (OF_THE_ROOT if path.endswith("pyproject.toml") else frozenset())
        for key in sorted(level.keys() & relevant):
            found[key] = _combined(level[key], found.get(key))
    for key, variable in TEXTS.items():
        found[key] = choices.text(key, variable, key)
    if choices.arguments.has("pre"):
        found["prerelease"] = "allow"
    _add_given(choices, found)
    _add_indexes(choices, found)
    sources = choices.arguments.has("no-sources") or choices.variables.boolean("UV_NO_SOURCES")
    found["no-sources"] = True if sources else choices.configuration.boolean("no-sources")
    name = "no-sources-package"
    found[name] = choices.names(name, "UV_NO_SOURCES_PACKAGE", name) or None
    return {key: value for key, value in found.items() if value is not None}


def _combined(stronger: object, weaker: object) -> object:
    """Lists are joined, tables merged, anything else replaced (uv-settings' Combine)."""
    if isinstance(stronger, list) and isinstance(weaker, list):
        return [*stronger, *weaker]
    if isinstance(stronger, dict) and isinstance(weaker, dict):
        return {**weaker, **stronger}
    return stronger


def _add_given(choices: Choices, found: dict[str, object]) -> None:
    newer = choices.arguments.one("exclude-newer") or choices.variables.value("UV_EXCLUDE_NEWER")
    if newer is not None:
        found["exclude-newer"] = newer
    for name in ("exclude-newer-package", "prerelease-package"):
        given = dict(pair.partition("=")[::2] for pair in choices.arguments.many(name))
        if given:
            found[name] = _combined(given, found.get(name))


def _add_indexes(choices: Choices, found: dict[str, object]) -> None:
    """Indexes of flags and variables: by name, in front of those of the configuration."""
    for name in ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"):
        if choices.variables.is_unknown(name):
            raise Unsupported(f"the value of `{name}` is only known when it runs")
    if choices.variables.is_unknown("UV_FIND_LINKS"):
        raise Unsupported("the value of `UV_FIND_LINKS` is only known when it runs")
    default = choices.arguments.one("default-index") or choices.variables.text("UV_DEFAULT_INDEX")
    given = [word for value in choices.arguments.many("index") for word in value.split()]
    given = given or list(choices.variables.words("UV_INDEX"))
    tables: list[object] = [_index(default, default=True)] if default else []
    tables += [_index(text, default=False) for text in given]
    if tables:
        found["index"] = _combined(tables, found.get("index"))
    url = choices.arguments.one("index-url") or choices.variables.text("UV_INDEX_URL")
    found["index-url"] = url or choices.configuration.text("index-url")
    for key, variable, separator in (
        ("extra-index-url", "UV_EXTRA_INDEX_URL", " "),
        ("find-links", "UV_FIND_LINKS", ","),
    ):
        listed = choices.arguments.many(key)
        if not listed:
            listed = tuple((choices.variables.text(variable) or "").split(separator))
        joined = [text for text in listed if text] + list(choices.configuration.strings(key))
        found[key] = joined or None


def _index(text: str, *, default: bool) -> dict[str, object]:
    """One that a flag or variable names, as a table of `[[tool.uv.index]]`."""
    name, url = split_index(text)
    table: dict[str, object] = {"url": url} if name is None else {"name": name, "url": url}
    return table | ({"default": True} if default else {})
