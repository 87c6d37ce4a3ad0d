"""Where an exec would find a path: in the mount with the longest matching destination."""

from collections.abc import Callable
from dataclasses import dataclass
from posixpath import join, relpath

from uvlayers.llb.fileop import absolute, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import State
from uvlayers.pb import ops_pb2 as pb


@dataclass(frozen=True, slots=True)
class Place:
    """A path inside a state; `state` None is an empty file system."""

    state: State | None
    path: str


class ExecView:
    """The file system of an exec; `state` says what has become of the delegated outputs."""

    def __init__(self, vertex: Vertex, state: Callable[[Output], State]) -> None:
        self._vertex = vertex
        self._state = state

    def mount_of(self, path: str) -> str:
        """The destination of the mount that shows `path` (absolute); `/` for the root."""
        return absolute(self._mount(absolute(path)).dest)

    def holds(self, path: str) -> bool:
        """Whether a mount lies below `path` (absolute), which is a directory then."""
        return bool(self.mounted(path))

    def mounted(self, path: str) -> tuple[str, ...]:
        """The names in the directory `path` (absolute) that lead to a mount or are one."""
        top = path.rstrip("/") + "/"
        places = (absolute(mount.dest) for mount in self._vertex.op.exec.mounts)
        below = (place.removeprefix(top) for place in places if place.startswith(top))
        return tuple(dict.fromkeys(place.split("/")[0] for place in below if place))

    def locate(self, path: str) -> Place | None:
        """Where `path` (absolute) is found; None below a cache, secret, ssh or tmpfs mount."""
        path = absolute(path)
        mount = self._mount(path)
        if mount.mountType != pb.MountType.BIND:
            return None
        inner = relpath(path, absolute(mount.dest))
        selected = absolute(join("/", mount.selector, "" if inner == "." else inner))
        if mount.input < 0:
            return Place(None, selected)
        return Place(self._state(self._vertex.inputs[mount.input]), selected)

    def _mount(self, path: str) -> pb.Mount:
        mounts = self._vertex.op.exec.mounts
        above = (mount for mount in mounts if reaches([path], absolute(mount.dest)))
        return max(above, key=lambda mount: len(absolute(mount.dest)))
