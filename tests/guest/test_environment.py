import ast
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin
from uvlayers.guest import environment, maker
from uvlayers.python.interpreter import Environment, parse_facts
from uvlayers.python.project import bare_project

from tests.guest.pythons import PYTHONS, run_beside_probe
from tests.python.uv_oracle import write_wheels

MTIME = 315532800


class Build:
    """One run of the guest in directories of its own; nothing of it needs the network."""

    def __init__(self, directory: Path) -> None:
        self.output = directory / "out"
        self.output.mkdir()
        self.environment = directory / "app" / ".venv"
        project = bare_project(name="sample", directory="/app")
        self.options: dict[str, Any] = {
            "uv": [find_uv_bin()],
            "project": {
                "pyproject": project.pyproject,
                "lock": project.lock,
                "python_version": None,
            },
            "cwd": str(directory / "scratch" / "project"),
            "environment_path": str(self.environment),
            "arguments": ["--python", sys.executable],
            "bytecode": None,
            "variables": {"PATH": os.defpath, "HOME": str(directory)},
            "user": None,
            "output": str(self.output),
            "facts": str(directory / "facts.json"),
            "mtime": MTIME,
            "directories": {},
        }

    def facts(self) -> dict[str, Any]:
        environment.main([json.dumps(self.options)])
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

    def copy(self, path: Path) -> Path:
        """Where the output has what is at `path`."""
        return self.output / path.relative_to("/")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path)


def looks(root: Path, omit: str = "") -> dict[str, tuple[str, bytes]]:
    """Type, mode and owner of everything below, and what is in it."""
    entries = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        content = b""
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        name = str(path.relative_to(root))
        if not (omit and omit in name):
            kind = f"{stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid}"
            entries[name] = (kind, content)
    return entries


def stand_in(path: Path, body: str) -> str:
    """A program to be taken for uv; it is at version 0.13.9 and does `body` for a sync."""
    path.write_text(
        f"#!{sys.executable} -ISB\n"
        "import os, pathlib, subprocess, sys\n"
        "if sys.argv[1:] == ['--version']:\n"
        "    print('uv 0.13.9 (stand-in)')\n"
        "    sys.exit()\n"
        "environment = pathlib.Path(os.environ['UV_PROJECT_ENVIRONMENT'])\n"
        "def make():\n"
        f"    venv = [{sys.executable!r}, '-m', 'venv', '--without-pip', environment]\n"
        "    subprocess.run(venv, check=True)\n"
        f"{body}\n"
    )
    path.chmod(0o755)
    return str(path)


# --- What uv makes


@pytest.mark.parametrize("python", PYTHONS)
def test_the_skeleton_is_that_of_a_plain_sync(build: Build, tmp_path: Path, python: str) -> None:
    """Of a project with a dependency and another text, made at the same path."""
    real = tmp_path / "real"
    real.mkdir()
    write_wheels(real / "wheels", {"idna": ["idna-1-py3-none-any.whl"]})
    (real / "pyproject.toml").write_text(
        '[project]\nname = "Sam.Ple"\nversion = "3"\nrequires-python = ">=3.8"\n'
        'dependencies = ["idna"]\n[tool.uv]\nno-index = true\nfind-links = ["wheels"]\n'
    )
    project = bare_project(name="Sam.Ple", directory=str(real), requires_python=">=3.8")
    build.options["project"].update(pyproject=project.pyproject, lock=project.lock)
    build.options["arguments"] = ["--python", python]
    subprocess.run(
        [*build.options["uv"], "sync", "--quiet", "--offline", "--no-cache", "--python", python],
        cwd=real,
        env={**build.options["variables"], "UV_PROJECT_ENVIRONMENT": str(build.environment)},
        check=True,
    )
    plain = looks(build.environment, omit="idna-1.dist-info")
    subprocess.run(["rm", "-r", build.environment], check=True)
    build.success()

    assert looks(build.copy(build.environment)) == plain
    assert "prompt = sam-ple" in build.copy(build.environment / "pyvenv.cfg").read_text()
    assert {".gitignore", "CACHEDIR.TAG", ".lock", "bin/activate", "bin/python"} <= set(plain)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_facts_are_those_of_the_new_environment(build: Build, python: str) -> None:
    build.options["arguments"] = ["--python", python]
    build.success()
    written = Path(build.options["facts"]).read_bytes()
    interpreter = parse_facts(written)

    path = str(build.environment)
    assert interpreter.environment == Environment(path, path, existed=False, virtual=True)
    assert interpreter.prefix == path
    assert interpreter.executable == f"{path}/bin/python"
    assert interpreter.base_executable == os.path.realpath(python)
    assert interpreter.uv is not None
    assert interpreter.uv >= (0, 13, 0)
    assert json.loads(written)["home"] == build.options["variables"]["HOME"]


