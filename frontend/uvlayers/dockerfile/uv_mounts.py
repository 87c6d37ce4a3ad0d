"""The mounts of a RUN through which it sees uv."""

from collections.abc import Mapping, Sequence
from posixpath import basename, dirname, join, normpath

from uvlayers.dockerfile.ancestry import from_context, is_near
from uvlayers.errors import Unsupported
from uvlayers.llb.fileop import absolute, reaches
from uvlayers.llb.graph import Vertex
from uvlayers.llb.ops import Mount
from uvlayers.pb import ops_pb2 as pb

_UNSHARED = (pb.MountType.CACHE, pb.MountType.TMPFS)


def uv_mounts(
    run: Vertex, uv: str, environment: Mapping[str, str], sensitive: Sequence[str]
) -> tuple[Mount, ...]:
    """The bind mounts that an environment's vertex needs.

    One is needed that may hold `uv`, which is a path or a name on the PATH of `environment`. So is
    one near a `sensitive` path, and one that holds no files of the build context: uv's Pythons or
    its configuration may be there. Raises Unsupported for a cache or tmpfs near a `sensitive` path:
    what is in it, such as uv's own Pythons, only the RUN can tell. uv's cache is no such place.
    """
    places = _places(uv, environment)
    cache = _own_cache(environment, sensitive)
    mounts = []
    for mount in run.op.exec.mounts:
        dest = absolute(mount.dest)
        near = dest != "/" and is_near([dest], sensitive)
        if near and mount.mountType in _UNSHARED and dest != cache:
            raise Unsupported(f"uv may find a Python in a mount that only the RUN has: `{dest}`")
        if mount.mountType != pb.MountType.BIND or mount.input < 0 or dest == "/":
            continue
        source = run.inputs[mount.input]
        holds_uv = any(place == dest or place.startswith(f"{dest}/") for place in places)
        if holds_uv or near or not from_context(source.vertex):
            mounts.append(Mount(dest, source, mount.selector, readonly=True))
    return tuple(mounts)


def _own_cache(environment: Mapping[str, str], sensitive: Sequence[str]) -> str | None:
    """The directory of uv's cache, where it is set and nothing else that counts may be in it."""
    cache = environment.get("UV_CACHE_DIR", "")
    data = environment.get("XDG_DATA_HOME") or f"{environment.get('HOME', '/root')}/.local/share"
    if not cache.startswith("/") or reaches((*sensitive, f"{data}/uv/python"), absolute(cache)):
        return None
    return absolute(cache)


def _places(uv: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Every path at which the program may be found."""
    if dirname(uv):
        return (normpath(uv),)
    path = environment.get("PATH", "")
    return tuple(normpath(join(entry, basename(uv))) for entry in path.split(":") if entry)
