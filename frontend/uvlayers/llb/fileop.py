"""What a file op reads and writes, as far as its definition tells.

Follows the numbering of BuildKit `solver/pb/ops.proto`: an action's input below the number of op
inputs is one of those, above it the result of an earlier action.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname, normpath

from uvlayers.llb.graph import Output, Vertex
from uvlayers.pb import ops_pb2 as pb

_PERMISSIONS = 0o777


@dataclass(frozen=True, slots=True)
class Writing:
    """A file op that writes on one of its inputs.

    `target` is the op input written on, `sources` the ones only read, `paths` the absolute
    destinations. Without sources nothing comes to lie below these.
    """

    target: int
    sources: frozenset[int]
    paths: tuple[str, ...]


def writing_of(op: pb.FileOp, inputs: int) -> Writing | None:
    """The op as one chain of writes on one input; None when it is anything else."""
    if [action.output for action in op.actions if action.output >= 0] != [0]:
        return None
    targets, paths = _targets(op, inputs), _destinations(op)
    sources = frozenset(s for action in op.actions for s in _sources(action, inputs, targets))
    if paths is None or len(set(targets)) != 1 or targets[0] in sources or targets[0] is None:
        return None
    return Writing(targets[0], sources, paths)


@dataclass(frozen=True, slots=True)
class Additions:
    """What a step adds to the state `target`, reading `sources`; `paths` are the destinations."""

    target: Output
    sources: tuple[Output, ...]
    paths: tuple[str, ...]


def additions_of(vertex: Vertex) -> Additions | None:
    """What `vertex` adds that is a chain of writes, or linked (`COPY --link`); None for any other.

    A link is the merge of a state and a file op that writes on nothing.
    """
    match vertex.op.WhichOneof("op"):
        case "file":
            writing = writing_of(vertex.op.file, len(vertex.inputs))
            if writing is None:
                return None
            sources = tuple(vertex.inputs[source] for source in sorted(writing.sources))
            return Additions(vertex.inputs[writing.target], sources, writing.paths)
        case "merge" if len(vertex.inputs) == 2:
            target, linked = vertex.inputs
            paths = _linked(linked.vertex)
            return None if paths is None else Additions(target, linked.vertex.inputs, paths)
        case _:
            return None


def _linked(vertex: Vertex) -> tuple[str, ...] | None:
    """The destinations of a file op that writes on nothing; None for whatever else it is."""
    if any(target is not None for target in _targets(vertex.op.file, len(vertex.inputs))):
        return None
    return _destinations(vertex.op.file) or None


@dataclass(frozen=True, slots=True)
class PlainCopy:
    """A file op that is one copy of one path: `source` is the op input read, `path` what of it.

    The contents of a directory go into `dest`. `target` is the op input written on, None for a
    file system of its own (`COPY --link`). `mode` are the permission bits that everything gets,
    None where it keeps its own.
    """

    target: int | None
    source: int
    path: str
    dest: str
    mode: int | None = None


def plain_copy_of(op: pb.FileOp, inputs: int) -> PlainCopy | None:
    """The op as a plain copy; None for anything that filters, renames or unpacks."""
    if len(op.actions) != 1 or op.actions[0].WhichOneof("action") != "copy":
        return None
    action, copy = op.actions[0], op.actions[0].copy
    filtered = copy.include_patterns or copy.exclude_patterns or any(c in "*?[" for c in copy.src)
    # `--chmod=u+x` changes each mode in its own way, more than these bits say more
    mode = None if copy.mode == -1 else copy.mode
    special = mode is not None and not 0 <= mode <= _PERMISSIONS
    changed = copy.modeStr or special or copy.attemptUnpackDockerCompatibility
    inside = action.input < inputs and 0 <= action.secondaryInput < inputs
    if filtered or changed or not copy.dirCopyContents or not inside:
        return None
    target = None if action.input < 0 else action.input
    path, dest = absolute(copy.src), absolute(copy.dest)
    return PlainCopy(target, action.secondaryInput, path, dest, mode)


def absolute(path: str) -> str:
    return normpath(f"/{path}").replace("//", "/")


def above(path: str) -> Iterator[str]:
    """The directories above an absolute path, the nearest first."""
    while path != "/":
        path = dirname(path)
        yield path


def reaches(paths: Sequence[str], prefix: str) -> bool:
    """Whether a write to one of `paths` is a write to `prefix` or to something below it."""
    return any(path == prefix or path.startswith(f"{prefix.rstrip('/')}/") for path in paths)


def covers(paths: Sequence[str], prefix: str) -> bool:
    """Whether one of `paths` is above `prefix`: a directory copied there might bring `prefix`."""
    return any(path == "/" or prefix.startswith(f"{path}/") for path in paths)


def _targets(op: pb.FileOp, inputs: int) -> list[int | None]:
    """The op input at the bottom of each action's chain; None for scratch."""
    targets: list[int | None] = []
    for action in op.actions:
        targets.append(_root(action.input, inputs, targets))
    return targets


def _destinations(op: pb.FileOp) -> tuple[str, ...] | None:
    """Where each action writes; None where one does more than write, or where is not known."""
    found = [_destination(action) for action in op.actions]
    known = tuple(path for path in found if path is not None)
    return known if len(known) == len(found) else None


def _root(index: int, inputs: int, targets: Sequence[int | None]) -> int | None:
    """The op input at the bottom of an action's chain; None for scratch."""
    if index < 0:
        return None
    return index if index < inputs else targets[index - inputs]


def _destination(action: pb.FileAction) -> str | None:
    match action.WhichOneof("action"):
        # one that replaces may remove a directory, and with it what a layer has there
        case "copy" if not action.copy.alwaysReplaceExistingDestPaths:
            path = action.copy.dest
        case "mkdir":
            path = action.mkdir.path
        case "mkfile":
            path = action.mkfile.path
        case "symlink":
            path = action.symlink.newpath
        case _:  # a removal cannot be seen in a diff that is merged elsewhere
            return None
    return absolute(path)


def _sources(action: pb.FileAction, inputs: int, targets: Sequence[int | None]) -> Iterator[int]:
    if action.WhichOneof("action") == "copy":
        source = _root(action.secondaryInput, inputs, targets)
        if source is not None:
            yield source
