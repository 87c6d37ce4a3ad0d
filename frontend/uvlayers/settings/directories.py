"""Where uv works: `--directory`, and paths relative to it."""

import posixpath

from uvlayers.errors import Unsupported
from uvlayers.settings.arguments import Arguments
from uvlayers.settings.documents import Files
from uvlayers.settings.variables import Variables


def read_directory(cwd: str, arguments: Arguments, variables: Variables, files: Files) -> str:
    """The working directory after `--directory`."""
    given = arguments.one("directory")
    if given is None:
        given = variables.value("UV_WORKING_DIR") or variables.value("UV_WORKING_DIRECTORY")
    if given is None:
        return cwd
    directory = absolute_path(cwd, given, "--directory")
    if files.list(directory) is None:
        raise Unsupported(f"`--directory` names no directory: `{directory}`")
    return directory


def absolute_path(cwd: str, path: str, name: str) -> str:
    """`path` seen from `cwd`; `name` is what it was given as."""
    if not path:
        raise Unsupported(f"`{name}` is empty")
    return "/" + posixpath.normpath(posixpath.join(cwd, path)).lstrip("/")
