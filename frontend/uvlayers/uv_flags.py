"""Every flag of `uv sync`, uv 0.3 to 0.13, and how it bears on what gets installed.

Those of other commands are in tables of their own, in the same form.

Source: `SyncArgs`, `GlobalArgs`, `TopLevelArgs` and what they flatten, in uv's
`crates/uv-cli/src/lib.rs` and `crates/uv-cache/src/cli.rs`; `since` is the first release with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Arity(Enum):
    """What may follow a flag; COUNT is a switch that may be repeated."""

    SWITCH = 0
    COUNT = 1
    ONE = 2
    MANY = 3


SWITCH, COUNT, ONE, MANY = Arity


@dataclass(frozen=True, slots=True)
class Flag:
    """One long flag.

    `delimited` is the first release that splits a value at `delimiter`, where that came later.
    `opposite`: the switches that it overrides and is overridden by, whichever comes last. `names`:
    its values are names of projects, extras or groups; `values`: it takes only these.
    `harmless` says why it cannot change what is installed, `refused` why we do not take it over;
    a flag with neither is read by `request`.
    """

    name: str
    arity: Arity
    since: str = "0.3.0"
    short: str = ""
    aliases: tuple[str, ...] = ()
    delimiter: str = ""
    delimited: str = ""
    opposite: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    names: bool = False
    values: tuple[str, ...] = ()
    harmless: str = ""
    refused: str = ""


_GROUPS = (
    Flag(
        "extra",
        MANY,
        delimiter=",",
        delimited="0.9.30",
        conflicts=("all-extras", "only-group"),
        names=True,
    ),
    Flag("all-extras", SWITCH, opposite=("no-all-extras",), conflicts=("only-group",)),
    Flag("no-all-extras", SWITCH, opposite=("all-extras",)),
    Flag("no-extra", MANY, "0.5.5", names=True),
    Flag("dev", SWITCH, opposite=("no-dev",)),
    Flag("no-dev", SWITCH, opposite=("dev",)),
    Flag("only-dev", SWITCH, "0.4.11", conflicts=("group", "all-groups", "no-dev")),
    Flag("group", MANY, "0.4.27", conflicts=("only-group", "only-dev"), names=True),
    Flag("no-group", MANY, "0.4.27", delimiter=" ", delimited="0.9.8", names=True),
    Flag("only-group", MANY, "0.4.27", conflicts=("group", "dev", "all-groups"), names=True),
    Flag("all-groups", SWITCH, "0.5.4", conflicts=("only-group", "only-dev")),
    Flag("no-default-groups", SWITCH, "0.5.23"),
)
_WHAT = (
    Flag("editable", SWITCH, "0.8.16", opposite=("no-editable",)),
    Flag("no-editable", SWITCH, "0.4.11", opposite=("editable",)),
    Flag("no-editable-package", MANY, "0.11.17", delimiter=" ", names=True),
    Flag("inexact", SWITCH, aliases=("no-exact",), opposite=("exact",)),
    Flag("exact", SWITCH, opposite=("inexact",)),
    Flag("no-install-project", SWITCH, "0.3.3", conflicts=("only-install-project",)),
    Flag("only-install-project", SWITCH, "0.9.9"),
    Flag("no-install-workspace", SWITCH, "0.3.3", conflicts=("only-install-workspace",)),
    Flag("only-install-workspace", SWITCH, "0.9.9"),
    Flag("no-install-local", SWITCH, "0.8.14", conflicts=("only-install-local",)),
    Flag("only-install-local", SWITCH, "0.9.9"),
    Flag("no-install-package", MANY, "0.3.3", conflicts=("only-install-package",), names=True),
    Flag("only-install-package", MANY, "0.9.9", names=True),
    Flag("package", MANY, conflicts=("all-packages",), names=True),
    Flag("all-packages", SWITCH, "0.4.30"),
    Flag("no-build", SWITCH, opposite=("build",)),
    Flag("build", SWITCH, opposite=("no-build",)),
    Flag("no-build-package", MANY, delimiter=" ", delimited="0.6.5", names=True),
    Flag("no-binary", SWITCH, opposite=("binary",)),
    Flag("binary", SWITCH, opposite=("no-binary",)),
    Flag("no-binary-package", MANY, delimiter=" ", delimited="0.5.30", names=True),
)
_LOCK = (
    Flag("locked", SWITCH, opposite=("no-locked",), conflicts=("frozen", "upgrade")),
    Flag("no-locked", SWITCH, "0.13.0", opposite=("locked",)),
    Flag("frozen", SWITCH, opposite=("no-frozen",), conflicts=("upgrade", "no-sources")),
    Flag("no-frozen", SWITCH, "0.13.0", opposite=("frozen",)),
    Flag("resolution", ONE, values=("highest", "lowest", "lowest-direct")),
    Flag(
        "prerelease",
        ONE,
        values=("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"),
    ),
    Flag("pre", SWITCH),
    Flag("prerelease-package", MANY, "0.12.1"),
    Flag("fork-strategy", ONE, "0.5.9", values=("fewest", "requires-python")),
    Flag("exclude-newer", ONE),
    Flag("exclude-newer-package", MANY, "0.8.4"),
    Flag("no-sources", SWITCH),
    Flag("no-sources-package", MANY, "0.9.26", delimiter=" ", names=True),
    Flag("index", MANY, "0.4.23"),
    Flag("default-index", ONE, "0.4.23"),
    Flag("index-url", ONE, short="i"),
    Flag("extra-index-url", MANY, delimiter=" "),
    Flag("find-links", MANY, short="f", delimiter=",", delimited="0.5.17"),
    Flag("index-strategy", ONE, values=("first-index", "unsafe-first-match", "unsafe-best-match")),
)
_PLACE = (
    Flag("active", SWITCH, "0.5.29", opposite=("no-active",)),
    Flag("no-active", SWITCH, "0.5.29", opposite=("active",)),
    Flag("python", ONE, short="p"),
    Flag("python-preference", ONE, values=("only-managed", "managed", "system", "only-system")),
    Flag("managed-python", SWITCH, "0.6.8", opposite=("no-managed-python",)),
    Flag("no-managed-python", SWITCH, "0.6.8", opposite=("managed-python",)),
    Flag("allow-python-downloads", SWITCH),
    Flag("no-python-downloads", SWITCH),
    Flag("python-fetch", ONE),
    Flag("directory", ONE),
    Flag("project", ONE, "0.4.16"),
    Flag("config-file", ONE),
    Flag("no-config", SWITCH),
)
_BYTES = (
    Flag("compile-bytecode", SWITCH, aliases=("compile",), opposite=("no-compile-bytecode",)),
    Flag("no-compile-bytecode", SWITCH, aliases=("no-compile",), opposite=("compile-bytecode",)),
    Flag("link-mode", ONE, values=("clone", "copy", "hardlink", "symlink")),
    Flag("no-installer-metadata", SWITCH, "0.5.7"),
    Flag("no-build-isolation", SWITCH, opposite=("build-isolation",)),
    Flag("build-isolation", SWITCH, opposite=("no-build-isolation",)),
    Flag("no-build-isolation-package", MANY, names=True),
    Flag("preview-features", MANY, "0.8.4", aliases=("preview-feature",), delimiter=","),
)

_OUTPUT = "it only changes what is printed"
_CACHE = "it only changes what is kept in uv's cache"
_REACH = "it only changes how an index is reached"
_BUILDS = "it only changes how packages are built"

_HARMLESS = (
    Flag("quiet", COUNT, short="q", conflicts=("verbose",), harmless=_OUTPUT),
    Flag("verbose", COUNT, short="v", harmless=_OUTPUT),
    Flag(
        "color", ONE, conflicts=("no-color",), harmless=_OUTPUT, values=("auto", "always", "never")
    ),
    Flag("no-color", SWITCH, harmless=_OUTPUT),
    Flag("no-progress", SWITCH, harmless=_OUTPUT),
    Flag("output-format", ONE, "0.7.21", harmless=_OUTPUT, values=("text", "json")),
    Flag("no-cache", SWITCH, short="n", aliases=("no-cache-dir",), harmless=_CACHE),
    Flag("cache-dir", ONE, harmless=_CACHE),
    Flag("refresh", SWITCH, opposite=("no-refresh",), harmless=_CACHE),
    Flag("no-refresh", SWITCH, opposite=("refresh",), harmless=_CACHE),
    Flag("refresh-package", MANY, harmless=_CACHE, names=True),
    Flag("keyring-provider", ONE, harmless=_REACH, values=("disabled", "subprocess")),
    Flag(
        "allow-insecure-host",
        MANY,
        "0.3.5",
        aliases=("trusted-host",),
        delimiter=" ",
        harmless=_REACH,
    ),
    Flag("native-tls", SWITCH, harmless=_REACH),
    Flag("no-native-tls", SWITCH, harmless=_REACH),
    Flag("system-certs", SWITCH, "0.11.0", harmless=_REACH),
    Flag("no-system-certs", SWITCH, "0.11.0", harmless=_REACH),
    Flag("isolated", SWITCH, harmless="`uv sync` ignores it"),
    Flag("no-offline", SWITCH, opposite=("offline",), harmless=_REACH),
    Flag("no-preview", SWITCH, opposite=("preview",), harmless="it is uv's default"),
    Flag("no-check", SWITCH, "0.6.10", opposite=("check",), harmless="it is uv's default"),
    Flag("no-upgrade", SWITCH, opposite=("upgrade",), harmless="it is uv's default"),
    Flag("no-reinstall", SWITCH, opposite=("reinstall",), harmless="it is uv's default"),
    Flag("config-setting", MANY, short="C", aliases=("config-settings",), harmless=_BUILDS),
    Flag("config-settings-package", MANY, "0.8.1", harmless=_BUILDS),
    Flag("require-build-hashes", SWITCH, "0.13.0", harmless=_BUILDS),
    Flag("no-require-build-hashes", SWITCH, "0.13.0", harmless=_BUILDS),
)
_REFUSED = (
    Flag("upgrade", SWITCH, short="U", opposite=("no-upgrade",), refused="it resolves anew"),
    Flag("upgrade-package", MANY, short="P", refused="it resolves anew"),
    Flag("upgrade-group", MANY, "0.11.4", refused="it resolves anew"),
    Flag(
        "reinstall",
        SWITCH,
        aliases=("force-reinstall",),
        opposite=("no-reinstall",),
        refused="it installs everything once more",
    ),
    Flag("reinstall-package", MANY, refused="it installs a package once more"),
    Flag("no-index", SWITCH, refused="it turns the indexes off"),
    Flag("offline", SWITCH, opposite=("no-offline",), refused="it turns the network off"),
    Flag("dry-run", SWITCH, "0.5.30", refused="it installs nothing"),
    Flag("check", SWITCH, "0.6.10", opposite=("no-check",), refused="it installs nothing"),
    Flag("script", ONE, "0.5.31", refused="it installs a script's dependencies"),
    Flag("python-platform", ONE, "0.7.21", refused="it installs for another platform"),
    Flag("preview", SWITCH, opposite=("no-preview",), refused="it turns every preview on"),
    Flag("show-settings", SWITCH, refused="it installs nothing"),
    Flag("help", SWITCH, short="h", refused="it installs nothing"),
    Flag("version", SWITCH, short="V", refused="it installs nothing"),
)

FLAGS = {
    flag.name: flag
    for table in (_GROUPS, _WHAT, _LOCK, _PLACE, _BYTES, _HARMLESS, _REFUSED)
    for flag in table
}


@dataclass(frozen=True, slots=True)
class Syntax:
    """The words that name a command, its flags, and whether it takes other words as well."""

    words: tuple[str, ...]
    flags: Iterable[Flag]
    operands: bool = False
    long: dict[str, Flag] = field(init=False)
    short: dict[str, Flag] = field(init=False)

    def __post_init__(self) -> None:
        long = {name: flag for flag in self.flags for name in (flag.name, *flag.aliases)}
        object.__setattr__(self, "long", long)
        object.__setattr__(self, "short", {flag.short: flag for flag in self.flags if flag.short})


SYNC = Syntax(("sync",), tuple(FLAGS.values()))
LONG, SHORT = SYNC.long, SYNC.short


# They are taken before `sync` too (`global = true`); any other flag there is an error.
GLOBAL = frozenset(
    (
        "python-preference",
        "managed-python",
        "no-managed-python",
        "allow-python-downloads",
        "no-python-downloads",
        "python-fetch",
        "directory",
        "project",
        "config-file",
        "no-config",
        "no-installer-metadata",
        "allow-insecure-host",
        "preview-features",
        "quiet",
        "verbose",
        "color",
        "no-color",
        "no-progress",
        "no-cache",
        "cache-dir",
        "native-tls",
        "no-native-tls",
        "system-certs",
        "no-system-certs",
        "no-offline",
        "offline",
        "preview",
        "no-preview",
        "isolated",
        "show-settings",
        "help",
    )
)


def subcommand(arguments: Sequence[str]) -> str | None:
    """The first word that is neither a flag nor a flag's value, `sync` in `-q sync`."""
    pending = iter(arguments)
    for word in pending:
        if not word.startswith("-") or word == "-":
            return word
        if _waits(word):
            next(pending, None)
    return None


def _waits(word: str) -> bool:
    """Whether the value of the flag `word` is the word after it."""
    if word.startswith("--"):
        flag = LONG.get(word[2:])
        return flag is not None and flag.arity in (ONE, MANY)
    for index, letter in enumerate(word[1:], 2):
        flag = SHORT.get(letter)
        if flag is not None and flag.arity in (ONE, MANY):
            return index == len(word)
    return False
