"""`python -m uv`: what Python imports on the way to uv.

Python looks into the working directory first, and into those of PYTHONPATH; uv is asked elsewhere
beforehand, so that nothing of its way may lie there.
"""

import posixpath
import sys
from collections.abc import Iterator, Mapping

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.files import ExecFiles

_IMPORTED = sys.stdlib_module_names | {"sitecustomize", "usercustomize", "uv"}
_SUFFIXES = (".py", ".pyc", ".so")


def require_own_way(command: SyncCommand, files: ExecFiles) -> None:
    """Raise Unsupported where another program starts uv in a way that depends on the place."""
    if not command.launcher:
        return
    program = command.launcher[0]
    if command.is_pip or ("--active" in command.argv and "VIRTUAL_ENV" not in command.environment):
        # the module tells uv of the environment that its Python belongs to
        raise Unsupported(f"uv is started by another program: `{program}`")
    for directory in _directories(command.environment, command.cwd):
        for name in files.list(directory) or ():
            if _is_imported(posixpath.join(directory, name), files):
                raise Unsupported(f"`{program}` may import it before uv: `{directory}/{name}`")


def _directories(environment: Mapping[str, str], cwd: str) -> Iterator[str]:
    yield cwd
    path = environment.get("PYTHONPATH", "")
    yield from (posixpath.normpath(posixpath.join(cwd, each)) for each in path.split(":") if path)


def _is_imported(path: str, files: ExecFiles) -> bool:
    """Whether it is a module, or a package, of a name that counts."""
    name = posixpath.basename(path)
    stem = name.partition(".")[0]
    if stem not in _IMPORTED:
        return False
    return name.endswith(_SUFFIXES) or files.kind(f"{path}/__init__.py") is not None
