"""`uv lock --check`, asked of real uv and of us: does the lock still say what the project asks?"""

import os
import subprocess
from enum import Enum
from pathlib import Path

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.lock.freshness import Freshness, Unknown, check
from uvlayers.lock.parse import parse_lock
from uvlayers.settings.resolve import resolve

from integration.oracle.selection import Disk

_SATISFIED = "Existing `uv.lock` satisfies workspace requirements"


class Verdict(Enum):
    """What uv did with the lock before it looked at any index."""

    KEPT = "uv keeps it as it is"
    LEFT = "uv resolves anew, or refuses the project"


def ask_uv(uv: str, python: Path, project: Path, cache: Path) -> tuple[Verdict, str]:
    """Return what uv says, and why; without an index, so that it cannot resolve."""
    done = subprocess.run(
        [uv, "lock", "--check", "--offline", "-v", "--python", str(python)],
        cwd=project,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("UV_")},
            "UV_CACHE_DIR": str(cache),
            "UV_PYTHON_DOWNLOADS": "never",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    kept = _SATISFIED in done.stderr
    signs = ("despite existing", "Ignoring existing", "error:")
    reasons = [line for line in done.stderr.splitlines() if any(sign in line for sign in signs)]
    return (Verdict.KEPT if kept else Verdict.LEFT), "; ".join(reasons)


def ask_us(project: Path) -> Freshness:
    """Answer from the files alone."""
    command = SyncCommand(
        argv=("uv", "sync", "--locked"),
        environment={"HOME": "/nonexistent"},
        cwd=str(project.resolve()),
        alone=True,
        span=None,
    )
    try:
        workspace = resolve(command, Disk()).workspace
    except Unsupported as error:
        return Unknown(error.message)
    return check(parse_lock((project / "uv.lock").read_bytes()), workspace)
