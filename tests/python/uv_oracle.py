"""Which wheels the real uv installs for an interpreter that does not exist.

A stand-in for `python` passes uv's query on to this very interpreter and changes what the answer
says of platform and version. uv then installs tiny wheels, each of which holds its own name.
"""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from uv import find_uv_bin

STAND_IN = """\
#!{python}
import json, subprocess, sys

answer = subprocess.run([{python!r}, *sys.argv[1:]], capture_output=True, text=True)
if not answer.stdout.startswith("{{"):
    sys.stdout.write(answer.stdout)
    sys.stderr.write(answer.stderr)
    sys.exit(answer.returncode)
info = json.loads(answer.stdout)
for key, value in {changes!r}.items():
    if isinstance(value, dict):
        info[key].update(value)
    else:
        info[key] = value
info["sys_executable"] = info["sys_base_executable"] = {path!r}
print(json.dumps(info))
"""

PROJECT = """\
[project]
name = "root"
version = "0"
[tool.uv.workspace]
"""

ROOT_PACKAGE = """\
version = 1
revision = 3
requires-python = ">=3.8"

[[package]]
name = "root"
version = "0"
source = { virtual = "." }
"""


def choices_of_uv(
    directory: Path, changes: Mapping[str, Any], packages: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """The file name that uv installs of each package, given its wheels in lock order.

    `changes` are those to the answer of uv's query: `{"arch": "aarch64"}`.
    """
    write_wheels(directory / "wheels", packages)
    (directory / "pyproject.toml").write_text(PROJECT)
    (directory / "uv.lock").write_text(_lock(packages))
    python = _stand_in(directory / "python", changes)
    sync = ("sync", "--frozen", "--offline", "--quiet", "--link-mode", "copy", "--python", python)
    subprocess.run(
        [find_uv_bin(), *sync, "--cache-dir", directory / "cache"],
        cwd=directory,
        env={"PATH": os.defpath, "HOME": str(directory)},
        check=True,
    )
    installed = directory.glob(".venv/lib/*/site-packages/*.dist-info/FILENAME")
    return {path.parent.name.partition("-")[0]: path.read_text() for path in installed}


def _stand_in(path: Path, changes: Mapping[str, Any]) -> str:
    path.write_text(STAND_IN.format(python=sys.executable, changes=dict(changes), path=str(path)))
    path.chmod(0o755)
    return str(path)


def _lock(packages: Mapping[str, Sequence[str]]) -> str:
    dependencies = ", ".join(f'{{ name = "{name}" }}' for name in packages)
    lines = [ROOT_PACKAGE + f"dependencies = [{dependencies}]"]
    for name, filenames in packages.items():
        wheels = ", ".join(f"{{ path = {json.dumps(filename)} }}" for filename in filenames)
        lines += ["", "[[package]]", f'name = "{name}"', 'version = "1"']
        lines += ['source = { registry = "wheels" }', f"wheels = [{wheels}]"]
    return "\n".join(lines) + "\n"


def write_wheels(directory: Path, packages: Mapping[str, Sequence[str]]) -> None:
    directory.mkdir()
    for name, filenames in packages.items():
        for filename in filenames:
            files = {
                "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
                "WHEEL": "Wheel-Version: 1.0\nGenerator: oracle\nRoot-Is-Purelib: true\n",
                "FILENAME": filename,
            }
            with zipfile.ZipFile(directory / filename, "w") as archive:
                for file, text in files.items():
                    archive.writestr(f"{name}-1.dist-info/{file}", text)
                record = "".join(f"{name}-1.dist-info/{file},,\n" for file in (*files, "RECORD"))
                archive.writestr(f"{name}-1.dist-info/RECORD", record)
