"""The guest that finds the environment of `uv pip`, with real uv and no network."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin
from uvlayers.guest import finder, target

from tests.guest.pythons import PYTHONS, run_beside_probe

MTIME = 315532800


class Search:
    """One run of the guest, for an environment that uv has made."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.output = directory / "out"
        self.environment = directory / "app" / ".venv"
        for path in (self.output, directory / "scratch", directory / "app" / "sub"):
            path.mkdir(parents=True)
        self.variables = {"PATH": os.defpath, "HOME": str(directory)}
        self.options: dict[str, Any] = {
            "uv": [find_uv_bin()],
            "words": ["pip", "sync"],
            "cwd": str(directory / "scratch"),
            "directory": str(directory / "app" / "sub"),
            "environment_path": str(self.environment),
            "arguments": [],
            "bytecode": None,
            "variables": self.variables,
            "user": None,
            "output": str(self.output),
            "facts": str(directory / "facts.json"),
            "mtime": MTIME,
            "directories": {},
        }

    def make(self, path: Path | None = None) -> "Search":
        venv = [find_uv_bin(), "venv", "--quiet", "--python", sys.executable]
        subprocess.run([*venv, path or self.environment], check=True)
        return self

    @property
    def packages(self) -> Path:
        [found] = self.environment.glob("lib/python*/site-packages")
        return found

    def add(self, name: str) -> None:
        info = self.packages / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\nVersion: 1\n")
        (info / "RECORD").write_text(f"{info.name}/METADATA,,\n{info.name}/RECORD,,\n")

    def facts(self) -> dict[str, Any]:
        target.main([json.dumps(self.options)])
        facts: dict[str, Any] = json.loads(Path(self.options["facts"]).read_bytes())
        return facts

    def success(self) -> dict[str, Any]:
        facts = self.facts()
        assert facts["result"] == "success", facts["message"]
        return facts

    def error(self) -> tuple[str, str]:
        facts = self.facts()
        assert facts["result"] == "error"
        assert list(self.output.iterdir()) == []
        return facts["kind"], facts["message"]

    def made(self) -> list[str]:
        files = (path for path in self.output.rglob("*") if not path.is_dir())
        return sorted(f"/{path.relative_to(self.output)}" for path in files)


@pytest.fixture
def search(tmp_path: Path) -> Search:
    return Search(tmp_path)


@pytest.mark.parametrize("kind", ["sync", "install"])
def test_the_nearest_environment_is_found(search: Search, kind: str) -> None:
    search.make().options["words"] = ["pip", kind]
    facts = search.success()

    assert facts["environment"] == {
        "path": str(search.environment),
        "real_path": str(search.environment),
        "existed": True,
        "virtual": True,
        "extraneous": [],
    }
    assert facts["executable"] == f"{search.environment}/bin/python"
    assert facts["installed"] == []
    assert search.made() == [f"{search.environment}/.lock"]


def test_a_script_tells_which_name_of_python_uv_knows(search: Search) -> None:
    search.make().options["arguments"] += ["--python", f"{search.environment}/bin/python3"]
    assert search.success()["executable"] == f"{search.environment}/bin/python3"


def test_a_long_path_is_told_by_its_script_too(search: Search) -> None:
    search.environment = search.directory / ("long" * 40)
    search.make()
    search.options["environment_path"] = str(search.environment)
    search.variables["VIRTUAL_ENV"] = str(search.environment)
    assert search.success()["executable"] == f"{search.environment}/bin/python"


def test_another_environment_is_none_of_ours(search: Search) -> None:
    other = search.directory / "other"
    search.make().make(other)
    search.variables["VIRTUAL_ENV"] = str(other)
    kind, message = search.error()
    assert kind == "another_environment"
    assert message == f"uv installs to another place than `{search.environment}`"


def test_without_an_environment(search: Search) -> None:
    assert search.error() == (
        "no_environment",
        f"there is no environment at `{search.environment}`",
    )


def test_uv_speaks_for_itself(search: Search) -> None:
    search.make().options["arguments"] += ["--python", "3.99"]
    kind, message = search.error()
    assert kind == "uv_failed"
    assert message.startswith("uv would fail: ")
    assert "3.99" in message


def test_a_directory_that_is_no_environment(search: Search) -> None:
    search.make()
    (search.environment / "pyvenv.cfg").unlink()
    kind, _ = search.error()
    assert kind == "unexpected_prefix"


def test_what_is_there_besides_is_extraneous(search: Search) -> None:
    search.make().add("idna")
    search.options["words"] = ["pip", "install"]
    assert search.success()["environment"]["extraneous"] == ["idna-1.dist-info"]


def test_what_an_exact_command_takes_away_is_extraneous(search: Search) -> None:
    search.make().add("pip")
    facts = search.success()
    assert facts["installed"] == ["pip-1.dist-info"]
    assert facts["environment"]["extraneous"] == ["pip-1.dist-info"]


def test_what_an_installation_keeps_is_not(search: Search) -> None:
    search.make().add("pip")
    search.options["words"] = ["pip", "install"]
    facts = search.success()
    assert facts["installed"] == ["pip-1.dist-info"]
    assert facts["environment"]["extraneous"] == []


def test_a_fault_of_ours_is_data_too(search: Search) -> None:
    search.make().options["words"] = []
    kind, message = search.error()
    assert kind == "unexpected"
    assert message.startswith("cannot find the environment: IndexError: ")


@pytest.mark.parametrize("python", PYTHONS)
def test_any_python_runs_it_in_one_file(search: Search, python: str, tmp_path: Path) -> None:
    search.make()
    facts = run_beside_probe(python, finder(), search.options, tmp_path)
    assert facts["result"] == "success"


def test_it_is_python_3_8_and_of_the_standard_library() -> None:
    tree = ast.parse(finder(), feature_version=(3, 8))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {alias.name for node in imports for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)
