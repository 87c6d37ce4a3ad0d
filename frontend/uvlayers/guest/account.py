"""Whom the RUN's uv runs as, and with which environment variables."""

from __future__ import annotations

import os
import subprocess

from uvlayers.guest.failure import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# They would lead uv away from the synthetic project, name what it does not have, or contradict the
# flags that it is given.
DROPPED_VARIABLES = (
    "UV_COMPILE_BYTECODE",
    "UV_FROZEN",
    "UV_ISOLATED",
    "UV_LOCKED",
    "UV_NO_GROUP",
    "UV_NO_SYNC",
    "UV_PROJECT",
    "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY",
)
FORCED_VARIABLES = {
    "NO_COLOR": "1",
    "UV_NO_CACHE": "1",
    "UV_NO_PROGRESS": "1",
    "UV_OFFLINE": "1",
    "UV_PYTHON_DOWNLOADS": "never",
}


class Account:
    """Whom uv runs as, and with which environment variables."""

    def __init__(self, user: str | None, variables: Mapping[str, str]) -> None:
        self.variables = {k: v for k, v in variables.items() if k not in DROPPED_VARIABLES}
        self.variables.update(FORCED_VARIABLES)
        self.uid, self.gid, self.groups = os.getuid(), os.getgid(), os.getgroups()
        if user:
            self.uid, self.gid, self.groups, home = find_user(user)
            self.variables.setdefault("HOME", home)

    def run(self, command: Sequence[str], cwd: str) -> tuple[int, str, str]:
        """Run to the end; returns exit code, standard output, standard error."""
        switch = (self.uid, self.gid) != (os.getuid(), os.getgid())
        try:
            process = subprocess.run(
                command,
                cwd=cwd,
                env=self.variables,
                preexec_fn=self.become if switch else None,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            message = f"cannot run `{command[0]}`: {error.strerror}"
            raise Failure("not_executable", message) from error
        output, messages = process.stdout, process.stderr
        return (
            process.returncode,
            output.decode("utf-8", "replace"),
            messages.decode("utf-8", "replace"),
        )

    def become(self) -> None:
        os.setgroups(self.groups)
        os.setgid(self.gid)
        os.setuid(self.uid)


def find_user(user: str) -> tuple[int, int, list[int], str]:
    """User, group, supplementary groups and home as the container's runtime finds them.

    BuildKit's executor/oci/user.go: digits are always an identifier, and two of them ask nobody.
    """
    name, _, group = user.partition(":")
    users = read_rows("/etc/passwd", 7)
    row = next((row for row in users if row[2 if name.isdigit() else 0] == name), None)
    if row is None and not name.isdigit():
        raise Failure("unknown_user", f"no such user in /etc/passwd: `{name}`")
    uid, gid, home = (int(row[2]), int(row[3]), row[5]) if row else (int(name), 0, "/")
    groups = read_rows("/etc/group", 4)
    if not group:
        member = [int(entry[2]) for entry in groups if row and row[0] in entry[3].split(",")]
        return uid, gid, [gid, *member], home
    found = next((entry for entry in groups if entry[0] == group), None)
    if found is None and not group.isdigit():
        raise Failure("unknown_group", f"no such group in /etc/group: `{group}`")
    gid = int(found[2]) if found and not group.isdigit() else int(group)
    return uid, gid, [gid], home


def read_rows(path: str, width: int) -> list[list[str]]:
    if not os.path.isfile(path):
        return []
    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
        rows = [line.rstrip("\n").split(":") for line in stream]
    return [row for row in rows if len(row) == width]
