"""Whether uv.lock still says what the workspace asks for: what `uv sync --locked` compares.

After uv's `ValidatedLock::validate` and `Lock::satisfies` (uv-lock-operations, uv-lock). Only what
stands in the files is compared; where uv would build, fetch or resolve, it must. Fresh is said only
when every comparison came out equal; Stale may be wrong: uv resolves anew before it complains.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from uvlayers.errors import LockError, Unsupported
from uvlayers.lock.comparison import differences
from uvlayers.lock.model import Lock


@dataclass(frozen=True, slots=True)
class Workspace:
    """What uv reads beside the lock, as parsed TOML.

    root:     pyproject.toml beside the lock
    members:  that of every other workspace member, by its directory relative to the root
    settings: what counts for a resolution, merged by uv's precedence from command line,
              environment and configuration (`[tool.uv]` of the root among them), under the names
              of `[tool.uv]`: `resolution`, `prerelease`, `fork-strategy`, `exclude-newer`, `index`,
              `index-url`, `no-sources`, `upgrade`, `refresh`, …; only those that are set. A name
              that is not known here makes the answer Unknown.
    """

    root: Mapping[str, object]
    members: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fresh:
    """uv would use the lock as it is."""


@dataclass(frozen=True, slots=True)
class Stale:
    """uv would resolve anew: `--locked` fails unless that changes nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Only uv can tell."""

    reason: str


Freshness = Fresh | Stale | Unknown


def check(lock: Lock, workspace: Workspace) -> Freshness:
    """Return whether uv would find the lock up to date."""
    try:
        found = differences(lock, workspace.root, workspace.members, workspace.settings)
        reason = next(found, None)
    except (LockError, Unsupported) as error:
        return Unknown(error.message)
    return Fresh() if reason is None else Stale(reason)