def test_everything_has_the_one_mtime(build: Build) -> None:
    build.success()

    everything = [build.output, *build.output.rglob("*")]
    assert {path.lstat().st_mtime_ns for path in everything} == {MTIME * 10**9}
    assert len(everything) > 20


def test_the_same_again_gives_the_same(build: Build, tmp_path: Path) -> None:
    build.success()
    first = looks(build.output)
    for path in (build.environment, build.output):
        subprocess.run(["rm", "-r", path], check=True)
    build.output.mkdir()
    build.success()

    assert looks(build.output) == first


def test_directories_of_the_state_below_are_made_and_kept(build: Build, tmp_path: Path) -> None:
    build.options["directories"] = {
        str(tmp_path / "app"): [0o2751, os.getuid(), os.getgid()],
        str(tmp_path): [0o711, os.getuid(), os.getgid()],
        str(tmp_path / "other"): [0o700, os.getuid(), os.getgid()],
    }
    mode = stat.S_IMODE(tmp_path.stat().st_mode)
    build.success()

    assert stat.S_IMODE(build.copy(tmp_path / "app").stat().st_mode) == 0o2751
    assert stat.S_IMODE((tmp_path / "app").stat().st_mode) == 0o2751
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == 0o700
    # One that exists is left alone, but in the layer it looks as it is below.
    assert stat.S_IMODE(tmp_path.stat().st_mode) == mode
    assert stat.S_IMODE(build.copy(tmp_path).stat().st_mode) == 0o711
    assert not build.copy(tmp_path / "other").exists()


def test_other_directories_look_as_in_the_guests_root(build: Build, tmp_path: Path) -> None:
    build.success()

    assert stat.S_IMODE(build.output.stat().st_mode) == stat.S_IMODE(Path("/").stat().st_mode)
    for parent in tmp_path.parents:
        made, real = build.copy(parent).stat(), parent.stat()
        assert (made.st_mode, made.st_uid) == (real.st_mode, real.st_uid)


def test_a_path_through_a_link_ends_up_at_the_real_one(build: Build, tmp_path: Path) -> None:
    (tmp_path / "srv").mkdir()
    (tmp_path / "app").symlink_to("srv")
    facts = build.success()

    assert facts["environment"]["path"] == str(tmp_path / "app/.venv")
    assert facts["environment"]["real_path"] == str(tmp_path / "srv/.venv")
    assert facts["executable"] == str(tmp_path / "app/.venv/bin/python")
    assert facts["real_scheme"]["scripts"] == str(tmp_path / "srv/.venv/bin")
    assert build.copy(tmp_path / "srv/.venv/pyvenv.cfg").is_file()
    assert not build.copy(tmp_path / "app").exists()


def test_a_relative_path_is_taken_from_the_workspace(build: Build, tmp_path: Path) -> None:
    (tmp_path / "srv").mkdir()
    (tmp_path / "app").symlink_to("srv")
    build.options.update(environment_path=".venv", workspace_root=str(tmp_path / "app"))

    assert build.success()["environment"]["path"] == str(tmp_path / "srv/.venv")


def test_python_version_files_are_heeded(build: Build) -> None:
    build.options["project"]["python_version"] = f"{sys.executable}\n"
    build.options["arguments"] = []

    assert build.success()["base_executable"] == os.path.realpath(sys.executable)


def test_variables_that_speak_of_the_real_project_are_dropped(build: Build) -> None:
    build.options["variables"].update(
        UV_NO_GROUP="docs",
        UV_PROJECT="/elsewhere",
        UV_WORKING_DIR="/elsewhere",
        UV_LOCKED="1",
        UV_FROZEN="1",
        UV_NO_SYNC="1",
        UV_NO_DEV="1",
        UV_PYTHON_DOWNLOADS="automatic",
    )

    build.success()


