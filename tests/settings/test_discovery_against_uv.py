"""Projects, workspaces, configuration and interpreters found by us and by real uv in one tree."""

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.settings.request import SyncRequest
from uvlayers.settings.resolve import resolve
from uvlayers.settings.synthetic import synthetic_project

from tests.settings.uv import UV, HostFiles, run_uv, words, write

EXAMPLES = int(os.environ.get("UVLAYERS_FUZZ_EXAMPLES", "60"))
pytestmark = pytest.mark.skipif(UV is None, reason="no uv to compare with")

DIRECTORIES = words(". packages packages/a packages/b packages/.c packages/a/deep tools tools/t t")
PATTERNS = st.sampled_from(
    words("packages/* packages/a ./packages/b packages/** packages/a/ */t tools/* t * **/t t/../t")
    + words("packages/[ab] packages/[!a] packages/? pack*/a **/deep ../x missing packages/.* tools")
)
NAMES = st.sampled_from(["root", "a", "B_b", "c.c", "deep", "t"])


KINDS = words("project " * 12 + "nothing groups groups unmanaged nameless")


@st.composite
def pyprojects(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(KINDS))
    text = ""
    if kind in ("project", "unmanaged"):
        text += f'[project]\nname = "{draw(NAMES)}"\nversion = "0"\n'
        required = draw(st.sampled_from([None, None, ">=3.8", ">=3.9,<4", ">3.10", "==3.11.*"]))
        text += f'requires-python = "{required}"\n' if required else ""
    if kind == "nameless":
        text += '[project]\nversion = "0"\n'
    if kind == "groups" or draw(st.integers(0, 3)) == 0:
        text += "[dependency-groups]\ndev = []\nx = [{include-group = 'y'}]\ny = []\n"
        name = draw(st.sampled_from(["dev", "x", "y"]))
        text += f'[tool.uv.dependency-groups.{name}]\nrequires-python = ">=3.9"\n'
    if kind == "unmanaged":
        text += "[tool.uv]\nmanaged = false\n"
    elif draw(st.booleans()):
        text += "[tool.uv]\ncompile-bytecode = true\n"
    if draw(st.integers(0, 2)) == 0:
        table: dict[str, Any] = {"members": draw(st.lists(PATTERNS, max_size=2))}
        if draw(st.booleans()):
            table["exclude"] = draw(st.lists(PATTERNS, max_size=1))
        text += "[tool.uv.workspace]\n"
        text += "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
    return text


LOCK = "version = 1\nrevision = 5\nrequires-python = '>=3.8'\n" + "".join(
    f"[[package]]\nname = '{name}'\nversion = '0'\nsource = {{ virtual = '{name}' }}\n"
    for name in words("root a b-b c-c deep t")
)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    files: dict[str, str] = {}
    some = st.lists(st.sampled_from(DIRECTORIES), unique=True)
    for directory in (".", *draw(some)) if draw(st.integers(0, 5)) else draw(some):
        files[f"{directory}/pyproject.toml"] = draw(pyprojects())
    for directory in draw(st.lists(st.sampled_from(DIRECTORIES), max_size=1, unique=True)):
        files[f"{directory}/uv.toml"] = draw(
            st.sampled_from(["", "", "link-mode = 'copy'\n", "bad ="])
        )
    for directory in draw(st.lists(st.sampled_from(DIRECTORIES), max_size=1, unique=True)):
        name = draw(st.sampled_from([".python-version", ".python-versions"]))
        files[f"{directory}/{name}"] = draw(st.sampled_from(["3.11\n", "# c\n3.11.7", "", "pypy"]))
    if draw(st.integers(0, 4)) == 0:
        files[f"{draw(st.sampled_from(DIRECTORIES))}/README"] = "x"
    for path in [path for path in files if path.endswith("/pyproject.toml")]:
        files[path.replace("pyproject.toml", "uv.lock")] = LOCK
    return files


FLAGS = st.lists(
    st.one_of(
        st.sampled_from(words("--frozen --no-dev --no-config --active --all-groups")).map(
            lambda flag: [flag]
        ),
        st.builds(
            lambda flag, value: [flag, value],
            st.sampled_from(["--project", "--directory"]),
            st.sampled_from([*DIRECTORIES, "..", "missing"]),
        ),
        st.builds(lambda name: ["--package", name], NAMES),
        st.builds(lambda name: ["--only-group", name], st.sampled_from(["x", "dev"])),
        st.builds(lambda value: ["--python", value], st.sampled_from(["3.11", ">=3.9"])),
    ),
    max_size=2,
)
VARIABLES = st.lists(
    st.sampled_from(
        [
            ("UV_PROJECT_ENVIRONMENT", "../env"),
            ("UV_PROJECT_ENVIRONMENT", "sub/env"),
            ("VIRTUAL_ENV", "/tmp/active"),
            ("VIRTUAL_ENV", "active"),
            ("UV_PROJECT", "packages/a"),
            ("UV_WORKING_DIR", "packages"),
            ("UV_FROZEN", "1"),
        ]
    ),
    max_size=1,
).map(dict)


