"""Flags, variables and configuration as we merge them against what real uv says it would use."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.settings.request import LockMode, SyncRequest
from uvlayers.settings.resolve import resolve

from tests.settings.uv import UV, HostFiles, Struct, names, parse_debug, run_uv, words, write

EXAMPLES = int(os.environ.get("UVLAYERS_FUZZ_EXAMPLES", "150"))
pytestmark = pytest.mark.skipif(UV is None, reason="no uv to compare with")

SWITCHES = words(
    """
    --all-extras --no-all-extras --dev --no-dev --only-dev --no-default-groups --all-groups
    --editable --no-editable --inexact --exact --active --no-active --no-install-project
    --only-install-project --no-install-workspace --only-install-workspace --no-install-local
    --only-install-local --locked --frozen --no-locked --no-frozen --all-packages --no-build --build
    --no-binary --binary --compile-bytecode --no-compile-bytecode --no-installer-metadata
    --managed-python --no-managed-python --allow-python-downloads --no-python-downloads -v -n
    --no-cache --no-progress --no-config --no-sources --pre --native-tls --no-offline
    --no-build-isolation --build-isolation --refresh --no-upgrade --isolated --require-build-hashes
    """
)
NAMED = words(
    """
    --extra --no-extra --group --no-group --only-group --package --no-install-package
    --only-install-package --no-build-package --no-binary-package --no-editable-package
    --no-build-isolation-package --refresh-package --no-sources-package
    """
)
VALUED = {
    "--python": ["3.12", "", ">=3.10"],
    "-p": ["3.12", "cpython@3.11"],
    "--link-mode": ["copy", "hardlink", "clone", "nonsense"],
    "--python-preference": ["system", "only-managed", "nonsense"],
    "--resolution": ["lowest", "highest"],
    "--prerelease": ["allow", "disallow"],
    "--fork-strategy": ["fewest"],
    "--exclude-newer": ["2024-01-01T00:00:00Z"],
    "--index-strategy": ["unsafe-best-match"],
    "--color": ["never"],
    "--config-setting": ["a=b"],
    "-C": ["k=v"],
    "--index": ["https://a.example/simple", "named=https://b.example/simple"],
    "--default-index": ["https://c.example/simple"],
    "--index-url": ["https://d.example/simple"],
    "--extra-index-url": ["https://e.example/simple"],
    "--find-links": ["https://f.example/links"],
    "--keyring-provider": ["subprocess"],
}
BOOLEANS = words(
    """
    UV_LOCKED UV_FROZEN UV_DEV UV_NO_DEV UV_NO_DEFAULT_GROUPS UV_NO_EDITABLE UV_NO_INSTALL_PROJECT
    UV_NO_INSTALL_WORKSPACE UV_NO_INSTALL_LOCAL UV_ONLY_INSTALL_PROJECT UV_ONLY_INSTALL_WORKSPACE
    UV_ONLY_INSTALL_LOCAL UV_NO_BINARY UV_NO_BUILD UV_NO_BUILD_ISOLATION UV_COMPILE_BYTECODE
    UV_NO_INSTALLER_METADATA UV_NO_CONFIG UV_NO_SYSTEM_CONFIG UV_MANAGED_PYTHON UV_NO_MANAGED_PYTHON
    UV_NO_SOURCES UV_NO_PROGRESS UV_NO_CACHE UV_VENV_SEED UV_OFFLINE UV_PREVIEW
    """
)
VARIABLES = {
    **{name: ["1", "true", "0", "False", "yes", "OFF", "t", "", "2"] for name in BOOLEANS},
    "UV_NO_GROUP": ["x", "x y", " dev ", "", "x,y"],
    "UV_NO_BINARY_PACKAGE": ["p q", "", "_"],
    "UV_NO_BUILD_PACKAGE": ["p", ""],
    "UV_PYTHON": ["3.11", ""],
    "UV_PYTHON_PREFERENCE": ["system", "", "nonsense"],
    "UV_PYTHON_DOWNLOADS": ["never", "auto"],
    "UV_LINK_MODE": ["copy", "", "clone"],
    "UV_RESOLUTION": ["lowest", ""],
    "UV_EXCLUDE_NEWER": ["2024-02-02T00:00:00Z"],
    "UV_INDEX": ["https://g.example/simple https://h.example/simple", ""],
    "UV_DEFAULT_INDEX": ["https://i.example/simple", ""],
    "UV_EXTRA_INDEX_URL": ["https://j.example/simple", ""],
    "UV_CONCURRENT_DOWNLOADS": ["4", "x", ""],
    "UV_WHATEVER": ["x"],
}
NAMES = st.sampled_from(["dev", "x", "X_y", "p.Q", "test", "p,q", "p q", "", "-z", "_"])
CONFIGURED: dict[str, list[Any]] = {
    "compile-bytecode": [True, False, "yes"],
    "no-binary": [True, False],
    "no-build": [True, False],
    "no-binary-package": [["p"], ["q", "r"], []],
    "no-build-package": [["s"]],
    "link-mode": ["copy", "hardlink"],
    "python-preference": ["only-system", "managed"],
    "python-downloads": ["never", "manual"],
    "resolution": ["lowest-direct"],
    "prerelease": ["allow"],
    "no-sources": [True, False],
    "exclude-newer": ["2023-01-01T00:00:00Z"],
    "index-strategy": ["unsafe-first-match"],
    "no-build-isolation-package": [["flash"]],
    "extra-index-url": [["https://k.example/simple"]],
    "find-links": [["https://l.example/links"]],
    "concurrent-builds": [2],
    "native-tls": [True],
    "required-version": [">=0.1"],
    "offline": [False, True],
}

FLAGS = st.one_of(
    st.sampled_from(SWITCHES).map(lambda flag: [flag]),
    st.builds(lambda flag, name: [flag, name], st.sampled_from(NAMED), NAMES),
    st.builds(lambda flag, name: [f"{flag}={name}"], st.sampled_from(NAMED), NAMES),
    st.sampled_from(sorted(VALUED)).flatmap(
        lambda flag: st.sampled_from(VALUED[flag]).map(lambda value: [flag, value])
    ),
    st.sampled_from([["-vn"], ["-nv"], ["-p3.12"], ["-p=3.12"], ["-np", "3.12"], ["--"], ["x"]]),
)
ENVIRONMENTS = st.lists(
    st.sampled_from(sorted(VARIABLES)).flatmap(
        lambda name: st.sampled_from(VARIABLES[name]).map(lambda value: (name, value))
    ),
    max_size=3,
).map(dict)
TABLES = st.lists(
    st.sampled_from(sorted(CONFIGURED)).flatmap(
        lambda key: st.sampled_from(CONFIGURED[key]).map(lambda value: (key, value))
    ),
    max_size=3,
).map(dict)
LEVELS = st.dictionaries(
    st.sampled_from(["pyproject.toml", "uv.toml", "../uv.toml", "home", "system"]),
    TABLES,
    max_size=2,
)

PROJECT = """
[project]
name = "p"
version = "0"
[dependency-groups]
dev = []
x = []
[tool.other]
"""


def toml(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())


class Case:
    """One project with its configuration files, a command line and an environment."""

    def __init__(self, base: Path, levels: Mapping[str, Mapping[str, Any]]) -> None:
        self.base = base
        self.project = base / "projects" / "p"
        files = {"projects/p/pyproject.toml": PROJECT}
        for name, table in levels.items():
            if name == "pyproject.toml":
                files["projects/p/pyproject.toml"] = PROJECT + "[tool.uv]\n" + toml(table)
            elif name == "home":
                files["home/.config/uv/uv.toml"] = toml(table)
            elif name == "system":
                files["etc/uv/uv.toml"] = toml(table)
            else:
                files[str(Path("projects/p") / name).replace("p/../", "")] = toml(table)
        write(base, files)

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        places = {"HOME": str(self.base / "home"), "XDG_CONFIG_DIRS": str(self.base / "etc")}
        return {**places, **variables}

    def ours(self, arguments: list[str], variables: Mapping[str, str]) -> SyncRequest:
        environment = self.environment(variables)
        command = SyncCommand(
            ("uv", "sync", *arguments), environment, str(self.project), alone=True, span=None
        )
        return resolve(command, HostFiles(self.base))

    def theirs(self, arguments: list[str], variables: Mapping[str, str]) -> Struct | None:
        """What uv shows, None where it refuses."""
        done = run_uv(
            ["sync", "--show-settings", *arguments], self.project, self.environment(variables)
        )
        if done.returncode != 0:
            return None
        shown = [v for v in parse_debug(done.stdout) if isinstance(v, Struct)]
        by_name = {struct.name: struct for struct in shown}
        return Struct("Both", {"sync": by_name["SyncSettings"], "all": by_name["GlobalSettings"]})


def told(struct: Struct) -> dict[str, Any]:
    """The parts of uv's settings that a SyncRequest has too, in its terms."""
    sync, everything = struct["sync"], struct["all"]
    history = sync["groups"].values[0]["history"]
    inner = sync["groups"].values[0]
    extras = sync["extras"].values[0]
    options = sync["install_options"]
    build = sync["settings.resolver.build_options"]
    lock = LockMode.LOCKED if isinstance(sync["lock_check"], Struct) else LockMode.UPDATE
    if sync["frozen"] != "None":
        lock = LockMode.FROZEN
    include = inner["include"]
    editable = sync["editable"]
    return {
        "lock": lock,
        "groups all": include == "All",
        "groups": None if include == "All" else names(include.values[0]),
        "no groups": names(inner["exclude"]),
        "only": inner["only_groups"] == "true",
        "no defaults": history["no_default_groups"] == "true",
        "extras": "All" if extras["include"] == "All" else names(extras["include"].values[0]),
        "no extras": names(extras["exclude"]),
        "editable": editable if editable == "None" else editable.values[0],
        "filters": tuple(
            options[f"{kind}_install_{what}"] == "true"
            for what in ("project", "workspace", "local")
            for kind in ("no", "only")
        ),
        "no packages": names(options["no_install_package"]),
        "only packages": names(options["only_install_package"]),
        "inexact": sync["modifications"] == "Sufficient",
        "all packages": sync["all_packages"] == "true",
        "packages": names(sync["package"]),
        "no binary": policy(build["no_binary"]),
        "no build": policy(build["no_build"]),
        "bytecode": sync["settings.compile_bytecode"] == "true",
        "metadata": everything["installer_metadata"] == "true",
        "python": value_of(sync["python"]),
        "active": sync["active"] == "Prefer",
        "preference": everything["python_preference"],
        "resolution": sync["settings.resolver.resolution"],
        "no sources": sync["settings.resolver.sources"] == "All",
        "indexes": [
            index["url"].values[0]["given"].values[0]
            for index in sync["settings.resolver.index_locations.indexes"]
        ],
        "shared builds": isolation(sync["settings.resolver.build_isolation"]),
    }


