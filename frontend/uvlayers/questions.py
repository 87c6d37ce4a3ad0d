"""The steps that ask the image's own uv and Python, as LLB.

What they write is for us to be read, but for the empty environment and the compiled unpacker.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.ops import File, Group, Label, Mount, Process, exec_op, files
from uvlayers.pb import ops_pb2 as pb

MTIME = 315532800  # 1980-01-01, the oldest that a zip can say; below any SOURCE_DATE_EPOCH in use
GUEST = "/uvlayers/guest"
OUTPUT = "/uvlayers/out"
FACTS = "/uvlayers/facts"
FACTS_NAME = "facts.json"
PROJECT = "/uvlayers/project"
UNPACKER = "unpack.pyc"
TARGET = "/uvlayers/target"
MOUNTS = "/uvlayers/mounts"
SURVEY_NAME = "survey.json"
BEFORE = "/uvlayers/before"
AFTER = "/uvlayers/after"
COMPARISON_NAME = "comparison.json"


@dataclass(frozen=True, slots=True)
class Guest:
    """The programs that run inside the build, by file name."""

    probe: bytes
    environment: bytes
    unpack: bytes
    build: bytes
    survey: bytes
    target: bytes
    comparison: bytes

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

    def comparer(self) -> Output:
        """Apart from the others too: few builds have a command between environment and copy."""
        contents = [File("/comparison.py", self.comparison)]
        return files(contents, Label("[internal] uvlayers guest that compares states")).output()


@dataclass(frozen=True, slots=True)
class Place:
    """Where vertices belong: to the lines of a RUN, and in one group of the progress output."""

    run: Vertex
    group: Group | None = None

    def label(self, text: str) -> Label:
        """Errors point at the RUN's own lines, and `--no-cache` holds for what stands in for it."""
        again = self.run.metadata.ignore_cache
        return Label(f"[uvlayers] {text}", self.run.locations, again, self.group)


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
    python: str | None = None,
) -> EmittedEnvironment:
    """The exec that makes an empty environment as the RUN's own uv would, and reports facts.

    `mounts` are those of `run` through which it sees uv; `arguments` are the guest's, `variables`
    among them. The guest is run by `python`. Where that is None uv, which the PATH in the variables
    leads to, finds one, so that a base without a shell will do.

    Official images come without bytecode of the standard library. What is compiled here, on a root
    that is thrown away, saves uv's own queries a tenth of a second: there is no `-B`.
    """
    meta = run.op.exec.meta
    paths = {
        "output": OUTPUT,
        "facts": f"{FACTS}/{FACTS_NAME}",
        "cwd": PROJECT,
        "mtime": MTIME,
    }
    run_uv = arguments["uv"]
    assert isinstance(run_uv, list)
    document = json.dumps({**arguments, **paths}, sort_keys=True, separators=(",", ":"))
    program = _uv_python(run_uv) if python is None else (python,)
    process = Process(
        args=(*program, "-I", "-S", f"{GUEST}/environment.py", document),
        environment=_with_path(meta.env, arguments.get("variables")),
        user="0:0",
        # uv's own are 1 and 2: where no Python is found, or none that runs, there are no facts
        exit_codes=(0, 1, 2) if python is None else tuple(range(256)),
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
        Place(run).label("create environment"),
    )
    return EmittedEnvironment(vertex.output(1), vertex.output(2))


def _with_path(environment: Iterable[str], variables: object) -> tuple[str, ...]:
    """The RUN's own environment, with the PATH that it has set itself."""
    path = variables.get("PATH") if isinstance(variables, Mapping) else None
    return tuple(
        f"PATH={path}" if path is not None and each.startswith("PATH=") else each
        for each in environment
    )


def _uv_python(uv: Sequence[str]) -> tuple[str, ...]:
    """A Python that the RUN's uv knows."""
    return (*uv, "run", "--quiet", "--offline", "--no-cache", "--no-project", "python")


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
        args=(*isolated(python, f"{GUEST}/survey.py"), arguments),
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
    label = Place(run).label("compare platforms")
    return exec_op(process, mounts, run.op.platform, label).output()


@dataclass(frozen=True, slots=True)
class Runner:
    """A Python that runs programs of ours, on its root."""

    root: Output
    python: str
    library_path: str | None
    platform: pb.Platform


def emit_comparison(
    place: Place,
    runner: Runner,
    before: Output,
    after: Output,
    path: str,
    guest: Output,
) -> Output:
    """The exec that compares what is at `path` in two states, both only read."""
    facts = f"{FACTS}/{COMPARISON_NAME}"
    document = {"before": BEFORE, "after": AFTER, "path": path, "facts": facts}
    arguments = json.dumps(document, sort_keys=True, separators=(",", ":"))
    process = Process(
        args=(*isolated(runner.python, f"{GUEST}/comparison.py"), arguments),
        environment=libraries(runner.library_path),
        user="0:0",
    )
    mounts = [
        Mount("/", runner.root, readonly=True),
        Mount(GUEST, guest, readonly=True),
        Mount(BEFORE, before, readonly=True),
        Mount(AFTER, after, readonly=True),
        Mount(FACTS, output=True),
    ]
    label = place.label("compare environment")
    return exec_op(process, mounts, runner.platform, label).output()


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
        args=(*isolated(python, f"{GUEST}/unpack.py"), json.dumps(request)),
        environment=libraries(library_path),
        user="0:0",
        exit_codes=tuple(range(256)),
    )
    mounts = [
        Mount("/", root, readonly=True),
        Mount(GUEST, guest, readonly=True),
        Mount(OUTPUT, output=True),
    ]
    return exec_op(process, mounts, run.op.platform, Place(run).label("try Python")).output()


def isolated(python: str, program: str) -> tuple[str, ...]:
    """The command that runs a program of the guest, away from whatever is installed."""
    return (python, "-I", "-S", "-B", program)


def libraries(path: str | None) -> tuple[str, ...]:
    """The environment of such a command, whose interpreter may need LD_LIBRARY_PATH."""
    return () if path is None else (f"LD_LIBRARY_PATH={path}",)
