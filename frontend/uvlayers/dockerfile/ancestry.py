"""Which state below a RUN to stand on: as low as possible, so that its key is stable.

A root file system is keyed by its definition: a wheel's vertex on a root that holds
`COPY uv.lock` would be rebuilt with every change of the lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from posixpath import dirname

from uvlayers.llb.fileop import absolute, additions_of, covers, reaches
from uvlayers.llb.graph import Output, Vertex, walk

_IMAGES = ("docker-image://", "oci-layout://")
_SYSTEM = ("/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr")
_PROGRAMS = ("PATH", "UV_PYTHON_SEARCH_PATH")
_PLACES = (
    "CONDA_PREFIX",
    "LD_LIBRARY_PATH",
    "UV_CONFIG_FILE",
    "UV_PYTHON_INSTALL_DIR",
    "VIRTUAL_ENV",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
)


def sensitive_paths(
    environment: Mapping[str, str], environment_path: str, arguments: Iterable[str] = ()
) -> tuple[str, ...]:
    """Directories in which uv, interpreters and their configuration are found.

    `environment` is the process environment of the RUN, `arguments` are those of uv that name a
    Python; the environment to be made does not count.
    """
    programs = [entry for name in _PROGRAMS for entry in environment.get(name, "").split(":")]
    pythons = [environment.get("UV_PYTHON", ""), *arguments]
    programs += [dirname(python) for python in pythons if python.startswith("/")]
    places = [place for name in _PLACES for place in environment.get(name, "").split(":")]
    home = environment.get("HOME", "/root")
    found = [_prefix(absolute(path)) for path in programs if path.startswith("/")]
    found += [absolute(path) for path in (*pythons, *places) if path.startswith("/")]
    kept = [path for path in dict.fromkeys(found) if not reaches([path], environment_path)]
    return (*_SYSTEM, *kept, f"{home}/.config", f"{home}/.local")


def _prefix(directory: str) -> str:
    """What belongs to the programs in a directory: `/opt/python` for `/opt/python/bin`."""
    parent = dirname(directory)
    return directory if parent == "/" else parent


def below_context(root: Output, sensitive: Sequence[str], environment_path: str) -> Output:
    """`root` without the copies at its top that only bring files of the build context.

    Files that the Dockerfile itself holds (`COPY <<EOF`) are no others.

    A copy that writes at, below or above one of the `sensitive` paths stays, and so does one that
    writes into the environment.
    """
    while (step := additions_of(root.vertex)) is not None:
        if not all(_brings_files(source.vertex) for source in step.sources):
            return root
        if reaches(step.paths, environment_path) or is_near(step.paths, sensitive):
            return root
        root = step.target
    return root


def is_near(paths: Sequence[str], sensitive: Sequence[str]) -> bool:
    """Whether one of `paths` is at, below or above one of the `sensitive` ones."""
    return any(reaches(paths, each) or covers(paths, each) for each in sensitive)


def without_project(root: Output, directory: str) -> Output:
    """`root` without the copies at its top that only bring context files into `directory`."""
    while directory != "/" and (step := additions_of(root.vertex)) is not None:
        if not all(from_context(source.vertex) for source in step.sources):
            return root
        if not all(reaches([path], directory) for path in step.paths):
            return root
        root = step.target
    return root


def candidates(root: Output) -> tuple[Output, ...]:
    """The states of the chain below `root`, the lowest (an image, as a rule) first."""
    chain = [root]
    while (lower := _below(chain[-1].vertex)) is not None:
        chain.append(lower)
    return tuple(reversed(chain))


def from_context(vertex: Vertex) -> bool:
    """Whether what `vertex` makes holds files that change from build to build.

    Those are local directories, git trees and downloads: all sources but images.
    """
    return any(
        v.op.WhichOneof("op") == "source" and not v.op.source.identifier.startswith(_IMAGES)
        for v in walk(vertex)
    )


def _brings_files(vertex: Vertex) -> bool:
    """Whether `vertex` holds files of the user's own, and nothing that was installed."""
    kinds = {each.op.WhichOneof("op") for each in walk(vertex)}
    return from_context(vertex) or not kinds & {"source", "exec"}


def _below(vertex: Vertex) -> Output | None:
    """The state that `vertex` writes on; None at the bottom of a chain."""
    match vertex.op.WhichOneof("op"):
        case "exec":
            root = next(m for m in vertex.op.exec.mounts if m.dest == "/")
            return vertex.inputs[root.input] if root.input >= 0 else None
        case "file":
            step = additions_of(vertex)
            return None if step is None else step.target
        case "merge":
            return vertex.inputs[0]
        case _:
            return None
