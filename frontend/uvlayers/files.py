"""The files that a RUN would see, for whoever asks by path; and the directories above a path."""

from collections.abc import Callable, Mapping
from functools import partial
from posixpath import dirname, join, normpath

from uvlayers.dockerfile.find import is_root
from uvlayers.dockerfile.shell.scope import Kind
from uvlayers.dockerfile.view import ExecView, Place
from uvlayers.errors import Unsupported
from uvlayers.gateway.states import States, is_directory, is_regular, is_symlink, permissions
from uvlayers.llb.fileop import above, absolute, reaches
from uvlayers.llb.graph import Output
from uvlayers.llb.layered import Layered, shadow_of, whole
from uvlayers.pb.stat_pb2 import Stat

Directories = Mapping[str, tuple[int, int, int]]
"""Permission bits, uid and gid of directories by absolute path."""

_MOST_LINKS = 40  # as many symlinks on one way as Linux follows


class ExecFiles:
    """`settings.Files` over the states of the build, through the mounts of one exec."""

    def __init__(self, states: States, view: ExecView) -> None:
        self._states = states
        self._view = view

    def read(self, path: str) -> bytes | None:
        """The file at `path` (absolute), None where there is none.

        Raises Unsupported for what only the exec itself can see: secrets and caches.
        """
        path = self.real(path)
        place = self._place(path)
        output = output_of(place)
        there = self._view.mount_of(path) == path or self._entry(*_split(path)) is not None
        return self._states.read(output, place.path) if output is not None and there else None

    def list(self, path: str) -> tuple[str, ...] | None:
        """The names in a directory, None where there is none."""
        path = self.real(path)
        place = self._place(path)
        output = output_of(place)
        names = None if output is None else self._states.names(output, place.path)
        # a directory is made for what is mounted below it
        others = (*_laid_out(place), *self._view.mounted(path))
        return names if not others else tuple(dict.fromkeys((*(names or ()), *others)))

    def kind(self, path: str) -> Kind | None:
        """What is at `path` (absolute), its symlinks followed; None if nothing.

        Raises Unsupported for what only the exec itself can see.
        """
        path = self.real(path)
        place = self._place(path)
        if place.path == "/" or self._view.holds(path) or _laid_out(place):
            return "directory"
        output = output_of(place)
        found = None if output is None else self._states.entry(output, *_split(place.path))
        if found is None:
            return None
        if is_symlink(found):
            raise Unsupported(f"a mount is of a symbolic link: `{path}`")
        return "file" if is_regular(found) else "directory" if is_directory(found) else "other"

    def sourced(self, path: str) -> bytes | None:
        """The file at `path` (absolute) for a shell to read; None where there is none.

        Raises Unsupported for what only the exec itself can see, and for what is in an environment
        of layers: to read there would make all of them.
        """
        path = self.real(path)
        place = self._place(path)
        if _is_inside_layers(place):
            raise Unsupported(f"it is in an environment that an earlier command made: `{path}`")
        return self.read(path) if self.kind(path) == "file" else None

    def real(self, path: str) -> str:
        """`path` with its symlinks resolved as the exec would, from one mount into another."""
        if ".." in path.split("/"):  # it may lead out of a mount, and into another
            return real_path(path, self._entry)
        mount = self._view.mount_of(path)
        return real_path(absolute(path).removeprefix(mount), self._entry, mount)

    def _entry(self, directory: str, name: str) -> Stat | None:
        """What is called `name` in a directory, as the exec sees it; None for what is mounted."""
        path = join(directory, name)
        if self._view.mount_of(path) == path:
            return None
        place = self._view.locate(path)
        output = None if place is None else output_of(place)
        if place is None or output is None:
            return None
        return self._states.entry(output, *_split(place.path))

    def _place(self, path: str) -> Place:
        place = self._view.locate(path)
        if place is None:
            raise Unsupported(f"only the command itself can see `{path}`: it is in a mount")
        return place


def _laid_out(place: Place) -> tuple[str, ...]:
    """The names in a directory that only the layers of an environment bring."""
    prefixes = place.state.prefixes if isinstance(place.state, Layered) else ()
    top = place.path.rstrip("/") + "/"
    return tuple(
        prefix.removeprefix(top).split("/")[0] for prefix in prefixes if prefix.startswith(top)
    )