def policy(value: Any) -> Any:
    return value if isinstance(value, str) else names(value.values[0])


def isolation(value: Any) -> Any:
    if isinstance(value, Struct):
        return names(value.values[0])
    return value == "Shared"


def value_of(value: Any) -> Any:
    return value.values[0] if isinstance(value, Struct) else ""


def read(request: SyncRequest, case: Case, variables: Mapping[str, str]) -> dict[str, Any]:
    """The same parts of a SyncRequest."""
    chosen, groups = request.selection, request.selection.groups
    install, build = chosen.install, chosen.build
    found = request.workspace.settings
    python = dict(zip(request.python.flags, request.python.flags[1:], strict=False))
    return {
        "lock": request.lock_mode,
        "groups all": groups.all,
        "groups": None if groups.all else groups.include,
        "no groups": groups.exclude,
        "only": groups.only,
        "no defaults": groups.no_defaults,
        "extras": "All" if chosen.extras.all else chosen.extras.include,
        "no extras": chosen.extras.exclude,
        "editable": editable_mode(request),
        "filters": (
            *(install.no_project, install.only_project, install.no_workspace),
            *(install.only_workspace, install.no_local, install.only_local),
        ),
        "no packages": install.no_packages,
        "only packages": install.only_packages,
        "inexact": request.inexact,
        "all packages": chosen.all_packages,
        "packages": frozenset(chosen.packages),
        "no binary": policy_of(build.no_binary, build.no_binary_packages),
        "no build": policy_of(build.no_build, build.no_build_packages),
        "bytecode": request.compile_bytecode,
        "metadata": request.installer_metadata,
        "python": python.get("--python", ""),
        "active": None,
        "preference": None,
        "resolution": str(found.get("resolution", "highest")).title().replace("-", ""),
        "no sources": found.get("no-sources", False),
        "indexes": indexes(found),
        "shared builds": request.shared_builds or False,
    }