def test_its_own_variables_serve_where_none_are_given(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    del build.options["variables"]
    monkeypatch.setenv("HOME", "/home/own")

    assert build.success()["home"] == "/home/own"


# --- Environments that exist


def make(build: Build) -> None:
    build.success()
    subprocess.run(["rm", "-r", build.output], check=True)
    build.output.mkdir()


def test_an_environment_that_fits_is_left_alone(build: Build) -> None:
    make(build)
    facts = build.success()

    assert facts["environment"]["existed"] is True
    assert facts["environment"]["virtual"] is True
    assert list(build.output.iterdir()) == []


def test_what_uv_adds_to_it_is_the_skeleton(build: Build) -> None:
    make(build)
    (build.environment / ".lock").unlink()
    build.success()

    root = build.copy(build.environment)
    assert sorted(looks(root)) == [".lock"]
    assert root.stat().st_mtime == MTIME


def test_what_it_holds_is_told(build: Build) -> None:
    make(build)
    [packages] = build.environment.glob("lib/python*/site-packages")
    (packages / "idna-1.dist-info").mkdir()
    (packages / "idna-1.dist-info" / "METADATA").write_text("Name: idna\nVersion: 1\n")

    assert build.success()["installed"] == ["idna-1.dist-info"]


def add_pip(build: Build) -> None:
    [packages] = build.environment.glob("lib/python*/site-packages")
    (packages / "pip-1.dist-info").mkdir()
    (packages / "pip-1.dist-info" / "METADATA").write_text("Name: pip\nVersion: 1\n")
    (packages / "pip-1.dist-info" / "RECORD").write_text("pip-1.dist-info/METADATA,,\n")  # not all


def test_what_an_exact_sync_takes_away_is_extraneous(build: Build) -> None:
    make(build)
    add_pip(build)
    facts = build.success()

    assert facts["installed"] == ["pip-1.dist-info"]
    assert facts["environment"]["extraneous"] == ["pip-1.dist-info"]


def test_what_an_exact_sync_keeps_is_not(build: Build) -> None:
    venv = [sys.executable, "-m", "venv", "--without-pip", str(build.environment)]
    subprocess.run(venv, check=True)
    add_pip(build)
    facts = build.success()

    assert facts["installed"] == ["pip-1.dist-info"]
    assert facts["environment"]["extraneous"] == []


def test_an_environment_that_uv_replaces_is_none_of_ours(build: Build) -> None:
    make(build)
    configuration = build.environment / "pyvenv.cfg"
    lines = configuration.read_text().splitlines()
    changed = ["version_info = 3.1.4" if "version_info" in line else line for line in lines]
    configuration.write_text("\n".join(changed) + "\n")
    (build.environment / "mine").write_text("precious")
    kind, message = build.error()

    assert kind == "environment_replaced"
    assert message == (
        f"uv would remove files from the environment at `{build.environment}`: "
        f"`{build.environment}/mine`"
    )


def test_an_interpreters_own_prefix_is_used_as_it_is(build: Build) -> None:
    build.options["environment_path"] = sys.base_prefix
    build.options["arguments"] = []
    facts = build.success()

    assert facts["environment"] == {
        "path": sys.base_prefix,
        "real_path": os.path.realpath(sys.base_prefix),
        "existed": True,
        "virtual": False,
        "extraneous": [e for e in facts["installed"] if not e.startswith(environment.INSTALLERS)],
    }
    assert list(build.output.iterdir()) == []


@pytest.mark.parametrize(
    ("version", "names", "expected"),
    [
        ("0.12.13", {"python", "python3"}, "python3"),
        ("0.12.14", {"python", "python3"}, "python"),
        ("0.13.9", {"python3"}, "python3"),
        ("0.8.0", {"python"}, "python"),
        ("0.13.0-rc1", {"python"}, "python"),
        ("0.13.9", {"pypy"}, None),
    ],
)
def test_uv_found_the_interpreter_under_two_names(
    tmp_path: Path, version: str, names: set[str], expected: str | None
) -> None:
    (tmp_path / "bin").mkdir()
    for name in names:
        (tmp_path / "bin" / name).touch()

    found = environment.find_python(str(tmp_path), version)
    assert found == (expected and f"{tmp_path}/bin/{expected}")


# --- Bytecode


@pytest.mark.parametrize("mode", ["timestamp", "checked-hash", "unchecked-hash"])
def test_bytecode_of_what_is_copied_stays_valid(build: Build, tmp_path: Path, mode: str) -> None:
    build.options["uv"] = [
        stand_in(
            tmp_path / "uv",
            "make()\n"
            "import py_compile\n"
            "[packages] = environment.glob('lib/python*/site-packages')\n"
            "(packages / 'sample.py').write_text('value = 1')\n"
            f"mode = py_compile.PycInvalidationMode['{mode.upper().replace('-', '_')}']\n"
            "py_compile.compile(str(packages / 'sample.py'), invalidation_mode=mode)\n",
        )
    ]
    build.success()
    [source] = build.output.rglob("sample.py")
    [bytecode] = build.output.rglob("sample.*.pyc")
    header = bytecode.read_bytes()[:16]
    [original] = build.environment.rglob("sample.*.pyc")

    if mode == "timestamp":
        assert int.from_bytes(header[8:12], "little") == MTIME == source.stat().st_mtime
        assert bytecode.read_bytes()[12:] == original.read_bytes()[12:]
    else:
        assert bytecode.read_bytes() == original.read_bytes()


@pytest.mark.parametrize("mode", ["checked-hash", "unchecked-hash"])
def test_a_new_environment_is_compiled_as_uv_compiles_it(
    build: Build, tmp_path: Path, mode: str
) -> None:
    """Some uv put a module there, `_virtualenv.py`."""
    real = list(build.options["uv"])
    bodies = {"sample.py": "def value():\n    return {1, 2}\n", "wrong.py": "value ="}
    build.options["uv"] = [
        stand_in(
            tmp_path / "uv",
            "make()\n"
            "[packages] = environment.glob('lib/python*/site-packages')\n"
            "(packages / 'part').mkdir()\n"
            f"for name, body in {bodies!r}.items():\n"
            "    (packages / name).write_text(body)\n"
            "    (packages / 'part' / name).write_text(body)\n",
        )
    ]
    build.options["bytecode"] = mode
    build.success()
    copied = build.copy(build.environment)
    ours = {path.relative_to(copied): path.read_bytes() for path in copied.rglob("*.pyc")}
    for path in build.environment.rglob("*.pyc"):
        path.unlink()
    subprocess.run(
        [*real, "sync", "--quiet", "--frozen", "--offline", "--inexact", "--compile-bytecode"],
        cwd=build.options["cwd"],
        env={
            **build.options["variables"],
            "PYC_INVALIDATION_MODE": mode.upper().replace("-", "_"),
            "UV_PROJECT_ENVIRONMENT": str(build.environment),
        },
        check=True,
    )
    made = build.environment.rglob("*.pyc")

    assert {path.relative_to(build.environment): path.read_bytes() for path in made} == ours
    assert len(ours) == 2


def test_bytecode_of_what_was_there_speaks_of_the_source_below(
    build: Build, tmp_path: Path
) -> None:
    make(build)
    [packages] = build.environment.glob("lib/python*/site-packages")
    (packages / "sample.py").write_text("value = 1")
    build.options["bytecode"] = "timestamp"
    build.success()
    [bytecode] = build.output.rglob("sample.*.pyc")
    mtime = int((packages / "sample.py").stat().st_mtime)

    assert int.from_bytes(bytecode.read_bytes()[8:12], "little") == mtime
    assert list(build.output.rglob("sample.py")) == []


# --- What goes wrong


def test_no_uv(build: Build) -> None:
    build.options["uv"] = ["no-such-uv"]

    assert build.error() == (
        "not_executable",
        "cannot run `no-such-uv`: No such file or directory",
    )


def test_uv_speaks_for_itself(build: Build) -> None:
    build.options["arguments"] = ["--python", "3.99"]
    kind, message = build.error()

    assert kind == "uv_failed"
    assert "No interpreter found for Python 3.99" in message


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (
            "sys.exit('\\n'.join(map(str, range(99))))",
            "uv_failed",
            "\n".join(map(str, range(79, 99))),
        ),
        ("sys.exit(3)", "uv_failed", "uv ended with code 3"),
        ("", "not_executable", "cannot run `{path}/bin/python`: No such file or directory"),
        (
            "make(); os.mkfifo(environment / 'pipe')",
            "special_file",
            "uv made a file of an unknown kind: `{path}/pipe`",
        ),
        (
            "make(); [p] = environment.glob('lib/python*/site-packages'); p.rmdir()",
            "unexpected_scheme",
            "the environment has no such directory: `{packages}`",
        ),
        (
            "make(); (environment / 'pyvenv.cfg').unlink()",
            "unexpected_prefix",
            "the environment at `{path}` has another prefix: `{base}`",
        ),
    ],
)
def test_what_is_not_as_expected_is_said(
    build: Build, tmp_path: Path, body: str, kind: str, message: str
) -> None:
    build.options["uv"] = [stand_in(tmp_path / "uv", body)]
    version = "python{}.{}".format(*sys.version_info)
    packages = build.environment / "lib" / version / "site-packages"
    expected = message.format(path=build.environment, packages=packages, base=sys.base_prefix)

    assert build.error() == (kind, expected)


