"""Small workspaces for every feature of a lock, locked by real uv against a made-up index.

Each directory of `scenarios/` is a workspace. `questions.txt` has one `uv sync` command line per
line, `@PATH` before the flags meaning that it runs in that member; `files.txt` lists distributions
to make in its directory; `repository/NAME` becomes a git repository.
"""

import os
import re
import shlex
import shutil
from pathlib import Path

from integration.commands import run
from integration.oracle.files import make_file
from integration.oracle.projects import FILES, make_buildable
from integration.oracle.selection import Question
from integration.oracle.server import Universe

SCENARIOS = Path(__file__).parent / "scenarios"

_PYTHONS = ("cp38", "cp39", "cp310", "cp311", "cp312", "cp313", "cp314", "cp315")
_PLATFORMS = (
    "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "manylinux_2_28_aarch64",
    "manylinux_2_31_armv7l",
    "musllinux_1_1_x86_64",
    "musllinux_1_2_aarch64",
    "win_amd64",
)


def universe() -> Universe:
    """Return all that the made-up index has."""
    found: dict[str, tuple[str, ...]] = {}
    for name, version, *requires in _PROJECTS:
        found[f"{name.replace('-', '_')}-{version}-py3-none-any.whl"] = tuple(requires)
    for filename in _FILES:
        found[filename] = ()
    return found


_PROJECTS = (
    *(("leaf", version) for version in ("1.0", "1.5", "2.0", "3.0")),
    ("solo", "1.0"),
    ("tool", "1.0", "leaf"),
    ("mid", "1.0", "leaf>=1", "solo; sys_platform == 'linux'"),
    (
        "engine",
        "1.0",
        "leaf==1.0; extra == 'fast'",
        "leaf==2.0; extra == 'slow'",
        "solo; extra == 'fast' and python_version >= '3.11'",
    ),
    ("cyc-a", "1.0", "cyc-b[x]"),
    ("cyc-b", "1.0", "cyc-a", "leaf; extra == 'x'", "cyc-a; extra == 'y'", "tool; extra == 'y'"),
    (
        "splits",
        "1.0",
        "leaf; python_full_version < '3.12'",
        "solo; python_full_version >= '3.12'",
        "mid; platform_machine == 'aarch64' or platform_machine == 'armv7l'",
        "tool; os_name != 'posix'",
    ),
)

_FILES = (
    "sdist_only-1.0.tar.gz",
    *(f"native-1.0-{p}-{p}-{m}.whl" for p in _PYTHONS for m in _PLATFORMS),
    *(f"native-1.0-{p}-{p}t-{_PLATFORMS[0]}.whl" for p in _PYTHONS[-3:]),
    "native-1.0-pp310-pypy310_pp73-manylinux_2_17_x86_64.whl",
    "native-1.0-py3-none-any.whl",
    "native-1.0.tar.gz",
    *(f"stable_abi-1.0-cp38-abi3-{platform}.whl" for platform in _PLATFORMS),
    "stable_abi-1.0-cp311-abi3-manylinux_2_17_x86_64.whl",
    "stable_abi-1.0-cp313-abi3-manylinux_2_28_x86_64.whl",
    "stable_abi-1.0-cp315-abi3t-manylinux_2_28_x86_64.whl",
    "stable_abi-1.0-py3-none-manylinux_2_17_x86_64.whl",
    "stable_abi-1.0-cp311-none-any.whl",
    "stable_abi-1.0-py311-none-any.whl",
    "stable_abi-1.0-py3-none-any.whl",
    "build_tagged-1.0-py3-none-any.whl",
    "build_tagged-1.0-1-py3-none-any.whl",
    "build_tagged-1.0-2a-py3-none-any.whl",
    "build_tagged-1.0-10-py3-none-any.whl",
    "build_tagged-1.0-10b-py3-none-any.whl",
    "build_tagged-1.0-11-cp311-cp311-manylinux_2_17_x86_64.whl",
    "tied-1.0-py2.py3-none-any.whl",
    "tied-1.0-py3-none-any.whl",
    "tied-1.0-py3.py2-none-any.whl",
    "tied-1.0-cp38-abi3-manylinux_2_5_x86_64.manylinux1_x86_64.whl",
    "tied-1.0-cp38-abi3-manylinux1_x86_64.manylinux_2_5_x86_64.whl",
    "local_version-1.0+cpu-cp311-cp311-linux_x86_64.whl",
    "local_version-1.0+cpu-py3-none-any.whl",
    "universal-1.0-cp311.cp312-cp311.cp312.none-manylinux2014_x86_64.musllinux_1_2_x86_64.any.whl",
    "universal-1.0-py3-none-linux_x86_64.whl",
    "universal-1.0-py3-none-manylinux_2_5_x86_64.whl",
    "universal-1.0-py39-none-any.whl",
    "universal-1.0.tar.gz",
)


def lock_scenario(name: str, target: Path, host: str, uv: str, python: Path, cache: Path) -> Path:
    """Copy a scenario, make what it needs, and let uv lock it; the files keep their hashes."""
    shutil.copytree(SCENARIOS / name, target)
    for repository in sorted(target.glob("repository/*")):
        _make_repository(repository)
    for pyproject in target.rglob("pyproject.toml"):
        text = pyproject.read_text(encoding="utf-8").replace(FILES, host)
        text = text.replace("https://git.example", (target / "repository").as_uri())
        pyproject.write_text(text, encoding="utf-8")
        if "[build-system]" in text and "repository" not in pyproject.parts:
            make_buildable(pyproject, {})
    for listing in target.rglob("files.txt"):
        for filename in listing.read_text(encoding="utf-8").split():
            (listing.parent / filename).write_bytes(make_file(filename))
    command = [uv, "lock", "--no-config", "--python", str(python)]
    run(
        [*command, "--default-index", f"{host}/simple/", "--preview-features", "package-conflicts"],
        directory=target,
        environment={**os.environ, "UV_CACHE_DIR": str(cache), "UV_PYTHON_DOWNLOADS": "never"},
    )
    return target


def _make_repository(directory: Path) -> None:
    for pyproject in directory.rglob("pyproject.toml"):
        make_buildable(pyproject, {})
    identity = {
        "GIT_AUTHOR_NAME": "oracle",
        "GIT_AUTHOR_EMAIL": "oracle@example.com",
        "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    committer = {key.replace("AUTHOR", "COMMITTER"): value for key, value in identity.items()}
    environment = {**os.environ, **identity, **committer}
    for command in ("init --quiet", "add --all", "commit --quiet --message first", "tag v1"):
        run(["git", *shlex.split(command)], directory=directory, environment=environment)


def read_questions(name: str) -> tuple[Question, ...]:
    """Return the command lines to try in a scenario."""
    questions = []
    for line in (SCENARIOS / name / "questions.txt").read_text(encoding="utf-8").splitlines():
        match = re.match(r"@(\S+)\s*", line)
        flags = line[match.end() :] if match else line
        questions.append(Question(tuple(flags.split()), match[1] if match else "."))
    return tuple(questions)
