"""The plan as LLB. The one module that knows both the layers and the graph.

Nothing of the user's files is an input of a wheel's vertex: its key is the interpreter's base
state, the guest, the wheel and the options, so it is shared by projects and by builds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from posixpath import basename

from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.plan import Artifact, Layer, Wheel
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.ops import File, Group, Label, Mount, Process, exec_op, files, gather, http_source
from uvlayers.pb import ops_pb2 as pb
from uvlayers.python.interpreter import Interpreter

MTIME = 315532800  # 1980-01-01, the oldest that a zip can say; below any SOURCE_DATE_EPOCH in use
GUEST = "/uvlayers/guest"
ARCHIVES = "/uvlayers/wheels"
OUTPUT = "/uvlayers/out"
FACTS = "/uvlayers/facts"
FACTS_NAME = "facts.json"
PROJECT = "/uvlayers/project"
UNPACKER = "unpack.pyc"
TARGET = "/uvlayers/target"
MOUNTS = "/uvlayers/mounts"
SURVEY_NAME = "survey.json"

# uv_cache.json of a local wheel. uv puts in the change time of the archive, which no copy of the
# archive keeps: a later `uv sync` installs such a wheel anew, as it does with uv's own.
_UNDATED = {
    "timestamp": {"secs_since_epoch": MTIME, "nanos_since_epoch": 0},
    "commit": None,
    "tags": None,
    "env": {},
    "directories": {},
}

Directories = Mapping[str, tuple[int, int, int]]
"""Absolute path to (permission bits, uid, gid) of directories of the state below."""


@dataclass(frozen=True, slots=True)
class Guest:
    """The programs that run inside the build, by file name."""

    probe: bytes
    environment: bytes
    unpack: bytes
    build: bytes
    survey: bytes
    target: bytes

    def output(self) -> Output:
        contents = [
            File(f"/{name}.py", data)
            for name, data in (
                ("environment", self.environment),
                ("probe", self.probe),
                ("unpack", self.unpack),
            )
        ]
        return files(contents, Label("[internal] uvlayers guest")).output()

    def builder(self) -> Output:
        """Apart from the others: to change how packages are built installs no wheel anew."""
        contents = [File("/build.py", self.build)]
        return files(contents, Label("[internal] uvlayers guest that builds")).output()

    def finder(self) -> Output:
        """Takes the place of the one that makes an environment, for `uv pip`."""
        contents = [File("/environment.py", self.target), File("/probe.py", self.probe)]
        return files(contents, Label("[internal] uvlayers guest that finds environments")).output()

    def surveyor(self) -> Output:
        """Apart from the others as well: most builds are for one platform and need none."""
        contents = [File("/survey.py", self.survey)]
        return files(contents, Label("[internal] uvlayers guest that compares platforms")).output()


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
    it, `executable` what shebangs name, `bytecode` an invalidation mode or None, `mode` the
    permission bits of all that is installed if they are the same for everything. `archives` hold
    every artifact that is not fetched.
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
    mode: int | None = None
    archives: Mapping[Artifact, Archive] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class EmittedLayer:
    """A layer's output and the vertices that fetch its wheels, by digest."""

    layer: Layer
    output: Output
    fetches: Mapping[str, Wheel]


@dataclass(frozen=True, slots=True)
class EmittedEnvironment:
    """What the user's own uv made of a project without dependencies."""

    skeleton: Output
    facts: Output


def emit_environment(
    run: Vertex,
    root: Output,
    mounts: Sequence[Mount],
    guest: Output,
    arguments: Mapping[str, object],
) -> EmittedEnvironment:
    """The exec that makes an empty environment as the RUN's own uv would, and reports facts.

    `mounts` are those of `run` through which it sees uv; `arguments` are the guest's. uv itself
    finds the Python that runs the guest, so that a base without a shell will do.
    """
    meta = run.op.exec.meta
    paths = {
        "output": OUTPUT,
        "facts": f"{FACTS}/{FACTS_NAME}",
        "cwd": PROJECT,
        "mtime": MTIME,
    }
    document = json.dumps({**arguments, **paths}, sort_keys=True, separators=(",", ":"))
    process = Process(
        args=(*_uv_python(str(arguments["uv"])), f"{GUEST}/environment.py", document),
        environment=tuple(meta.env),
        user="0:0",
        exit_codes=(0, 1, 2),  # uv's own: where it finds no Python there are no facts to read
    )
    vertex = exec_op(
        process,
        [
            Mount("/", root, output=True),
            *mounts,
            Mount(GUEST, guest, readonly=True),
            Mount(PROJECT, tmpfs=True),
            Mount(OUTPUT, output=True),
            Mount(FACTS, output=True),
        ],
        run.op.platform,
        _Place(run).label("create environment"),
    )
    return EmittedEnvironment(vertex.output(1), vertex.output(2))


def _uv_python(uv: str) -> tuple[str, ...]:
    """A Python that the RUN's uv knows, isolated from site-packages and from the environment."""
    quiet = ("--quiet", "--offline", "--no-cache", "--no-project")
    return (uv, "run", *quiet, "python", "-I", "-S", "-B")