@dataclass(frozen=True)
class Found:
    """What both sides say they found; paths are absolute."""

    workspace: str
    project: str
    members: frozenset[str]
    environment: str
    configuration: str | None


PATTERN = {
    "workspace": r"Found workspace root: (.*)",
    "project": r"Found project root: (.*)",
    "environment": r"Checking for Python environment at: (.*)",
    "configuration": r"Found workspace configuration at `(.*)`",
    "request": r"Using Python request `(.*?)` from",
}
MEMBER = re.compile(r"Adding (?:root|discovered) workspace member: (.*)")


def last(key: str, log: str) -> str | None:
    found = re.findall(PATTERN[key], log)
    return found[-1] if found else None


def theirs(log: str, cwd: Path) -> Found | None:
    """None where uv stops before it has an environment; it shows paths relative to `cwd`."""
    environment = last("environment", log)
    if environment is None:
        return None
    log = log.partition("Checking for Python environment at")[0]
    workspace = last("workspace", log)
    environment = str(cwd / environment)
    project = last("project", log) or workspace
    members = frozenset(os.path.normpath(path) for path in MEMBER.findall(log))
    if "No workspace root found, using project root" in log and not members:
        members = frozenset([os.path.normpath(project or "")])
    return Found(
        os.path.normpath(workspace or project or ""),
        os.path.normpath(project or ""),
        members,
        os.path.normpath(environment),
        last("configuration", log),
    )


class Tree:
    def __init__(self, base: Path, files: Mapping[str, str]) -> None:
        self.base = Path(os.path.realpath(base))
        self.root = self.base / "tree"
        for directory in DIRECTORIES:
            if any(name.startswith(f"{directory}/") for name in files):
                (self.root / directory).mkdir(parents=True, exist_ok=True)
        self.root.mkdir(exist_ok=True)
        write(self.root, files)

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        home = str(self.base / "home")
        cache = str(self.base.parent / "cache")
        return {"HOME": home, "UV_CACHE_DIR": cache, "XDG_CONFIG_DIRS": home, **variables}

    def run(self, cwd: Path, arguments: Sequence[str], variables: Mapping[str, str]) -> str:
        done = run_uv(
            ["sync", "--dry-run", "--offline", "-v", *arguments],
            cwd,
            self.environment(variables),
        )
        return done.stderr

    def ours(
        self, cwd: Path, arguments: Sequence[str], variables: Mapping[str, str]
    ) -> SyncRequest:
        argv = ("uv", "sync", *arguments)
        command = SyncCommand(argv, self.environment(variables), str(cwd), alone=True, span=None)
        return resolve(command, HostFiles(self.base))

    def synthetic(self, request: SyncRequest, variables: Mapping[str, str]) -> str | None:
        """The interpreter that uv asks for in the synthetic project."""
        project = synthetic_project(request)
        files = {"pyproject.toml": project.pyproject, "uv.lock": project.lock}
        if project.python_version is not None:
            files[".python-version"] = project.python_version
        write(self.base / "synthetic", files)
        kept = {k: v for k, v in variables.items() if not k.startswith("UV_")}
        arguments = ["--frozen", *project.flags]
        return last("request", self.run(self.base / "synthetic", arguments, kept))


def members_of(request: SyncRequest) -> frozenset[str]:
    root = request.workspace_root
    found = {os.path.normpath(f"{root}/{path}") for path in request.workspace.members}
    return frozenset(found | (set() if request.selection.non_project else {root}))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    files=trees(),
    start=st.sampled_from(DIRECTORIES),
    flags=FLAGS,
    variables=VARIABLES,
)
def test_what_is_found_is_what_uv_finds(
    tmp_path: Path,
    files: dict[str, str],
    start: str,
    flags: list[list[str]],
    variables: dict[str, str],
) -> None:
    tree = Tree(Path(tempfile.mkdtemp(dir=tmp_path)), files)
    cwd = tree.root / start
    cwd.mkdir(parents=True, exist_ok=True)
    arguments = [word for flag in flags for word in flag]
    log = tree.run(cwd, arguments, variables)
    moved = dict(pairwise(arguments)).get("--directory")
    wanted = theirs(log, cwd / (moved or variables.get("UV_WORKING_DIR", "")))
    try:
        request = tree.ours(cwd, arguments, variables)
    except Unsupported as refusal:
        event("refused by both" if wanted is None else f"refused: {refusal.message[:40]}")
        return
    told = f"\n{json.dumps(files, indent=1)}\n{start} {arguments} {variables}\n{log[:3000]}"
    assert wanted is not None, f"uv refuses what we take{told}"
    event("compared")
    assert request.workspace_root == wanted.workspace, told
    assert request.environment_path == wanted.environment, told
    assert request.project_directory == wanted.project, told
    assert members_of(request) == wanted.members, told
    try:
        assert tree.synthetic(request, variables) == last("request", log), told
    except Unsupported:
        event("no synthetic project")