def _is_inside_layers(place: Place) -> bool:
    """Whether it is inside of what the layers of an environment bring."""
    prefixes = place.state.prefixes if isinstance(place.state, Layered) else ()
    return any(reaches([place.path], prefix) for prefix in prefixes)


def output_of(place: Place) -> Output | None:
    """The cheapest output that shows the place: without the environment, unless it is inside."""
    if isinstance(place.state, Layered):
        return whole(place.state) if _is_inside_layers(place) else shadow_of(place.state)
    return None if place.state is None else shadow_of(place.state)


class StatePaths:
    """`llb.rewriting.Paths` over the states of the build."""

    def __init__(self, states: States) -> None:
        self._states = states

    def exists(self, output: Output, path: str) -> bool:
        """Whether `path` is there, be it as a dangling symlink."""
        return path == "/" or self._states.entry(output, *_split(path)) is not None

    def looks(self, output: Output, path: str) -> tuple[int, int, int] | None:
        """Permission bits, owner and group of `path` (not `/`), a symlink not followed."""
        found = self._states.entry(output, *_split(path))
        return None if found is None else (permissions(found), found.uid, found.gid)

    def names(self, output: Output, path: str) -> tuple[str, ...]:
        """The names in the directory `path`, none if there is no such directory."""
        return self._states.names(output, path) or ()

    def real(self, output: Output, path: str) -> str:
        """`path` with its symlinks resolved, its end need not exist; Unsupported for a loop."""
        return real_path(path, partial(self._states.entry, output))


def real_path(path: str, entry: Callable[[str, str], Stat | None], start: str = "/") -> str:
    """`path` with its symlinks resolved; `entry` tells what a directory has under a name.

    The path is seen from the directory `start`. What does not exist stays as it is spelled. Raises
    Unsupported for a loop.
    """
    pending, here, links = path.split("/")[::-1], start, 0
    while pending:
        name = pending.pop()
        if name in ("", "."):
            continue
        found = None if name == ".." else entry(here, name)
        if found is not None and is_symlink(found):
            links += 1
            if links > _MOST_LINKS:
                raise Unsupported(f"too many symbolic links: `{path}`")
            pending += found.linkname.split("/")[::-1]
            here = "/" if found.linkname.startswith("/") else here
        else:
            here = dirname(here) if name == ".." else join(here, name)
    return here


def _split(path: str) -> tuple[str, str]:
    """Directory and name of an absolute path that is not the root."""
    directory, _, name = path.rpartition("/")
    return directory or "/", name


def directories_above(states: States, output: Output, path: str) -> Directories:
    """Permission bits, uid and gid of the directories above `path` that exist in `output`.

    Raises Unsupported when one of them is a symlink: a layer would put a directory in its place.
    """
    return directories_to(states, output, dirname(normpath(path)))


def directories_to(states: States, output: Output, path: str) -> Directories:
    """The same of `path` itself and the directories above it."""
    found: dict[str, tuple[int, int, int]] = {}
    parent = "/"
    for name in path.strip("/").split("/"):
        entry = states.entry(output, parent, name) if name else None
        if entry is None:
            break
        directory = join(parent, name)
        if is_symlink(entry):
            raise Unsupported(f"the environment's path goes through a symbolic link: `{directory}`")
        if not is_directory(entry):
            raise Unsupported(f"a file is in the way of the environment: `{directory}`")
        found[directory] = (permissions(entry), entry.uid, entry.gid)
        parent = directory
    return found


def highest_made(path: str, directories: Directories) -> str:
    """The highest directory that is made for `path`, where `directories` are there; else `path`."""
    made = [each for each in (path, *above(path)) if each != "/" and each not in directories]
    return made[-1] if made else path


def is_there(states: States, output: Output, path: str) -> bool:
    """Whether something is at `path`, be it a dangling symlink."""
    path = normpath(path)
    return path == "/" or states.entry(output, *_split(path)) is not None


def home_directory(states: States, output: Output, user: str) -> str:
    """The home of an exec's user, as the runtime sets it when the image does not."""
    if is_root(user):
        return "/root"
    name = user.partition(":")[0]
    passwd = states.read(output, "/etc/passwd") or b""
    for line in passwd.decode(errors="replace").splitlines():
        fields = line.split(":")
        if len(fields) > 5 and name in (fields[0], fields[2]):
            return fields[5]
    return "/"
