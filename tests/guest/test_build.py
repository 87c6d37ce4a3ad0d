"""The program that builds a package, with a stand-in for uv that keeps its cache as uv does."""

import ast
import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from uvlayers.guest import build, builder

MTIME = 315532800
BYTES = "ccd2e431de2180ed8efb080a2d634157222790fd5293cb9703026da91f38b17a"
BUCKET = "sdists-v9"

# Syncs one package, "the-pkg": writes what it was called with, fills a cache, installs.
FAKE_UV = f"""#!{sys.executable}
import json, os, sys
arguments = sys.argv[1:]
behaviour = json.load(open(os.environ["FAKE_UV"]))
with open(behaviour["log"], "a") as log:
    log.write(json.dumps([arguments, os.getcwd(), dict(os.environ)]) + "\\n")
if behaviour.get("fails") and "--offline" not in arguments:
    sys.exit("error: no compiler")
flags = dict(a.partition("=")[::2] for a in arguments if "=" in a)
cache = flags.get("--cache-dir", behaviour["cache"])
archive = os.path.join(cache, "archive-v0", "id")
info = os.path.join(archive, "The.Pkg-1.0.dist-info")
shard = os.path.join(cache, behaviour["bucket"], "pypi", "the-pkg", "1.0", "revision")
if "--offline" not in arguments:
    os.makedirs(info)
    os.makedirs(os.path.join(shard, "src"))
    open(os.path.join(info, "METADATA"), "w").close()
    os.symlink(archive, os.path.join(shard, "src", "the_pkg"))
    open(os.path.join(shard, "src", "the_pkg.whl"), "w").write("not this")
    os.symlink("/nowhere", os.path.join(shard, "another"))
    os.symlink(archive, os.path.join(shard, "The.Pkg-1.0-py3-none-any"))
    if behaviour.get("keeps", True):
        open(os.path.join(shard, "The.Pkg-1.0-py3-none-any.whl"), "w").write("wheel")
packages = os.path.join(os.environ["UV_PROJECT_ENVIRONMENT"], "lib/python3.13/site-packages")
installed = os.path.join(packages, "The.Pkg-1.0.dist-info")
os.makedirs(os.path.join(packages, "other-1.0.dist-info"))
if behaviour.get("installs", True):
    os.makedirs(installed)
    os.symlink(os.path.join(info, "METADATA"), os.path.join(installed, "METADATA"))
    for name, text in behaviour.get("metadata", {{}}).items():
        open(os.path.join(installed, name), "w").write(text)
"""


