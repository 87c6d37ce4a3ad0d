"""Where measured projects come from: a path, or a name in a collection of real lock files."""

import os
from collections.abc import Mapping
from pathlib import Path

from integration.commands import run
from integration.errors import SetupError
from integration.venv import REPOSITORY

VARIABLE = "UVLAYERS_LOCKS"

# A program beside the locks: they name no index, the copies that it makes name the real one.
MATERIALIZE = "materialize"


def find_corpus(
    environment: Mapping[str, str] = os.environ, repository: Path = REPOSITORY
) -> Path | None:
    """The directory of lock files that the environment names, else the one beside the checkout."""
    chosen = environment.get(VARIABLE)
    if chosen:
        return Path(chosen)
    beside = repository.parent / "shared" / "locks"
    return beside if beside.is_dir() else None


def provide(name: str, target: Path, environment: Mapping[str, str], corpus: Path | None) -> Path:
    """The directory of a project: the one at the path `name`, else a copy from the corpus."""
    if (Path(name) / "pyproject.toml").is_file():
        return Path(name)
    if "/" in name or corpus is None:
        missing = f"there is no pyproject.toml in `{name}`"
        hint = f"give the path of a uv project, or set {VARIABLE} to a directory of lock files"
        raise SetupError(missing, hint)
    if not (corpus / name / "uv.lock").is_file():
        known = sorted(path.parent.name for path in corpus.glob("*/uv.lock"))
        raise SetupError(f"{corpus} has no lock called `{name}`", f"it has {', '.join(known)}")
    run([str(corpus / MATERIALIZE), name, str(target)], environment=environment)
    return target
