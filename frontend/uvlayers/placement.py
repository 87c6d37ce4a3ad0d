"""Where an environment's layers lie: below the files of the build context that came before it.

Layers are unpacked again when one below them changes, by every node that pulls and by the builder's
own image store. `COPY pyproject.toml uv.lock ./` changes whenever the environment does, and with
`COPY . .` all code does. So the layers go onto the state before such a copy, whose own layers are
put back on top as a difference: the files are the same (see `llb.layered`).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from uvlayers.dockerfile.ancestry import from_context
from uvlayers.dockerfile.history import maker_of
from uvlayers.dockerfile.reach import reach_of
from uvlayers.llb.fileop import Additions, above, additions_of, covers, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered, State, shadow_of
from uvlayers.llb.ops import diff
from uvlayers.llb.reach import Reach
from uvlayers.llb.rewriting import Paths


@dataclass(frozen=True, slots=True)
class Placement:
    """`below` is the state that layers go onto, `written` where the steps above them write.

    `lowest` is the digest of the vertex of the delegated graph that makes the lowest of these, None
    where there are none.
    """

    below: Output
    written: tuple[str, ...] = ()
    lowest: str | None = None


def place_layers(
    before: Output,
    prefixes: Sequence[str],
    state: Callable[[Output], State],
    paths: Paths,
) -> Placement:
    """Where layers below `prefixes` may lie that are to come after `before`.

    That is an output of the delegated graph, of which `state` says what has become. It is right
    there where the context's files are not below, or may have to do with the layers' places.
    Commands may come after them that keep off these, which their words show or what they did.
    """
    root = Layered.on(state(before))
    placement = Placement(root.shadow)
    steps = list(_steps(before))
    bring = [n for n, (_, step) in enumerate(steps) if any(map(_is_context, step.sources))]
    if not bring:
        return placement
    occupied = [prefix for prefix in prefixes if paths.exists(root.shadow, prefix)]
    written: list[str] = []
    for number, (here, step) in enumerate(steps[: bring[-1] + 1]):
        lower = Layered.on(state(step.target))
        if lower.segments != root.segments or not _is_on(here, lower, state):
            break
        places = _written(here, lower.shadow, step, prefixes, state, paths)
        if places is None:
            break
        added = [paths.real(root.shadow, path) for path in places]
        if any(reaches(added, prefix) for prefix in prefixes):
            break
        if any(covers(added, prefix) for prefix in occupied):
            break
        written += added
        if number in bring:
            placement = Placement(lower.shadow, tuple(written), maker_of(here.vertex).digest)
    return placement


def _steps(before: Output) -> Iterator[tuple[Output, Additions]]:
    """The steps that `before` was made in, the last one first; of a command no paths are known."""
    while (step := _step(before.vertex)) is not None:
        yield before, step
        before = step.target


def _step(vertex: Vertex) -> Additions | None:
    if vertex.op.WhichOneof("op") != "exec":
        return additions_of(vertex)
    root = next(mount for mount in vertex.op.exec.mounts if mount.dest == "/")
    if root.input < 0 or root.output != 0:
        return None
    return Additions(vertex.inputs[root.input], (), ())


def _is_context(source: Output) -> bool:
    return from_context(source.vertex)


def _is_on(step: Output, lower: Layered, state: Callable[[Output], State]) -> bool:
    """Whether a step is done on the state before it without the layers, as all moved ones are."""
    return lower.shadow in shadow_of(state(step)).vertex.inputs


def _written(
    here: Output,
    lower: Output,
    step: Additions,
    prefixes: Sequence[str],
    state: Callable[[Output], State],
    paths: Paths,
) -> Sequence[str] | None:
    """Where a step writes that was done on `lower`; None where that may be the layers' places."""
    if here.vertex.op.WhichOneof("op") != "exec":
        return step.paths
    reach = reach_of(here.vertex)
    if reach is not None and not _may_remove(reach, lower, prefixes, paths):
        # the runtime makes the directory that it starts in
        return (reach.cwd, *reach.changed)
    parents = {each for prefix in prefixes for each in above(prefix)}
    return ("/",) if _kept_alone(parents, lower, shadow_of(state(here)), paths) else None


def _may_remove(reach: Reach, lower: Output, prefixes: Sequence[str], paths: Paths) -> bool:
    """Whether a command may remove a directory that is above the layers' places."""
    touched = [paths.real(lower, path) for path in reach.touched]
    return any(covers(touched, prefix) for prefix in prefixes)


def _kept_alone(parents: Collection[str], lower: Output, upper: Output, paths: Paths) -> bool:
    """Whether a command has left alone the directories above the layers' places, its `parents`.

    It is seen by what it did. What it has made in a directory, or made anew, has brought that
    directory into its own layer; what it has removed is missing afterwards.
    """
    layer = diff(lower, upper)
    if any(paths.exists(layer, each) for each in parents if each != "/"):
        return False
    return all(set(paths.names(lower, each)) <= set(paths.names(upper, each)) for each in parents)