class Workplace:
    """The directories of one build, and what the stand-in for uv is to do."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.output = directory / "output"
        self.output.mkdir()
        self.uv = directory / "uv"
        self.uv.write_text(FAKE_UV)
        self.uv.chmod(0o755)

    def run(
        self, behaviour: dict[str, Any] | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        program = self.directory / "build.py"
        program.write_bytes(builder())
        described = self.directory / "behaviour.json"
        log, cache = str(self.directory / "log"), str(self.directory / "cache")
        described.write_text(
            json.dumps({"log": log, "cache": cache, "bucket": BUCKET, **(behaviour or {})})
        )
        request = {
            "uv": [str(self.uv)],
            "project": {"pyproject": "[project]\n", "lock": "version = 1\n", "configuration": None},
            "name": "the-pkg",
            "cwd": str(self.directory / "build"),
            "arguments": ["--no-binary"],
            "no_cache": False,
            "user": f"{os.getuid()}:{os.getgid()}",
            "output": str(self.output),
            "mtime": MTIME,
            **options,
        }
        return subprocess.run(
            [sys.executable, "-I", "-S", "-B", str(program), json.dumps(request)],
            env={**os.environ, "FAKE_UV": str(described), "UV_FROZEN": "1", "CFLAGS": "-g"},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[tuple[list[str], str, dict[str, str]]]:
        return [
            tuple(json.loads(line))
            for line in (self.directory / "log").read_text().split("\n")
            if line
        ]

    def made(self) -> dict[str, bytes]:
        files = (path for path in self.output.rglob("*") if path.is_file())
        return {str(path.relative_to(self.output)): path.read_bytes() for path in files}


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


def test_the_wheel_is_handed_out_with_what_uv_wrote_beside_it(workplace: Workplace) -> None:
    metadata = {"direct_url.json": '{"url":"x"}', "uv_build.json": "{}", "METADATA.json": "no"}
    done = workplace.run({"metadata": metadata})
    assert (done.returncode, done.stderr) == (0, "")
    assert workplace.made() == {
        "the-pkg.whl": b"wheel",
        "metadata/direct_url.json": b'{"url":"x"}',
        "metadata/uv_build.json": b"{}",
    }
    paths = [workplace.output, *workplace.output.rglob("*")]
    assert {path.stat().st_mtime for path in paths} == {MTIME}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o644}


def test_times_of_a_local_archive_are_left_out(workplace: Workplace) -> None:
    state = {"timestamp": {"secs_since_epoch": 5, "nanos_since_epoch": 6}, "commit": None}
    workplace.run({"metadata": {"uv_cache.json": json.dumps(state)}})
    assert workplace.made()["metadata/uv_cache.json"] == (
        b'{"timestamp":{"secs_since_epoch":315532800,"nanos_since_epoch":0},"commit":null}'
    )


def test_other_cache_keys_stay() -> None:
    assert build.undated(b'{"timestamp": null, "env": {"X": "1"}}', MTIME) == (
        b'{"timestamp":null,"env":{"X":"1"}}'
    )


def test_uv_gets_the_runs_own_environment(workplace: Workplace) -> None:
    workplace.run()
    for arguments, cwd, environment in workplace.calls():
        assert arguments[:2] == ["sync", "--frozen"]
        assert "--no-binary" in arguments
        assert cwd == str(workplace.directory / "build" / "project")
        assert environment["CFLAGS"] == "-g"
        assert environment["HOME"] == os.environ["HOME"]
        assert "UV_FROZEN" not in environment
    project = workplace.directory / "build" / "project"
    assert sorted(path.name for path in project.iterdir()) == ["pyproject.toml", "uv.lock"]


def test_only_the_second_sync_links_to_the_cache(workplace: Workplace) -> None:
    workplace.run()
    first, second = (set(arguments) for arguments, _, _ in workplace.calls())
    assert second - first == {"--link-mode=symlink", "--offline", "--quiet"}


def test_without_a_cache_uv_gets_one_for_the_time_being(workplace: Workplace) -> None:
    done = workplace.run(no_cache=True)
    assert done.returncode == 0
    assert (workplace.directory / "build" / "cache" / BUCKET).is_dir()
    assert "the-pkg.whl" in workplace.made()


def test_a_configuration_of_its_own(workplace: Workplace) -> None:
    project = {"pyproject": "", "lock": "", "configuration": "no-index = true\n"}
    workplace.run(project=project)
    path = workplace.directory / "build" / "project" / "only.toml"
    assert path.read_text() == "no-index = true\n"
    assert all(f"--config-file={path}" in arguments for arguments, _, _ in workplace.calls())


def test_older_releases_keep_wheels_elsewhere(workplace: Workplace) -> None:
    workplace.run({"bucket": "built-wheels-v3"})
    assert workplace.made()["the-pkg.whl"] == b"wheel"


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ({"fails": True}, "error: no compiler\nerror: uv cannot build `the-pkg`\n"),
        ({"installs": False}, "error: uv has not installed `the-pkg`\n"),
        ({"keeps": False}, "error: uv's cache does not hold the wheel of `the-pkg` where"),
        ({"bucket": "wheels-v9"}, "error: uv's cache does not hold the wheel of `the-pkg` where"),
    ],
)
def test_failures(workplace: Workplace, behaviour: dict[str, Any], message: str) -> None:
    done = workplace.run(behaviour)
    assert done.returncode == 1
    assert message in done.stderr


def test_it_is_python_3_8() -> None:
    ast.parse(builder(), feature_version=(3, 8))


def test_its_bytes_are_those_that_built_wheels_are_cached_under() -> None:
    assert sha256(builder()).hexdigest() == BYTES
