"""Graphs as the Dockerfile frontend marshals them (v0.25), built by hand.

`tests/golden/llb/definition.bin` is what they were checked against.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from uvlayers.llb.graph import Graph, Output, Vertex, make_vertex
from uvlayers.pb import ops_pb2 as pb

PLATFORM = pb.Platform(OS="linux", Architecture="amd64")
PATH = "PATH=/usr/local/bin:/usr/bin:/bin"
LINES = 12
SOURCE = pb.SourceInfo(
    filename="Dockerfile",
    language="Dockerfile",
    data="".join(f"# line {number}\n" for number in range(1, LINES + 1)).encode(),
)
NONE = -1


@dataclass(frozen=True)
class Bind:
    target: str
    source: Output | None
    selector: str = ""
    readonly: bool = True


@dataclass(frozen=True)
class Cache:
    target: str


@dataclass(frozen=True)
class Secret:
    target: str


@dataclass(frozen=True)
class Tmpfs:
    target: str


RunMount = Bind | Cache | Secret | Tmpfs


def image(name: str) -> Output:
    """`FROM name`."""
    source = pb.SourceOp(identifier=f"docker-image://docker.io/library/{name}:latest")
    op = pb.Op(source=source, platform=PLATFORM, constraints=pb.WorkerConstraints())
    return make_vertex(op, (), described(f"FROM {name}")).output()


def context(name: str = "context") -> Output:
    """The build context, or another local directory."""
    source = pb.SourceOp(
        identifier=f"local://{name}",
        attrs={"local.session": "session", "local.sharedkeyhint": name},
    )
    op = pb.Op(source=source, constraints=pb.WorkerConstraints())
    return make_vertex(op, (), described("[internal] load build context")).output()


def copy(
    onto: Output | None,
    source: Output,
    src: str,
    dest: str,
    *,
    chown: tuple[int, int] | None = None,
    unpack: bool = False,
    line: int = 0,
) -> Output:
    """`COPY src dest`; `onto` is None for the copy of a `COPY --link` and in `FROM scratch`."""
    action = pb.FileActionCopy(
        src=src,
        dest=dest,
        mode=-1,
        followSymlink=True,
        dirCopyContents=True,
        attemptUnpackDockerCompatibility=unpack,
        createDestPath=True,
        allowWildcard=True,
        allowEmptyWildcard=True,
        timestamp=-1,
    )
    if chown is not None:
        action.owner.user.byID, action.owner.group.byID = chown
    inputs = [source] if onto is None else [onto, source]
    wired = pb.FileAction(
        input=NONE if onto is None else 0, secondaryInput=len(inputs) - 1, output=0, copy=action
    )
    return _file([wired], inputs, f"COPY {src} {dest}", line)


def copy_link(onto: Output, source: Output, src: str, dest: str, *, line: int = 0) -> Output:
    """`COPY --link src dest`: a copy on scratch, merged."""
    linked = copy(None, source, src, dest, line=line)
    op = pb.Op(
        merge=pb.MergeOp(inputs=[pb.MergeInput(input=0), pb.MergeInput(input=1)]),
        constraints=pb.WorkerConstraints(),
    )
    return make_vertex(op, [onto, linked], described(f"LINK COPY {src} {dest}"), at(line)).output()


def workdir(state: Output, path: str, *, line: int = 0) -> Output:
    """`WORKDIR path`."""
    mkdir = pb.FileActionMkDir(path=path, mode=0o755, makeParents=True, timestamp=-1)
    action = pb.FileAction(input=0, secondaryInput=NONE, output=0, mkdir=mkdir)
    return _file([action], [state], f"WORKDIR {path}", line)


def inline(data: bytes, name: str = "EOF") -> Output:
    """The body of a heredoc, as a file of that name."""
    mkfile = pb.FileActionMkFile(path=f"/{name}", mode=0o644, data=data, timestamp=-1)
    action = pb.FileAction(input=NONE, secondaryInput=NONE, output=0, mkfile=mkfile)
    return _file([action], [], "[internal] preparing inline document", 0)


def run(
    state: Output,
    command: str | Sequence[str],
    *,
    env: Sequence[str] = (PATH,),
    cwd: str = "/app",
    user: str = "",
    mounts: Sequence[RunMount] = (),
    platform: pb.Platform = PLATFORM,
    secret_variables: Sequence[str] = (),
    ignore_cache: bool = False,
    line: int = 0,
) -> Output:
    """`RUN command`, in the shell form if it is a text."""
    args = ["/bin/sh", "-c", command] if isinstance(command, str) else list(command)
    meta = pb.Meta(args=args, env=env, cwd=cwd, user=user, removeMountStubsRecursive=True)
    execution = pb.ExecOp(meta=meta, mounts=[pb.Mount(input=0, dest="/", output=0)])
    execution.secretenv.extend(pb.SecretEnv(ID=name, name=name) for name in secret_variables)
    inputs = [state]
    for mount in mounts:
        execution.mounts.append(_mount(mount, inputs))
    op = pb.Op(exec=execution, platform=platform, constraints=pb.WorkerConstraints())
    metadata = described(f"RUN {' '.join(args)}")
    metadata.ignore_cache = ignore_cache
    return make_vertex(op, inputs, metadata, at(line)).output()


def graph(head: Output | None) -> Graph:
    return Graph(head, (SOURCE,))


def at(line: int) -> tuple[pb.Location, ...]:
    """One line of the Dockerfile; none for 0."""
    if line == 0:
        return ()
    position = pb.Position(line=line)
    return (pb.Location(sourceIndex=0, ranges=[pb.Range(start=position, end=position)]),)


def described(name: str) -> pb.OpMetadata:
    return pb.OpMetadata(description={"llb.customname": name})


def _mount(mount: RunMount, inputs: list[Output]) -> pb.Mount:
    match mount:
        case Bind(target, source, selector, readonly):
            wired = pb.Mount(dest=target, selector=selector, readonly=readonly)
            wired.input = NONE if source is None else _index_of(inputs, source)
        case Cache(target):
            wired = pb.Mount(dest=target, input=NONE, mountType=pb.MountType.CACHE)
            wired.cacheOpt.ID = target
        case Secret(target):
            # the frontend leaves the output of these at zero
            return pb.Mount(dest=target, input=NONE, mountType=pb.MountType.SECRET)
        case Tmpfs(target):
            wired = pb.Mount(dest=target, input=NONE, mountType=pb.MountType.TMPFS)
    wired.output = NONE
    return wired


def _index_of(inputs: list[Output], source: Output) -> int:
    if source not in inputs:
        inputs.append(source)
    return inputs.index(source)


def _file(
    actions: Sequence[pb.FileAction], inputs: Sequence[Output], name: str, line: int
) -> Output:
    op = pb.Op(file=pb.FileOp(actions=actions), constraints=pb.WorkerConstraints())
    return make_vertex(op, inputs, described(name), at(line)).output()


def syncs(head: Output) -> list[Vertex]:
    """The execs of a graph that run `uv sync`, lowest first."""
    return [
        vertex
        for vertex in graph(head).vertices()
        if any("uv sync" in argument for argument in vertex.op.exec.meta.args)
    ]
