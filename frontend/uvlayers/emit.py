"""The plan as LLB. The one module that knows both the layers and the graph.

Nothing of the user's files is an input of a wheel's vertex: its key is the interpreter's base
state, the guest, the wheel and the options, so it is shared by projects and by builds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import basename

from uvlayers.files import Directories
from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.modes import Modes
from uvlayers.layers.plan import Artifact, Layer, Wheel
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.ops import Group, Mount, Process, exec_op, gather, http_source
from uvlayers.pb import ops_pb2 as pb
from uvlayers.python.interpreter import Interpreter
from uvlayers.questions import GUEST, MTIME, OUTPUT, UNPACKER, Place, isolated, libraries

ARCHIVES = "/uvlayers/wheels"

# uv_cache.json of a local wheel. uv puts in the change time of the archive, which no copy of the
# archive keeps: a later `uv sync` installs such a wheel anew, as it does with uv's own.
_UNDATED = {
    "timestamp": {"secs_since_epoch": MTIME, "nanos_since_epoch": 0},
    "commit": None,
    "tags": None,
    "env": {},
    "directories": {},
}


@dataclass(frozen=True, slots=True)
class Archive:
    """Where the build itself has a wheel: the file at `path`.

    With `metadata` it lies in a directory, beside one that holds what uv wrote for `.dist-info`.
    """

    output: Output
    path: str
    metadata: bool = False


@dataclass(frozen=True, slots=True)
class Install:
    """How wheels are installed: everything but the wheels that their layers depend on.

    `root` is the lowest state that holds the interpreter, `unpacker` what `emit_unpacker` makes of
    it, `executable` what shebangs name, `bytecode` an invalidation mode or None, `modes` the
    permission bits of what is installed if not those that the umask says. `archives` hold every
    artifact that is not fetched.
    """

    root: Output
    unpacker: Output
    platform: pb.Platform
    interpreter: Interpreter
    executable: str
    uid: int
    gid: int
    directories: Directories
    bytecode: str | None
    installer_metadata: bool
    library_path: str | None = None
    modes: Modes | None = None
    archives: Mapping[Artifact, Archive] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class EmittedLayer:
    """A layer's output; by digest, the vertices that fetch its wheels, and those that install them.

    `installs` says how many bytes of wheels.
    """

    layer: Layer
    output: Output
    fetches: Mapping[str, Wheel]
    installs: Mapping[str, int]


def emit_layers(
    plan: Sequence[Layer], install: Install, run: Vertex, what: str
) -> list[EmittedLayer]:
    """The image layers that take the place of `run`, one line of progress: `what` they hold."""
    wheels = sum(len(layer.wheels) for layer in plan)
    counted = f"{_counted(wheels, 'wheel')} in {_counted(len(plan), 'layer')}"
    group = Group(f"uvlayers:{run.digest}", f"[uvlayers] {what}: {counted}")
    return [_emit_layer(layer, install, Place(run, group)) for layer in plan]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _emit_layer(layer: Layer, install: Install, place: Place) -> EmittedLayer:
    """One image layer: a fetch for each wheel, an exec for each unit.

    The units of a bundle are gathered by a copy, which takes a fraction of the time that unpacking
    them takes: one more wheel in a bundle does not unpack the others.
    """
    fetches: dict[str, Wheel] = {}
    unpacked: list[Output] = []
    units = layer.units(compiled=install.bytecode is not None)
    for unit in units:
        archives: list[Mount] = []
        for position, wheel in enumerate(unit):
            dest = f"{ARCHIVES}/{position}"
            if isinstance(wheel, Wheel):
                fetch = _fetch(wheel, place)
                fetches[fetch.digest] = wheel
                archives.append(Mount(dest, fetch.output(), readonly=True))
            else:
                archives.append(_archive_mount(install.archives[wheel], dest))
        unpacked.append(_unpack(unit, archives, install, place))
    label = place.label(f"gather {layer.title}")
    output = unpacked[0] if len(unpacked) == 1 else gather(unpacked, label)
    sizes = (sum(wheel.size for wheel in unit) for unit in units)
    installs = dict(zip((each.vertex.digest for each in unpacked), sizes, strict=True))
    return EmittedLayer(layer, output, fetches, installs)


def _archive_mount(archive: Archive, place: str) -> Mount:
    if archive.metadata:
        return Mount(place, archive.output, readonly=True)
    return Mount(f"{place}/{basename(archive.path)}", archive.output, archive.path, readonly=True)


def _fetch(wheel: Wheel, place: Place) -> Vertex:
    """The file of a wheel."""
    label = place.label(f"fetch {wheel.filename}")
    return http_source(wheel.url, wheel.digest, wheel.filename, label)


def _unpack(
    unit: Sequence[Artifact], archives: Sequence[Mount], install: Install, place: Place
) -> Output:
    python = install.interpreter.base_executable
    arguments = json.dumps(_unpack_arguments(unit, install), separators=(",", ":"))
    process = Process(
        args=(*isolated(python, f"{GUEST}/{UNPACKER}"), arguments),
        environment=libraries(install.library_path),
        user="0:0",
    )
    mounts = [
        Mount("/", install.root, readonly=True),
        Mount(GUEST, install.unpacker, readonly=True),
        *archives,
        Mount(OUTPUT, output=True),
    ]
    label = place.label(f"install {Layer(tuple(unit)).title}")
    return exec_op(process, mounts, install.platform, label).output()


def _unpack_arguments(unit: Sequence[Artifact], install: Install) -> dict[str, object]:
    interpreter = install.interpreter
    scheme = interpreter.real_scheme
    return {
        "wheels": [
            _wheel_arguments(f"{ARCHIVES}/{position}", wheel) for position, wheel in enumerate(unit)
        ],
        "scheme": {
            "prefix": scheme.data,
            "purelib": scheme.purelib,
            "platlib": scheme.platlib,
            "scripts": scheme.scripts,
            "data": scheme.data,
            "headers": scheme.include,
        },
        "executable": install.executable,
        "python": {
            "cache_tag": interpreter.cache_tag,
            "magic": interpreter.magic,
            "version": list(interpreter.version[:2]),
        },
        "directories": {path: list(facts) for path, facts in sorted(install.directories.items())},
        "uid": install.uid,
        "gid": install.gid,
        "umask": interpreter.umask,
        "mtime": MTIME,
        "modes": None if install.modes is None else list(install.modes),
        "bytecode": install.bytecode,
        "installer_metadata": install.installer_metadata,
    }


def _wheel_arguments(place: str, wheel: Artifact) -> dict[str, object]:
    arguments: dict[str, object] = {
        "archive": f"{place}/{wheel.filename}",
        "output": OUTPUT,
        "name": wheel.name,
        "version": wheel.version,
        # what was fetched or built has been verified already
        "sha256": None,
        "direct_url": None,
    }
    match wheel:
        case Wheel(direct=True):
            arguments["direct_url"] = _direct_url(wheel.url)
        case PathWheel():
            arguments["sha256"] = wheel.sha256
            arguments["direct_url"] = _direct_url(f"file://{wheel.path}") if wheel.direct else None
            arguments["uv_cache"] = _UNDATED
        case Built():
            # uv has held the version against the lock where it does
            arguments.update(version=None, metadata=f"{place}/metadata")
    return arguments


def _direct_url(url: str) -> dict[str, object]:
    """PEP 610, in uv's order, which the guest keeps."""
    return {"url": url, "archive_info": {}}
