"""Where `uv pip` installs to, as far as files tell; uv itself is asked whether that is so.

Source: `python_executables_from_virtual_environments` in uv's `crates/uv-python/src/discovery.rs`
and `virtualenv_from_working_dir` in `virtualenv.rs` beside it.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from uvlayers.errors import Unsupported
from uvlayers.settings.configuration import ancestors
from uvlayers.settings.directories import absolute_path
from uvlayers.settings.documents import Files

_PROGRAMS = frozenset(("python", "python3"))
_MARK = "pyvenv.cfg"


@dataclass(frozen=True, slots=True)
class Target:
    """The `path` of an environment, or an interpreter's own prefix; `python` for `--python`."""

    path: str
    python: str | None = None


def find_target(
    files: Files, cwd: str, environment: Mapping[str, str], python: str | None, *, system: bool
) -> Target:
    """The most likely target; raises Unsupported where there is none.

    `environment` are the variables of uv, `python` is what it was told by `--python` or UV_PYTHON.
    """
    if python and "/" in python:
        path = absolute_path(cwd, python, "--python")
        return Target(_prefix_of(files, path), path)
    if python and python in (files.list(cwd) or ()):
        raise Unsupported(f"`--python` may name a file: `{python}`")
    if system:
        return Target(_system_prefix(files, environment), python or None)
    active = environment.get("VIRTUAL_ENV")
    if active:
        return Target(absolute_path(cwd, active, "VIRTUAL_ENV"), python or None)
    return Target(_nearest(files, cwd), python or None)


def _prefix_of(files: Files, path: str) -> str:
    """The prefix of `--python`: an environment's directory, or the path of an interpreter."""
    if files.list(path) is not None:
        return path
    directory = posixpath.dirname(path)
    if posixpath.basename(directory) != "bin":
        raise Unsupported(f"the environment of `--python` cannot be told: `{path}`")
    return posixpath.dirname(directory)


def _system_prefix(files: Files, environment: Mapping[str, str]) -> str:
    for directory in environment.get("PATH", "").split(":"):
        if not directory.startswith("/") or not _PROGRAMS & set(files.list(directory) or ()):
            continue
        prefix, name = posixpath.split(posixpath.normpath(directory))
        if _MARK in (files.list(prefix) or ()):
            continue  # a virtual environment is none of the system's
        if name == "bin" and prefix != "/":
            return prefix
        break
    raise Unsupported("the system's Python cannot be told beforehand")


def _nearest(files: Files, cwd: str) -> str:
    for directory in ancestors(cwd):
        names = files.list(directory) or ()
        if _MARK in names:
            return directory
        if ".venv" in names:
            return posixpath.join(directory, ".venv")
    raise Unsupported("there is no virtual environment before it runs")