def emit_survey(
    run: Vertex,
    python: str,
    twin: tuple[Output, Sequence[Mount]],
    target: tuple[Output, Sequence[Mount]],
    guest: Output,
    questions: Mapping[str, object],
) -> Output:
    """The exec that reads a state for another platform and its twin, on which `python` runs it.

    Each comes with the mounts through which its uv is seen. What is written there is thrown away:
    only mount points are.
    """
    places = {mount.dest: f"{MOUNTS}/{index}" for index, mount in enumerate(target[1])}
    document = {
        **questions,
        "target": TARGET,
        "mounts": places,
        "facts": f"{FACTS}/{SURVEY_NAME}",
    }
    arguments = json.dumps(document, sort_keys=True, separators=(",", ":"))
    process = Process(
        args=(*_isolated(python, f"{GUEST}/survey.py"), arguments),
        environment=tuple(run.op.exec.meta.env),
        user="0:0",
    )
    seen = [replace(mount, dest=f"{TARGET}{places[mount.dest]}") for mount in target[1]]
    mounts = [
        Mount("/", twin[0], readonly=True),
        *twin[1],
        Mount(GUEST, guest, readonly=True),
        Mount(TARGET, target[0]),
        *seen,
        Mount(FACTS, output=True),
    ]
    label = _Place(run).label("compare platforms")
    return exec_op(process, mounts, run.op.platform, label).output()


def emit_unpacker(
    run: Vertex, root: Output, guest: Output, python: str, library_path: str | None
) -> Output:
    """A directory with UNPACKER, the program compiled by the interpreter `python` of `root`.

    A process that runs it starts 20 ms sooner than from the source. It is also the proof that the
    interpreter runs there, its first bytes being that one's magic number: nothing is made where it
    does not.
    """
    request = {"compile": f"{OUTPUT}/{UNPACKER}", "mtime": MTIME}
    process = Process(
        args=(*_isolated(python, f"{GUEST}/unpack.py"), json.dumps(request)),
        environment=_libraries(library_path),
        user="0:0",
        exit_codes=tuple(range(256)),
    )
    mounts = [
        Mount("/", root, readonly=True),
        Mount(GUEST, guest, readonly=True),
        Mount(OUTPUT, output=True),
    ]
    return exec_op(process, mounts, run.op.platform, _Place(run).label("try Python")).output()


def _isolated(python: str, program: str) -> tuple[str, ...]:
    return (python, "-I", "-S", "-B", program)


def _libraries(path: str | None) -> tuple[str, ...]:
    return () if path is None else (f"LD_LIBRARY_PATH={path}",)


def emit_layers(
    plan: Sequence[Layer], install: Install, run: Vertex, what: str
) -> list[EmittedLayer]:
    """The image layers that take the place of `run`, one line of progress: `what` they hold."""
    wheels = sum(len(layer.wheels) for layer in plan)
    counted = f"{_counted(wheels, 'wheel')} in {_counted(len(plan), 'layer')}"
    group = Group(f"uvlayers:{run.digest}", f"[uvlayers] {what}: {counted}")
    return [_emit_layer(layer, install, _Place(run, group)) for layer in plan]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where vertices belong: to the lines of a RUN, and in one group of the progress output."""

    run: Vertex
    group: Group | None = None

    def label(self, text: str) -> Label:
        """Errors point at the RUN's own lines, and `--no-cache` holds for what stands in for it."""
        again = self.run.metadata.ignore_cache
        return Label(f"[uvlayers] {text}", self.run.locations, again, self.group)


def _emit_layer(layer: Layer, install: Install, place: _Place) -> EmittedLayer:
    """One image layer: a fetch for each wheel, an exec for each unit.

    The units of a bundle are gathered by a copy, which takes a fraction of the time that unpacking
    them takes: one more wheel in a bundle does not unpack the others.
    """
    fetches: dict[str, Wheel] = {}
    unpacked: list[Output] = []
    for unit in layer.units:
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
    return EmittedLayer(layer, output, fetches)


def _archive_mount(archive: Archive, place: str) -> Mount:
    if archive.metadata:
        return Mount(place, archive.output, readonly=True)
    return Mount(f"{place}/{basename(archive.path)}", archive.output, archive.path, readonly=True)


def _fetch(wheel: Wheel, place: _Place) -> Vertex:
    """The file of a wheel."""
    label = place.label(f"fetch {wheel.filename}")
    return http_source(wheel.url, wheel.digest, wheel.filename, label)


def _unpack(
    unit: Sequence[Artifact], archives: Sequence[Mount], install: Install, place: _Place
) -> Output:
    python = install.interpreter.base_executable
    arguments = json.dumps(_unpack_arguments(unit, install), separators=(",", ":"))
    process = Process(
        args=(*_isolated(python, f"{GUEST}/{UNPACKER}"), arguments),
        environment=_libraries(install.library_path),
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
        "mode": install.mode,
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
