"""Processes that outlive the command that starts them, known by more than their number."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class PidFile:
    """Names one process: a pid may be another's tomorrow, so boot and start time belong to it."""

    path: Path

    def start(self, argv: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        """Start a process in a session of its own and write down which one it is.

        What the process before it said is kept beside the log, as `<name>.previous.log`.
        """
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        with log.open("wb") as output:
            process = subprocess.Popen(
                argv,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        identity = {"pid": process.pid, "born": born(process.pid)}
        self.path.write_text(json.dumps(identity), encoding="utf-8")
        # It is meant to outlive us: nobody waits for it, so nobody is to be warned about it.
        process.returncode = 0

    def pid(self) -> int | None:
        """The process, if it is the one that was started and still runs."""
        try:
            identity = json.loads(self.path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        pid = int(identity["pid"])
        return pid if identity["born"] is not None and born(pid) == identity["born"] else None

    def stop(self) -> bool:
        """End the process: politely first, through its child when it only wraps one."""
        pid = self.pid()
        if pid is not None:
            inner = only_child(pid) or pid
            for target, number in ((inner, signal.SIGTERM), (inner, signal.SIGKILL)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(target, number)
                if self._gone():
                    break
        self.path.unlink(missing_ok=True)
        return pid is not None

    def _gone(self) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.pid() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def born(pid: int) -> str | None:
    """When a process started, in a form that no other process ever has; None for the dead."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is a name in parentheses and may itself hold blanks and parentheses.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in {"Z", "X"}:
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}/{fields[19]}"


def only_child(pid: int) -> int | None:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None
    return int(children[0]) if len(children) == 1 else None
