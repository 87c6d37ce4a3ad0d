"""Well-known wheels of every character, fetched by pip and kept in the cache directory."""

import sys
from collections.abc import Sequence
from pathlib import Path

from integration.cache import Cache, locked
from integration.commands import run

# Name, version, and the minor versions of Python 3 that it has wheels for.
PUBLISHED = (
    ("attrs", "24.2.0", range(8, 99)),
    ("awscli", "1.35.0", range(8, 99)),  # scripts of every kind, thousands of data files
    ("babel", "2.16.0", range(8, 99)),
    ("black", "24.8.0", range(8, 13)),  # compiled by mypyc, modules at the top
    ("certifi", "2024.8.30", range(8, 99)),
    ("cffi", "1.17.1", range(8, 14)),
    ("cryptography", "43.0.1", range(8, 99)),  # abi3
    ("debugpy", "1.8.5", range(8, 13)),  # sources of Python 2
    ("docutils", "0.18.1", range(8, 99)),  # scripts that begin with #!python
    ("google-cloud-core", "2.4.1", range(8, 99)),  # a namespace package
    ("googleapis-common-protos", "1.56.0", range(8, 99)),  # with a .pth file
    ("greenlet", "3.1.1", range(8, 14)),  # headers
    ("idna", "3.10", range(8, 99)),
    ("jupyterlab-widgets", "3.0.13", range(8, 99)),  # data below share
    ("markupsafe", "2.1.5", range(8, 13)),
    ("pip", "24.2", range(8, 99)),  # launchers of its own kind
    ("protobuf", "5.28.2", range(8, 99)),
    ("psutil", "6.0.0", range(8, 99)),
    ("pybind11-global", "2.13.6", range(8, 99)),  # headers and data
    ("pygments", "2.18.0", range(8, 99)),
    ("pytest", "8.3.3", range(8, 99)),
    ("pytz", "2024.2", range(8, 99)),
    ("pyyaml", "6.0.2", range(8, 14)),
    ("requests", "2.32.3", range(8, 99)),
    ("ruff", "0.6.9", range(8, 99)),  # one large program
    ("setuptools", "75.1.0", range(8, 99)),  # names with spaces
    ("six", "1.16.0", range(8, 99)),
    ("tzdata", "2024.2", range(8, 99)),
    ("virtualenv", "20.26.6", range(8, 99)),
    ("wheel", "0.44.0", range(8, 99)),
    ("widgetsnbextension", "4.0.13", range(8, 99)),
    ("zope-interface", "7.0.3", range(8, 14)),
)

PLATFORMS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux2010", "manylinux1")


def fetch(cache: Cache, version: tuple[int, int], machine: str) -> Sequence[Path]:
    """The wheels that an interpreter of this version can use; asks an index for missing ones."""
    tag = f"cp{version[0]}{version[1]}"
    directory = cache.directory("wheels") / f"{tag}-{machine}"
    wanted = {name: release for name, release, minors in PUBLISHED if version[1] in minors}
    with locked(cache, f"wheels-{tag}"):
        missing = [f"{name}=={wanted[name]}" for name in wanted if not _find(directory, name)]
        if missing:
            _download(missing, directory, version, machine)
    return [_find(directory, name)[0] for name in sorted(wanted)]


def _find(directory: Path, name: str) -> list[Path]:
    return [
        path
        for path in sorted(directory.glob("*.whl"))
        if path.name.split("-")[0].lower().replace("_", "-").replace(".", "-") == name
    ]


def _download(
    requirements: Sequence[str], directory: Path, version: tuple[int, int], machine: str
) -> None:
    tag = f"cp{version[0]}{version[1]}"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(directory)]
    command += ["--only-binary", ":all:", "--implementation", "cp"]
    command += ["--python-version", f"{version[0]}.{version[1]}"]
    for abi in (tag, "abi3", "none"):
        command += ["--abi", abi]
    for platform in PLATFORMS:
        command += ["--platform", f"{platform}_{machine}"]
    run([*command, *requirements])
