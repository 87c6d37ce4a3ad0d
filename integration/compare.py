"""Two images of the same Dockerfile, file by file, but for what uv itself makes anew each time."""

import base64
import dataclasses
import json
import re
import subprocess
from pathlib import Path

from integration.commands import CommandFailedError
from integration.engine import Engine
from integration.tree import Entry, Tree, differences

PROGRAM = Path(__file__).with_name("list_files.py")

# uv names what is in its cache at random, and locks a file for every project.
TRACE = re.compile(r"(root|home/[^/]*)/\.cache/uv(/|$)|tmp/uv-[0-9a-f]+\.lock$")
CACHES = re.compile(r"(root|home/[^/]*)/\.cache$")
LOCAL_STATE = "uv_cache.json"

# What an interpreter leaves in its own library wherever it runs; not in what is installed there.
OWN_BYTECODE = re.compile(
    r"usr/(local/)?lib/python3\.\d+/(?!(site|dist)-packages/)(.*/)?__pycache__"
)

# How a difference names the two sides.
NAMES = ("with uvlayers", "without")


def files_of(engine: Engine, image_ref: str, *roots: str) -> Tree:
    """All that a container of the image sees; bytecode by its code object and its freshness."""
    command = [
        *("docker", "run", "--rm", "--interactive", "--network=none", "--user=0:0"),
        *("--entrypoint=python3", image_ref, "-I", "-S", "-B", "-", *roots),
    ]
    with PROGRAM.open("rb") as program:
        done = subprocess.run(
            command, env=dict(engine.environment), stdin=program, capture_output=True, check=False
        )
    if done.returncode != 0:
        raise CommandFailedError(command, done.returncode, done.stderr.decode(errors="replace"))
    entries = (read_entry(line) for line in done.stdout.splitlines())
    return {entry.path: entry for entry in entries}


def read_entry(line: bytes) -> Entry:
    fields = json.loads(line)
    data = fields.pop("data", None)
    return Entry(**fields, data=None if data is None else base64.b64decode(data))


def compare(
    engine: Engine, left: str, right: str, *roots: str, other_engine: Engine | None = None
) -> list[str]:
    """One line for every difference that uv does not explain (see `explained`); ours is `left`."""
    ours = explained(files_of(engine, left, *roots))
    theirs = explained(files_of(other_engine or engine, right, *roots))
    return differences(ours, theirs, names=NAMES)


def explained(tree: Tree) -> Tree:
    """The tree without what has nothing to do with what was installed.

    That is the state of the project's own source tree that uv keeps beside an installation (times
    of its files) with its line in RECORD, and what uv leaves behind where it ran: a cache, locks,
    bytecode of the standard library.
    """
    local = {path.rpartition("/")[0] for path in tree if path.endswith(f"/{LOCAL_STATE}")}
    kept = {
        path: masked(entry, local)
        for path, entry in tree.items()
        if not TRACE.match(path) and not OWN_BYTECODE.match(path)
    }
    used = {path.rpartition("/")[0] for path in kept}
    return {path: e for path, e in kept.items() if path in used or not CACHES.match(path)}


def masked(entry: Entry, local: set[str]) -> Entry:
    directory, _, name = entry.path.rpartition("/")
    if directory not in local or name not in {LOCAL_STATE, "RECORD"}:
        return entry
    lines = (entry.data or b"").decode().splitlines()
    known = "\n".join(line for line in lines if f"/{LOCAL_STATE}," not in line)
    shown = "" if name == LOCAL_STATE else known
    return dataclasses.replace(entry, sha256=shown, size=0)
