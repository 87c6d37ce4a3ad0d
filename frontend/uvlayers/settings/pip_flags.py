"""The flags of `uv pip sync` and `uv pip install` that are known, and what each of them means.

Source: `PipSyncArgs` and `PipInstallArgs` in uv's `crates/uv-cli/src/lib.rs`. What is not here is
left to uv: these commands can do far more than install what a lock names.
"""

from uvlayers.uv_flags import FLAGS, Arity, Flag, Syntax

SWITCH, MANY = Arity.SWITCH, Arity.MANY


def _flags_of_sync(names: str) -> tuple[Flag, ...]:
    return tuple(FLAGS[name] for name in names.split())


_ALSO_OF_SYNC = _flags_of_sync(
    """
    python compile-bytecode no-compile-bytecode link-mode
    directory no-config no-installer-metadata allow-insecure-host preview-features
    quiet verbose color no-color no-progress no-cache cache-dir refresh no-refresh refresh-package
    keyring-provider native-tls no-native-tls system-certs no-system-certs no-offline no-preview
    index default-index index-url extra-index-url index-strategy
    config-setting config-settings-package
    upgrade upgrade-package reinstall reinstall-package no-index offline preview dry-run
    python-platform show-settings help
    """
)
_LOCK_DECIDES = "the lock decides"
_PRINTS = "it only changes what is printed"
_PIP = (
    Flag("system", SWITCH, opposite=("no-system",)),
    Flag("no-system", SWITCH, opposite=("system",)),
    Flag("break-system-packages", SWITCH, opposite=("no-break-system-packages",)),
    Flag("no-break-system-packages", SWITCH, opposite=("break-system-packages",)),
    Flag("no-build", SWITCH, conflicts=("no-binary", "only-binary")),
    Flag("only-binary", MANY, delimiter=","),
    Flag("require-hashes", SWITCH, harmless="no wheel is installed unverified"),
    Flag("verify-hashes", SWITCH, harmless="it is uv's default"),
    Flag("no-verify-hashes", SWITCH, refused="it takes wheels that are not what the lock says"),
    Flag("no-binary", MANY, delimiter=",", refused="it builds packages that have wheels"),
    Flag("strict", SWITCH, opposite=("no-strict",), harmless=_PRINTS),
    Flag("no-strict", SWITCH, opposite=("strict",), harmless=_PRINTS),
    Flag("target", Arity.ONE, short="t", refused="it installs into a directory"),
    Flag("prefix", Arity.ONE, refused="it installs into another prefix"),
    Flag("python-version", Arity.ONE, refused="it installs for another Python"),
    Flag("torch-backend", Arity.ONE, refused="it looks for another index"),
    Flag("extra", MANY, delimiter=",", refused="it selects extras of the lock"),
    Flag("all-extras", SWITCH, refused="it selects extras of the lock"),
    Flag("group", MANY, refused="it installs dependency groups"),
    Flag("constraints", MANY, short="c", aliases=("constraint",), refused="it adds constraints"),
    Flag(
        "build-constraints",
        MANY,
        short="b",
        aliases=("build-constraint",),
        refused="it adds constraints",
    ),
)
_SYNC = (
    Flag("allow-empty-requirements", SWITCH, harmless="a lock is never empty"),
    Flag("no-allow-empty-requirements", SWITCH, harmless="it is uv's default"),
)
_INSTALL = (
    Flag("requirements", MANY, short="r", aliases=("requirement",)),
    Flag("editable", MANY, short="e", refused="it installs a project"),
    Flag("no-deps", SWITCH, opposite=("deps",), harmless=_LOCK_DECIDES),
    Flag("deps", SWITCH, opposite=("no-deps",), harmless=_LOCK_DECIDES),
    Flag("exact", SWITCH, opposite=("inexact",)),
    Flag("inexact", SWITCH, aliases=("no-exact",), opposite=("exact",)),
    Flag("overrides", MANY, aliases=("override",), refused="it adds overrides"),
)

PIP_SYNC = Syntax(("pip", "sync"), (*_ALSO_OF_SYNC, *_PIP, *_SYNC), operands=True)
PIP_INSTALL = Syntax(("pip", "install"), (*_ALSO_OF_SYNC, *_PIP, *_INSTALL), operands=True)
