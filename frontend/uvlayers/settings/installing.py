"""What every command that installs packages may be told about how: bytecode, links, previews."""

from collections.abc import Mapping

from uvlayers.errors import Unsupported
from uvlayers.settings.choices import Choices
from uvlayers.settings.request import Invalidation
from uvlayers.settings.variables import names

INVALIDATION_MODES: Mapping[str, Invalidation] = {
    "TIMESTAMP": "timestamp",
    "CHECKED_HASH": "checked-hash",
    "UNCHECKED_HASH": "unchecked-hash",
}
# They neither change what is installed nor where, nor how a lock is read.
HARMLESS_PREVIEWS = names(
    """
    add-bounds audit audit-command auth-helper azure-endpoint batch-export build-dependency-hashes
    cache-physical-space cache-size check check-command extra-build-dependencies format
    format-command gcs-endpoint init-project-flag json-output metadata-json native-auth
    packaged-init publish-require-normalized pylock python-install-default python-upgrade
    s3-endpoint sbom-export tool-install-locks workspace-dir workspace-list
    workspace-list-scripts workspace-metadata
    """
)


def refuse_previews(choices: Choices) -> None:
    """Previews may change what is installed; only those that cannot are let through."""
    named = list(choices.arguments.many("preview-features"))
    if not named:
        named = (choices.variables.value("UV_PREVIEW_FEATURES") or "").split(",")
    for level in choices.configuration.levels:
        configured = level.get("preview-features")
        if configured is True:
            raise Unsupported("`preview-features` is set: it turns every preview on")
        named += configured if isinstance(configured, list) else []
    for name in named:
        if name and name not in HARMLESS_PREVIEWS:
            raise Unsupported(f"the preview feature `{name}` is on")


def read_bytecode(choices: Choices) -> tuple[bool, Invalidation]:
    """Whether modules are compiled, and how their bytecode is held against them."""
    wanted = choices.three_way(
        "compile-bytecode", "no-compile-bytecode", "UV_COMPILE_BYTECODE", "compile-bytecode"
    )
    name = choices.variables.text("PYC_INVALIDATION_MODE")
    if name is None:  # py_compile's own default
        dated = choices.variables.text("SOURCE_DATE_EPOCH")
        name = "CHECKED_HASH" if dated else "TIMESTAMP"
    steering = choices.variables.of_compilation() if wanted else None
    if steering is not None:
        raise Unsupported(f"modules are compiled as `{steering}` has it")
    if wanted and name not in INVALIDATION_MODES:
        raise Unsupported(f"`PYC_INVALIDATION_MODE` has an unknown value: `{name}`")
    return bool(wanted), INVALIDATION_MODES.get(name, "timestamp")


def refuse_link_mode(choices: Choices) -> None:
    """Raise Unsupported where files would be links into uv's cache."""
    if choices.text("link-mode", "UV_LINK_MODE", "link-mode") == "symlink":
        raise Unsupported("files are linked into uv's cache: `link-mode` is `symlink`")
