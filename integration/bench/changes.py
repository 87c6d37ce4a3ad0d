"""What else a developer does to a project's dependencies: upgrade, remove, add several.

Which package it is follows from the lock alone, so two runs on one project make the same changes.
"""

import math
import platform
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from urllib.parse import unquote

from integration.bench.project import Entry, Project, distributions, next_additions
from integration.commands import CommandFailedError
from integration.errors import SetupError
from integration.recipes import PYTHON

# Bytes of a wheel: one that takes a while to fetch and unpack, and one that does not.
MIDDLING = 2e6
SMALL = 1e5

TEN = 10

PINNED = re.compile(r"([a-z0-9-]+)(?:\[[^\]]*\])?==\S+")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
FILE = re.compile(r"-(?P<python>[^-]+)-(?P<abi>[^-]+)-(?P<platform>[^-]+)\.whl$")


def upgrade(project: Project) -> str:
    """Lock an older version of a wheel of about 2 MB, and change nothing else; its name.

    Older and not newer: there may be no newer one, and each round needs another one yet.
    """
    return move(project, MIDDLING)


def upgrade_small(project: Project) -> str:
    return move(project, SMALL)


def move(project: Project, near: float) -> str:
    for entry in movable(project.locked(), installed(project), near):
        name = entry["name"]
        older = f"{name}<{entry['version']}"
        if attempt(project, ("lock", "--upgrade-package", older), moved(name)):
            return str(name)
    raise SetupError(
        "no locked wheel has an older version that could take its place",
        hint="ask for fewer rounds, or measure a project with more dependencies",
    )


def remove(project: Project) -> str:
    """Remove the first direct dependency, by name, that takes a package with it; its name."""
    there = installed(project)
    for name in direct(project):
        if name in there and attempt(project, ("remove", name, "--no-sync"), shrunk):
            return name
    raise SetupError(
        "no dependency of the project can be removed by itself",
        hint="ask for fewer rounds, or measure a project with more dependencies",
    )


def add_ten(project: Project) -> Sequence[str]:
    """Add ten small dependencies at once; their names."""
    names = next_additions({entry["name"] for entry in project.locked()}, TEN)
    project.add_all(names)
    return names


def installed(project: Project) -> frozenset[str]:
    """Names of what every environment of the project has, without groups for development."""
    flags = ("--no-dev", "--no-emit-workspace", "--no-hashes", "--no-annotate", "--no-header")
    exported = project.uv("export", "--frozen", *flags)
    found = (PINNED.fullmatch(line.strip()) for line in exported.splitlines())
    return frozenset(match[1] for match in found if match)


def direct(project: Project) -> list[str]:
    text = (project.directory / "pyproject.toml").read_text(encoding="utf-8")
    found = map(NAME.match, tomllib.loads(text)["project"].get("dependencies", ()))
    return sorted({re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match})


def movable(locked: Sequence[Entry], names: Collection[str], near: float) -> list[Entry]:
    """Entries with a wheel for the image, those of about `near` bytes first."""
    often = Counter(entry["name"] for entry in locked)
    sized = [
        (abs(math.log(size / near)), entry["name"], entry)
        for entry in distributions(locked)
        # Another version of a package that is there twice would be nobody's in particular.
        if entry["name"] in names and often[entry["name"]] == 1 and (size := wheel_size(entry))
    ]
    return [entry for *_, entry in sorted(sized, key=lambda each: each[:2])]


def wheel_size(entry: Entry, machine: str | None = None) -> int | None:
    """Bytes of the wheel that the image can install, None if there is none or nobody knows."""
    for wheel in entry.get("wheels", ()):
        match = FILE.search(unquote(wheel["url"]))
        if match and fits(match, machine or platform.machine()):
            return int(wheel["size"]) if "size" in wheel else None
    return None


def fits(tags: re.Match[str], machine: str) -> bool:
    if tags["platform"] == "any":
        return "py3" in tags["python"].split(".")
    minor = PYTHON.image_ref.partition(":3.")[2].partition("-")[0]
    usable = tags["abi"] == "abi3" or tags["abi"] == f"cp3{minor}"
    return usable and "manylinux" in tags["platform"] and machine in tags["platform"]


def attempt(
    project: Project,
    command: Sequence[str],
    wanted: Callable[[Sequence[Entry], Sequence[Entry]], bool],
) -> bool:
    """Run a uv command, and undo it unless the lock, before and after, is as wanted."""
    files = [project.directory / name for name in ("pyproject.toml", "uv.lock")]
    kept = [file.read_bytes() for file in files]
    before = project.locked()
    try:
        project.uv(*command)
        if wanted(before, project.locked()):
            return True
    except CommandFailedError:
        pass
    for file, data in zip(files, kept, strict=True):
        file.write_bytes(data)
    return False


def moved(name: str) -> Callable[[Sequence[Entry], Sequence[Entry]], bool]:
    """Whether one package has another version that the image can install, and that is all."""

    def wanted(before: Sequence[Entry], after: Sequence[Entry]) -> bool:
        gone, come = list(difference(before, after)), list(difference(after, before))
        names = [entry["name"] for entry in (*gone, *come)]
        return names == [name, name] and wheel_size(come[0]) is not None

    return wanted


def shrunk(before: Sequence[Entry], after: Sequence[Entry]) -> bool:
    """Whether packages are gone, and no other has changed."""
    gone, come = list(difference(before, after)), list(difference(after, before))
    return bool(gone) and not come


def difference(one: Sequence[Entry], other: Sequence[Entry]) -> Iterator[Entry]:
    """The packages of an index that are in one lock and not, or not so, in the other."""
    return (entry for entry in distributions(one) if entry not in other)
