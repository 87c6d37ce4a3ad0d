"""What is at the environment's place already: its directories, and whether uv would keep it.

uv's own decision (uv/src/commands/project/mod.rs, `ProjectEnvironment`) is seen in what it made of
a project without dependencies; here is what that does not show.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from posixpath import dirname, join

from uvlayers.emit import Install
from uvlayers.errors import Unsupported
from uvlayers.files import Directories, directories_above, directories_to
from uvlayers.gateway.states import States, is_directory, is_symlink, permissions
from uvlayers.llb.fileop import reaches
from uvlayers.llb.graph import Output
from uvlayers.pb.stat_pb2 import Stat
from uvlayers.python.interpreter import Interpreter

_CONFIGURATION = "pyvenv.cfg"
_ELSEWHERE = ("include-system-site-packages", "relocatable")


def installation_paths(interpreter: Interpreter) -> tuple[str, ...]:
    """The directories into which wheels are unpacked, at their real paths."""
    scheme = interpreter.real_scheme
    paths = (scheme.data, scheme.purelib, scheme.platlib, scheme.scripts, scheme.include)
    return tuple(dict.fromkeys(paths))


def shared_directories(states: States, output: Output, interpreter: Interpreter) -> Directories:
    """What the directories of an existing installation, and those above them, look like."""
    found: dict[str, tuple[int, int, int]] = {}
    for path in installation_paths(interpreter):
        found.update(directories_to(states, output, path))
    return found


def environment_directories(
    states: States, output: Output, interpreter: Interpreter
) -> Directories:
    """What the directories of an existing virtual environment, and those above it, look like.

    Raises Unsupported where wheels would be unpacked outside of it, or through a symbolic link.
    """
    path = interpreter.real_scheme.data
    found = dict(directories_to(states, output, path))
    for each in installation_paths(interpreter):
        if not reaches([each], path):
            raise Unsupported(f"a part of the environment is elsewhere: `{each}`")
    for place, entry in _entries(states, output, interpreter):
        if is_directory(entry):
            found[place] = (permissions(entry), entry.uid, entry.gid)
        elif is_symlink(entry) and not _is_usual(place, interpreter):
            raise Unsupported(f"a symbolic link is in the environment: `{place}`")
    return found


def install_into(states: States, output: Output, path: str, install: Install) -> Install:
    """`install` for the environment at `path` as it is in `output`, where its wheels are not.

    It has another owner there, or its directories have. Raises Unsupported where it is not there.
    """
    marker = states.entry(output, path, _CONFIGURATION)
    if marker is None:
        raise Unsupported("the environment is not where it was expected")
    directories = directories_above(states, output, path)
    if path in install.directories:
        directories = environment_directories(states, output, install.interpreter)
    return replace(install, directories=directories, uid=marker.uid, gid=marker.gid)


def _is_usual(link: str, interpreter: Interpreter) -> bool:
    """Whether every virtual environment has that link, or it is one of the programs."""
    scheme = interpreter.real_scheme
    return dirname(link) == scheme.scripts or link == join(scheme.data, "lib64")


def _entries(
    states: States, output: Output, interpreter: Interpreter
) -> Iterator[tuple[str, Stat]]:
    """All entries of an environment by path, but for what is inside of its packages."""
    scheme = interpreter.real_scheme
    packages = (scheme.purelib, scheme.platlib)
    pending = [scheme.data]
    while pending:
        directory = pending.pop()
        for name in states.names(output, directory) or ():
            entry = states.entry(output, directory, name)
            assert entry is not None, name
            yield join(directory, name), entry
            if is_directory(entry) and directory not in packages:
                pending.append(join(directory, name))


def require_same(states: States, one: Output, other: Output, interpreter: Interpreter) -> None:
    """Raise Unsupported unless the environment is the same in both states.

    Files of the build context, which the state that uv was tried on may lack, can be among it.
    """
    if one != other and _looks(states, one, interpreter) != _looks(states, other, interpreter):
        path = interpreter.real_scheme.data
        raise Unsupported(f"files are copied into the environment that is there: `{path}`")


def _looks(
    states: States, output: Output, interpreter: Interpreter
) -> Mapping[str, tuple[object, ...]]:
    looks: dict[str, tuple[object, ...]] = {}
    for path, entry in _entries(states, output, interpreter):
        looks[path] = (entry.mode, entry.uid, entry.gid, entry.linkname)
        if not is_directory(entry):
            looks[path] += (entry.size, entry.modTime)
    return looks


def require_kept(states: States, output: Output, skeleton: Output, path: str) -> None:
    """Raise Unsupported if uv made the virtual environment anew, or installs otherwise into it.

    `skeleton` is what uv changed when it was run on the environment at `path` in `output`.
    """
    if states.entry(skeleton, path, _CONFIGURATION) is not None:
        raise Unsupported(f"uv would make the environment that is there anew: `{path}`")
    text = states.read(output, join(path, _CONFIGURATION)) or b""
    for line in text.decode(errors="replace").lower().splitlines():
        key, _, value = (part.strip() for part in line.partition("="))
        if key in _ELSEWHERE and value != "false":
            raise Unsupported(f"the environment that is there has `{key} = {value}`")
