"""The project that is built, and what a developer changes in it."""

import re
import shutil
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration.commands import run
from integration.errors import SetupError
from integration.projects import HATCHLING

# What a copy of a project is better without.
LEFT_BEHIND = (".git", ".venv", "__pycache__", "node_modules")

# Small, pure, popular, and without dependencies of their own.
ADDITIONS: Sequence[str] = (
    *("humanize", "inflection", "termcolor", "xmltodict", "natsort", "toolz", "bidict", "tabulate"),
    *("sortedcontainers", "cachetools", "isodate", "funcy", "toposort", "unidecode", "ordered-set"),
    *("frozendict", "pathvalidate", "text-unidecode", "portalocker", "parse", "mergedeep", "zipp"),
    *("shortuuid", "nanoid", "webcolors", "semver", "roman", "munch", "addict", "dotmap", "emoji"),
    *("pyfiglet", "multimethod", "validators", "retrying", "cached-property", "flatten-dict"),
    *(
        "more-itertools",
        "art",
        "voluptuous",
        "schema",
        "boltons",
        "decorator",
        "pyphen",
        "tomlkit",
        "pastel",
        "blinker",
    ),
)

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Project:
    """A project of our own to build and change; `environment` has uv on its PATH."""

    directory: Path
    environment: Mapping[str, str]

    def lock(self) -> None:
        self.uv("lock")

    def add(self) -> str:
        """Add one dependency, as `uv add` does; its name. The lock gains a single wheel."""
        (name,) = next_additions({entry["name"] for entry in self.locked()})
        self.add_all([name])
        return name

    def add_all(self, names: Sequence[str]) -> None:
        """Add dependencies of which each brings the lock a single wheel."""
        before = self.locked()
        self.uv("add", "--no-sync", *names)
        require_single_wheels(names, before, self.locked())

    def bump(self) -> None:
        """Raise the project's own version, and nothing else."""
        self.uv("version", "--bump", "patch", "--no-sync")

    def add_code(self) -> None:
        """Make sure that there is a directory of code."""
        if not (self.directory / "src").exists():
            module = self.directory / "src" / module_name(self._settings()["project"]["name"])
            module.mkdir(parents=True)
            (module / "__init__.py").touch()

    def package(self) -> None:
        """Make it a project that is installed as well, if it is none."""
        if "build-system" in self._settings():
            return
        self.add_code()
        with (self.directory / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(HATCHLING)
        self.lock()

    def uv(self, *arguments: str) -> str:
        """Run uv in the project; its standard output."""
        command = ["uv", *arguments, "--quiet"]
        return run(command, environment=self.environment, directory=self.directory)

    def locked(self) -> Sequence[Entry]:
        """The packages of uv.lock, as they stand there."""
        with (self.directory / "uv.lock").open("rb") as file:
            packages: list[Entry] = tomllib.load(file)["package"]
            return packages

    def _settings(self) -> Entry:
        return tomllib.loads((self.directory / "pyproject.toml").read_text(encoding="utf-8"))


def copy_project(source: Path, target: Path, environment: Mapping[str, str]) -> Project:
    """A copy to change; locked here and now if it brings no lock."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    # A copy of what cannot be written cannot be written either.
    for path in (target, *target.iterdir()):
        path.chmod(path.stat().st_mode | 0o200)
    project = Project(target, environment)
    if not (target / "uv.lock").exists():
        project.lock()
    return project


def module_name(project: str) -> str:
    """Where a build backend looks for the code of a project."""
    return re.sub(r"[-_.]+", "_", project).lower()


def next_additions(
    locked: Collection[str], count: int = 1, candidates: Sequence[str] = ADDITIONS
) -> Sequence[str]:
    """The first small wheels that a lock does not have yet."""
    missing = [name for name in candidates if name not in locked]
    if len(missing) < count:
        raise SetupError(
            f"of {len(candidates)} packages that could be added the lock lacks {len(missing)}",
            hint="ask for fewer rounds, or add names to integration/bench/project.py",
        )
    return missing[:count]


def distributions(locked: Sequence[Entry]) -> list[Entry]:
    """What of a lock comes from an index: the project's own entry lists what it depends on."""
    return [entry for entry in locked if "registry" in entry["source"]]


def require_single_wheels(
    names: Sequence[str], before: Sequence[Entry], after: Sequence[Entry]
) -> None:
    """Make sure that a lock gained one wheel of each, for every platform, and nothing else."""
    changed = [entry for entry in after if entry not in before]
    changed += [entry for entry in before if entry not in after]
    found = distributions(changed)
    if sorted(entry["name"] for entry in found) != sorted(names):
        other = ", ".join(sorted({entry["name"] for entry in found}))
        raise SetupError(f"adding `{', '.join(names)}` changed other packages of the lock: {other}")
    for entry in found:
        wheels = [wheel["url"] for wheel in entry.get("wheels", ())]
        if not any(url.endswith("-none-any.whl") for url in wheels):
            raise SetupError(f"`{entry['name']}` has no wheel for every platform any more")
