"""`uv pip sync pylock.toml`, asked of real uv and of us: which file is each project from?"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from uvlayers.errors import LockError, SelectError, Unsupported
from uvlayers.installation import plan_installation
from uvlayers.layers.plan import Wheel
from uvlayers.lock.model import Package
from uvlayers.lock.pylock import packages_for, parse_pylock
from uvlayers.lock.selection import Selection
from uvlayers.python.interpreter import Interpreter
from uvlayers.python.tags import compatible_tags
from uvlayers.python.wheels import Offer, TagRanks, choose_artifact

from integration.oracle.selection import Abstention, Answer, Refusal, read_environment, unequal

_HASHES = re.compile(r"hashes = \{[^}]*\}")
_SIZE = re.compile(r"size = \d+, ")


def export(uv: str, project: Path, cache: Path, *flags: str) -> Path | None:
    """The project's uv.lock as a pylock.toml; None where uv cannot say it in one."""
    target = project / "pylock.toml"
    command = [uv, "export", "--quiet", "--frozen", "--no-emit-local", "--output-file", str(target)]
    done = subprocess.run(
        [*command, *flags], cwd=project, env=own(cache), capture_output=True, check=False
    )
    if done.returncode != 0:
        return None
    text = target.read_text(encoding="utf-8")
    # every file is made up, and its hash and size with it
    target.write_text(_SIZE.sub("", _HASHES.sub("hashes = {}", text)), encoding="utf-8")
    return target


def own(cache: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    return {**kept, "UV_CACHE_DIR": str(cache), "UV_PYTHON_DOWNLOADS": "never"}


def ask_uv(uv: str, python: Path, pylock: Path, cache: Path) -> Answer:
    """Install with real uv into a fresh environment and read what it took."""
    with tempfile.TemporaryDirectory(prefix="uvlayers-") as temporary:
        environment = Path(temporary) / "venv"
        target = ["--python", str(environment), "--no-config"]
        for command in (
            ["venv", "--quiet", "--no-config", "--no-project", "--python", str(python)],
            ["pip", "sync", "--link-mode", "symlink", *target, str(pylock)],
        ):
            place = [str(environment)] if command[0] == "venv" else []
            done = subprocess.run(
                [uv, *command, *place],
                cwd=temporary,
                env=own(cache),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                return Refusal(done.stderr)
        return read_environment(environment)


def ask_us(pylock: Path, interpreter: Interpreter) -> Answer:
    """Answer from the file alone; what is built is named by its archive, as uv names it."""
    ranks = TagRanks(compatible_tags(interpreter))
    try:
        packages = packages_for(parse_pylock(pylock.read_bytes()), interpreter.markers)
        plan = plan_installation(packages, Selection(), ranks, None, str(pylock.parent))
        # no hash is in a lock of made-up files, and without one nothing gets a layer
        assert not any(isinstance(wheel, Wheel) for wheel in plan.wheels)
        assert {left.name for left in plan.left} == {package.name for package in packages}
        return {package.name: _origin(package, ranks) for package in packages}
    except (LockError, SelectError) as error:
        return Refusal(error.message)
    except Unsupported as error:
        return Abstention(error.message)


def _origin(package: Package, ranks: TagRanks) -> str:
    sdist = package.sdist
    offer = Offer(str(package), package.wheels, source=sdist is not None or not package.wheels)
    wheel = choose_artifact(offer, ranks)
    if wheel is not None:
        return wheel.filename
    return "built" if sdist is None else (sdist.url or "").rpartition("/")[2]


def differences(theirs: Answer, ours: Answer) -> list[str]:
    """A line for each; where uv refuses, to leave it to uv in whatever words is right."""
    match theirs, ours:
        case Refusal(), Refusal() | Abstention():
            return []
        case Refusal(message), _:
            return [f"uv refuses, we do not: {message}"]
        case _, Refusal(message) | Abstention(message):
            return [f"uv installs, we do not: {message}"]
    return unequal(theirs, ours)