def editable_mode(request: SyncRequest) -> str:
    chosen = request.selection
    if chosen.editable is None:
        return "None" if not chosen.no_editable_packages else "packages"
    return "Editable" if chosen.editable else "NonEditable"


def policy_of(everything: bool, packages: frozenset[str]) -> Any:
    return "All" if everything else (packages or "None")


def indexes(found: Mapping[str, Any]) -> list[str]:
    urls = [table["url"] for table in found.get("index", [])]
    urls += found.get("extra-index-url", [])
    return urls + ([found["index-url"]] if "index-url" in found else [])


UNCOMPARED = ("active", "preference", "editable")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cases")


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(flags=st.lists(FLAGS, max_size=4), variables=ENVIRONMENTS, levels=LEVELS)
def test_settings_are_uv_s(
    scratch: Path,
    flags: list[list[str]],
    variables: dict[str, str],
    levels: dict[str, dict[str, Any]],
) -> None:
    case = Case(Path(tempfile.mkdtemp(dir=scratch)), levels)
    arguments = [word for flag in flags for word in flag]
    theirs = case.theirs(arguments, variables)
    try:
        ours = case.ours(arguments, variables)
    except Unsupported as refusal:
        note(f"refused: {refusal}")
        event("refused" if theirs is not None else "refused by both")
        return
    event("compared")
    assert theirs is not None, f"uv refuses what we take: {arguments} {variables} {levels}"
    wanted, actual = told(theirs), read(ours, case, variables)
    if ours.lock_mode is LockMode.FROZEN:
        for key in ("resolution", "no sources", "indexes"):
            del wanted[key], actual[key]
    for key in UNCOMPARED:
        del wanted[key], actual[key]
    assert actual == wanted, f"{arguments} {variables} {levels}"
