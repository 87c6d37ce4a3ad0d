"""Running other programs, with an error that shows what they said."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from integration.errors import SetupError

ERROR_LINES = 20


class CommandFailedError(SetupError):
    def __init__(self, argv: Sequence[str], returncode: int, output: str) -> None:
        tail = "\n".join(output.strip().splitlines()[-ERROR_LINES:])
        super().__init__(f"`{shlex.join(argv)}` ended with exit code {returncode}:\n{tail}")
        self.returncode = returncode
        self.output = output


def run(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    stdin: IO[bytes] | None = None,
) -> str:
    """Run a command to its end; its standard output, or an error with the end of its output."""
    try:
        done = subprocess.run(
            argv,
            env=None if environment is None else dict(environment),
            cwd=directory,
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError as error:
        raise SetupError(f"`{argv[0]}` is not installed") from error
    if done.returncode != 0:
        raise CommandFailedError(argv, done.returncode, done.stdout + done.stderr)
    return done.stdout


def succeeds(argv: Sequence[str], *, environment: Mapping[str, str] | None = None) -> bool:
    try:
        run(argv, environment=environment)
    except SetupError:
        return False
    return True
