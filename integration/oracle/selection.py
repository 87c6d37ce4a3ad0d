"""One `uv sync`, asked of real uv and of us: which file of the lock does each project come from?"""

import os
import posixpath
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import LockError, SelectError, Unsupported
from uvlayers.lock.model import (
    GitSource,
    Lock,
    Package,
    PathSource,
    TreeSource,
    UrlSource,
    VirtualSource,
    WheelFile,
)
from uvlayers.lock.roots import is_member
from uvlayers.lock.select import Selected, select
from uvlayers.lock.selection import BuildPolicy
from uvlayers.python.interpreter import Interpreter
from uvlayers.python.tags import compatible_tags
from uvlayers.python.wheels import Offer, TagRanks, choose_artifact
from uvlayers.settings.documents import Files
from uvlayers.settings.resolve import resolve

from integration.oracle.files import MARK, normalize

Installed = Mapping[str, str]
"""Project → the file that it was installed from, "built" or "editable" for a source tree."""


@dataclass(frozen=True)
class Refusal:
    """Nothing is installed; the message says why."""

    message: str


@dataclass(frozen=True)
class Abstention:
    """We leave the answer to uv; the reason says why."""

    reason: str


Answer = Installed | Refusal | Abstention


@dataclass(frozen=True)
class Question:
    """`uv sync --frozen FLAGS` in `directory`, a path relative to the workspace root."""

    flags: tuple[str, ...] = ()
    directory: str = "."

    def __str__(self) -> str:
        where = [] if self.directory == "." else [f"@{self.directory}"]
        return " ".join([*where, *self.flags]) or "(no flags)"


def ask_uv(uv: str, python: Path, project: Path, question: Question, cache: Path) -> Answer:
    """Install with real uv into a fresh environment and read what it took."""
    with tempfile.TemporaryDirectory(prefix="uvlayers-") as temporary:
        environment = Path(temporary) / "venv"
        own = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
        done = subprocess.run(
            [uv, "sync", "--frozen", "--no-config", "--python", str(python), *question.flags],
            cwd=project / question.directory,
            env={
                **own,
                "UV_CACHE_DIR": str(cache),
                "UV_PROJECT_ENVIRONMENT": str(environment),
                "UV_PYTHON_DOWNLOADS": "never",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return read_environment(environment) if done.returncode == 0 else Refusal(done.stderr)


def read_environment(environment: Path) -> Installed:
    """Return what every installed project says that it came from."""
    installed = {}
    for info in environment.glob("lib/python*/site-packages/*.dist-info"):
        name = normalize(info.name.partition("-")[0])
        assert name not in installed, f"two versions of `{name}` were installed"
        installed[name] = (info / MARK).read_text(encoding="utf-8")
    return installed


class Disk:
    """The files of this machine, as `settings` wants to see those of a RUN."""

    def read(self, path: str) -> bytes | None:
        file = Path(path)
        return file.read_bytes() if file.is_file() else None

    def list(self, path: str) -> tuple[str, ...] | None:
        directory = Path(path)
        if not directory.is_dir():
            return None
        return tuple(sorted(entry.name for entry in directory.iterdir()))


def ask_us(lock: Lock, interpreter: Interpreter, project: Path, question: Question) -> Answer:
    """Answer from the files alone."""
    return answer(lock, interpreter, str(project.resolve()), question, Disk())


def answer(
    lock: Lock, interpreter: Interpreter, project: str, question: Question, files: Files
) -> Answer:
    """Answer from those files, the workspace being at an absolute path."""
    command = SyncCommand(
        argv=("uv", "sync", "--frozen", "--no-config", *question.flags),
        environment={"HOME": "/nonexistent"},
        cwd=posixpath.normpath(posixpath.join(project, question.directory)),
        alone=True,
        span=None,
    )
    try:
        selection = resolve(command, files).selection
        chosen = select(lock, selection, interpreter.markers, interpreter.uv)
        ranks = TagRanks(compatible_tags(interpreter))
        return {one.package.name: _origin(one, selection.build, lock, ranks) for one in chosen}
    except (LockError, SelectError) as error:
        return Refusal(error.message)
    except Unsupported as error:
        return Abstention(error.message)


def _origin(selected: Selected, build: BuildPolicy, lock: Lock, ranks: TagRanks) -> str:
    package = selected.package
    wheel = choose_artifact(_offer(package, build, lock), ranks)
    if wheel is not None:
        return wheel.filename
    if isinstance(package.source, TreeSource):
        return "editable" if selected.editable else "built"
    if isinstance(package.source, UrlSource):
        return package.source.url.rpartition("/")[2]
    if isinstance(package.source, PathSource):
        return package.source.path.rpartition("/")[2]
    if package.sdist is not None:
        return (package.sdist.url or package.sdist.path or "").rpartition("/")[2]
    return "built"


def _offer(package: Package, build: BuildPolicy, lock: Lock) -> Offer[WheelFile]:
    from_archive = isinstance(package.source, UrlSource | PathSource)
    is_tree = isinstance(package.source, TreeSource | GitSource)
    has_sdist = not package.wheels if from_archive else package.sdist is not None
    return Offer(
        label=str(package),
        wheels=package.wheels,
        source=is_tree or has_sdist,
        wheel_source=from_archive and bool(package.wheels),
        local=is_member(lock, package) or isinstance(package.source, VirtualSource),
        no_binary=build.refuses_wheels(package.name),
        no_build=build.refuses_builds(package.name),
    )


def differences(theirs: Answer, ours: Answer) -> Sequence[str]:
    """Return one line for each thing that the answers differ in.

    Where uv refuses, leaving it to uv is right, too: the user sees uv's own message.
    """
    match theirs, ours:
        case Refusal(), Abstention():
            return []
        case _, Abstention(reason):
            return [f"uv installs, we leave it to uv: {reason}"]
        case Refusal(message), Refusal(our_message):
            same = _plain(our_message) in _plain(message)
            return [] if same else [f"uv says: {message}", f"we say: {our_message}"]
        case Refusal(message), _:
            return [f"uv refuses, we do not: {message}"]
        case _, Refusal(message):
            return [f"we refuse, uv does not: {message}"]
    return unequal(theirs, ours)


def unequal(theirs: object, ours: object) -> list[str]:
    """A line for each package that only one of two install sets has, or in another form."""
    assert isinstance(theirs, Mapping)
    assert isinstance(ours, Mapping)
    return [
        f"{name}: uv has {theirs.get(name)}, we have {ours.get(name)}"
        for name in sorted({*theirs, *ours})
        if theirs.get(name) != ours.get(name)
    ]


# Of several projects that cannot be installed uv names the first that it meets, we by name.
_UNINSTALLABLE = re.compile(r"distribution `[^`]+` can't be installed because .*")


def _plain(message: str) -> str:
    return _UNINSTALLABLE.sub("not installable", " ".join(message.lower().split()))
