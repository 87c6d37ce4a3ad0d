"""The options under which `dockerfile.v0` reads the user's Dockerfile for us.

Follows BuildKit `frontend/dockerui/config.go`; a nested solve without `evaluate` runs no step.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from uvlayers.options import ARGUMENTS, KEY_CMDLINE, KEY_SOURCE, Options

BUILTIN = "dockerfile.v0"
_GATEWAY = "gateway.v0"


@dataclass(frozen=True, slots=True)
class Delegation:
    """A nested solve: the frontend to call and its options."""

    frontend: str
    opts: Mapping[str, str]


def delegation(options: Options) -> Delegation:
    """Every option as it came, but for those that would lead back to us.

    Without `cmdline` the Dockerfile frontend looks for `# syntax=` again and calls us for ever.
    """
    opts = {
        key: value
        for key, value in options.opts.items()
        if key != KEY_SOURCE and key not in ARGUMENTS
    }
    image = options.dockerfile_image
    if image is None:
        opts.setdefault(KEY_CMDLINE, "uvlayers")
        return Delegation(BUILTIN, opts)
    opts[KEY_CMDLINE] = image
    opts[KEY_SOURCE] = image
    return Delegation(_GATEWAY, opts)