@pytest.mark.parametrize(
    ("says", "message"),
    [("echo no >&2; exit 1", "no"), ("echo uv", "uv does not tell its version")],
)
def test_a_uv_without_a_version(build: Build, tmp_path: Path, says: str, message: str) -> None:
    (tmp_path / "uv").write_text(f"#!/bin/sh\n{says}\n")
    (tmp_path / "uv").chmod(0o755)
    build.options["uv"] = [str(tmp_path / "uv")]

    assert build.error() == ("uv_failed", message)


@pytest.mark.parametrize(
    ("says", "kind", "message"),
    [
        ("echo broken >&2; exit 1", "probe_failed", "cannot query `{python}`: broken"),
        ('echo \'{{"result": "error", "kind": "a", "message": "b"}}\'', "a", "b"),
    ],
)
def test_an_interpreter_that_cannot_be_queried(
    build: Build, tmp_path: Path, says: str, kind: str, message: str
) -> None:
    python = build.environment / "bin" / "python"
    text = f"#!/bin/sh\n{says.replace('{{', '{').replace('}}', '}')}\n"
    build.options["uv"] = [
        stand_in(
            tmp_path / "uv",
            "(environment / 'bin').mkdir(parents=True)\n"
            f"(environment / 'bin/python').write_text({text!r})\n"
            "(environment / 'bin/python').chmod(0o755)\n",
        )
    ]

    assert build.error() == (kind, message.format(python=python))


