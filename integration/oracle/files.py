"""Distributions made up on demand: as small as uv accepts them, each saying which file it is.

A wheel or sdist of any name holds one file of ours, `served-as`, with the name that was asked for.
An installed environment then tells exactly which file of the lock uv chose for each project.
"""

import io
import json
import re
import tarfile
import zipfile
from collections.abc import Sequence

MARK = "served-as"
"""The file in every `.dist-info` that names the file it came from."""

BACKEND = '''\
"""A PEP 517 backend with no requirements: its wheel says that it was built, and how."""

import json
import os
import zipfile

MARK = "served-as"


def _build(wheel_directory, how):
    with open("oracle.json", encoding="utf-8") as file:
        name, version = json.load(file)
    name = name.replace("-", "_")
    info = f"{name}-{version}.dist-info"
    filename = f"{name}-{version}-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
    members = {
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{info}/{MARK}": how,
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(os.path.join(wheel_directory, filename), "w") as wheel:
        for member, text in members.items():
            wheel.writestr(member, text)
    return filename


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    how = "built"
    if os.path.exists(MARK):
        with open(MARK, encoding="utf-8") as file:
            how = file.read()
    return _build(wheel_directory, how)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _build(wheel_directory, "editable")


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError
'''

BUILD_SYSTEM = """
[build-system]
requires = []
build-backend = "oracle_backend"
backend-path = ["."]
"""


def make_file(filename: str, requires: Sequence[str] = ()) -> bytes:
    """Return the bytes of a wheel or an sdist of that name, with those requirements."""
    return (_wheel if filename.endswith(".whl") else _sdist)(filename, requires)


def metadata(name: str, version: str, requires: Sequence[str]) -> str:
    """Return a METADATA file."""
    extras = sorted(
        {part.split("'")[1] for line in requires for part in line.split("extra == ")[1:]}
    )
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Provides-Extra: {extra}" for extra in extras),
        *(f"Requires-Dist: {requirement}" for requirement in requires),
    ]
    return "\n".join(lines) + "\n"


def normalize(name: str) -> str:
    """Return the normalized name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _wheel(filename: str, requires: Sequence[str]) -> bytes:
    name, version, *_, python, abi, platform = filename.removesuffix(".whl").split("-")
    info = f"{name}-{version}.dist-info"
    tags = "".join(
        f"Tag: {p}-{a}-{m}\n"
        for p in python.split(".")
        for a in abi.split(".")
        for m in platform.split(".")
    )
    members = {
        f"{info}/METADATA": metadata(name, version, requires),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n{tags}",
        f"{info}/{MARK}": filename,
        f"{info}/RECORD": "",
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as wheel:
        for member, text in members.items():
            wheel.writestr(zipfile.ZipInfo(member, (2020, 1, 1, 0, 0, 0)), text)
    return data.getvalue()


def _sdist(filename: str, requires: Sequence[str]) -> bytes:
    stem = filename.removesuffix(".tar.gz").removesuffix(".zip")
    name, _, version = stem.rpartition("-")
    members = {
        "pyproject.toml": f'[project]\nname = "{name}"\nversion = "{version}"\n{BUILD_SYSTEM}',
        "PKG-INFO": metadata(name, version, requires),
        "oracle_backend.py": BACKEND,
        "oracle.json": json.dumps([normalize(name), version]),
        MARK: filename,
    }
    data = io.BytesIO()
    if filename.endswith(".zip"):
        with zipfile.ZipFile(data, "w") as archive:
            for member, text in members.items():
                archive.writestr(zipfile.ZipInfo(f"{stem}/{member}", (2020, 1, 1, 0, 0, 0)), text)
        return data.getvalue()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for member, text in members.items():
            info = tarfile.TarInfo(f"{stem}/{member}")
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return data.getvalue()
