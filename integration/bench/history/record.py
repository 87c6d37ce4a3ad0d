"""The history of an install set, and the file that keeps it: names, versions, sizes, ages."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from uvlayers.layers.plan import Artifact, Wheel

InstallSet = Mapping[str, Wheel]
"""Wheels by name."""


@dataclass(frozen=True)
class History:
    """The install sets of one project, each different from the one before.

    `commits` is how many commits changed the lock; of those `unread` were left out because the
    lock could not be planned for, and `same` because they changed nothing that is installed.
    `sync` is the command whose install sets these are, with that `python` on x86_64.
    """

    project: str
    sync: str
    python: str
    commits: int
    unread: int
    same: int
    sets: tuple[InstallSet, ...]

    @property
    def changes(self) -> Iterator[tuple[InstallSet, InstallSet]]:
        return pairwise(self.sets)


def recorded(artifacts: Sequence[Artifact]) -> InstallSet:
    """What is kept of them: of the upload time the day.

    A package that is built counts with the size of its source.
    """
    return {
        each.name: Wheel(
            each.name, each.version or "", "", "", "", each.size, each.upload_time[:10]
        )
        for each in artifacts
    }


def dump(history: History) -> str:
    """JSON with a line for each change: what is gone, and what is there anew."""
    head = {
        "project": history.project,
        "sync": history.sync,
        "python": history.python,
        "commits": history.commits,
        "unread": history.unread,
        "same": history.same,
    }
    lines = [
        json.dumps(delta(before, after), separators=(",", ":"))
        for before, after in zip(({}, *history.sets), history.sets, strict=False)
    ]
    return json.dumps(head)[:-1] + ', "changes": [\n' + ",\n".join(lines) + "\n]}\n"


def delta(before: InstallSet, after: InstallSet) -> list[list[Any]]:
    """Names of what is gone, then `[name, version, size, upload time]` of what is new."""
    gone = sorted(before.keys() - after.keys())
    new = [after[name] for name in sorted(after) if after[name] != before.get(name)]
    return [gone, *([each.name, each.version, each.size, each.upload_time] for each in new)]


def load(text: str) -> History:
    document = json.loads(text)
    sets: list[InstallSet] = []
    current: dict[str, Wheel] = {}
    for gone, *new in document.pop("changes"):
        current = {name: wheel for name, wheel in current.items() if name not in gone}
        for name, version, size, time in new:
            current[name] = Wheel(name, version, "", "", "", size, time)
        sets.append(dict(current))
    return History(**document, sets=tuple(sets))


def load_all(directory: Path) -> list[History]:
    return [load(path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*.json"))]