def test_a_fault_of_ours_is_data_too_and_leaves_nothing(build: Build) -> None:
    build.options["directories"] = {"/": [0o755]}
    (build.output / "left").mkdir()
    (build.output / "left" / "file").touch()
    (build.output / "link").symlink_to("/")
    kind, message = build.error()

    assert kind == "unexpected"
    assert message.startswith("cannot prepare the environment: ValueError: ")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_owners_are_kept(build: Build, tmp_path: Path) -> None:
    build.options["uv"] = [
        stand_in(
            tmp_path / "uv",
            "make()\n"
            "os.chown(environment / 'pyvenv.cfg', 12, 34)\n"
            "os.chown(environment / 'bin/python', 12, 34, follow_symlinks=False)\n"
            "os.chmod(environment / 'pyvenv.cfg', 0o4711)\n",
        )
    ]
    build.options["directories"] = {str(tmp_path / "app"): [0o755, 56, 78]}
    build.success()

    def owner(path: str) -> tuple[int, int]:
        status = build.copy(tmp_path / "app" / path).lstat()
        return status.st_uid, status.st_gid

    assert owner(".") == (56, 78)
    assert owner(".venv/pyvenv.cfg") == owner(".venv/bin/python") == (12, 34)
    assert owner(".venv") == (0, 0)
    mode = build.copy(tmp_path / "app/.venv/pyvenv.cfg").stat().st_mode
    assert stat.S_IMODE(mode) == 0o4711


# --- The program


@pytest.mark.parametrize("python", PYTHONS)
def test_any_python_runs_it(build: Build, python: str, tmp_path: Path) -> None:
    facts = run_beside_probe(python, maker(), build.options, tmp_path)

    assert facts["result"] == "success"
    assert build.copy(build.environment / "pyvenv.cfg").is_file()


def test_it_is_python_3_8_and_of_the_standard_library() -> None:
    tree = ast.parse(maker(), feature_version=(3, 8))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {alias.name for node in imports for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)
