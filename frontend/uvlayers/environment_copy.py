"""`COPY --from=builder` of an environment keeps its layers.

The few files that are not wheels are copied as the Dockerfile says; the wheels are laid out again
for the stage that gets them. Same place and owner give the same vertices: nothing is built twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from posixpath import join, normpath, relpath

from uvlayers.dockerfile.history import AddedLayers
from uvlayers.emit import emit_layers
from uvlayers.errors import Unsupported
from uvlayers.existing import install_into
from uvlayers.files import StatePaths, is_there
from uvlayers.gateway.states import States
from uvlayers.layers.modes import Modes
from uvlayers.layers.plan import make_plan
from uvlayers.llb.fileop import PlainCopy, plain_copy_of, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered, State
from uvlayers.llb.ops import Label, merge
from uvlayers.placement import place_layers
from uvlayers.takeover import Rest, Takeover, installs_of, wheel_titles
from uvlayers.workshop import Installed, Workshop

_LINKED = Label("[uvlayers] link what is not a wheel")


def copy_environment(
    vertex: Vertex, state: Callable[[Output], State], shop: Workshop
) -> Takeover | None:
    """What stands in for `vertex`, when it copies an environment that we made.

    A copy is a file op, or with `--link` the merge of one that stands on nothing. None for any
    other op, and wherever the result might not be the same.
    """
    match vertex.op.WhichOneof("op"):
        case "file":
            return _copy(vertex, None, state, shop)
        case "merge" if len(vertex.inputs) == 2:
            return _copy(vertex.inputs[1].vertex, vertex.inputs[0], state, shop)
        case _:
            return None


def _copy(
    vertex: Vertex, below: Output | None, state: Callable[[Output], State], shop: Workshop
) -> Takeover | None:
    """The copy `vertex`, on its own target or linked onto `below`."""
    if vertex.op.WhichOneof("op") != "file":
        return None
    copy = plain_copy_of(vertex.op.file, len(vertex.inputs))
    if copy is None or copy.source == copy.target or (copy.target is None) != (below is not None):
        return None
    target = vertex.inputs[copy.target] if copy.target is not None else below
    source = state(vertex.inputs[copy.source])
    if target is None or not isinstance(source, Layered):
        return None
    records = shop.installed_in(source)
    if not records or not all(_keeps_place(copy, each) for each in records):
        return None
    try:
        return _copied(vertex, copy, source, target, state, records, shop)
    except Unsupported:
        return None


def _keeps_place(copy: PlainCopy, installed: Installed) -> bool:
    """Whether the whole of a virtual environment is copied, to the path that it has."""
    path = installed.path
    inside = copy.path == "/" or reaches([path], copy.path)
    return installed.virtual and inside and _landing(copy, path) == path


def _landing(copy: PlainCopy, path: str) -> str:
    """Where a path below the copied directory comes to lie."""
    return normpath(join(copy.dest, relpath(path, copy.path)))


def _copied(
    vertex: Vertex,
    copy: PlainCopy,
    source: Layered,
    onto: Output,
    state: Callable[[Output], State],
    records: Sequence[Installed],
    shop: Workshop,
) -> Takeover:
    """Raises Unsupported where the copy meets something that layers cannot hold."""
    target = Layered.on(state(onto))
    path = records[0].path
    _require_alone(path, target, records, shop.states)
    bare = _without_wheels(vertex, copy, source.without_bulk(), target.shadow)
    install = install_into(shop.states, bare, path, records[0].install)
    archives = {key: each for r in records for key, each in r.install.archives.items()}
    modes = install.modes if copy.mode is None else Modes(copy.mode, copy.mode, copy.mode)
    install = replace(install, modes=modes, archives=archives)
    wheels = {wheel for each in records for wheel in each.wheels}
    plan = make_plan(wheels, shop.budget)
    layers = emit_layers(plan, install, vertex, "environment copied")
    outputs = [each.output for each in layers]
    placement = place_layers(onto, (path,), state, StatePaths(shop.states))
    after = target.with_layers(
        outputs,
        (path,),
        bulk=outputs,
        below=placement.below,
        written=placement.written,
        programs=install.interpreter.real_scheme.scripts,
    ).with_shadow(bare, (copy.dest,))
    shop.installed[after.segments[-1]] = replace(
        records[-1], wheels=frozenset(wheels), install=install
    )
    fetches = {digest: fetch for each in records for digest, fetch in each.fetches.items()}
    return Takeover(
        state=after,
        path=path,
        titles=AddedLayers(wheels=wheel_titles(layers)),
        rest=Rest.BESIDE,
        fetches=fetches,
        installs=installs_of(layers),
        plan=plan,
        lowest=placement.lowest,
    )


def _without_wheels(vertex: Vertex, copy: PlainCopy, source: Output, target: Output) -> Output:
    """The state after the copy of what is not a wheel."""
    inputs = list(vertex.inputs)
    inputs[copy.source] = source
    if copy.target is None:
        return merge([target, vertex.with_inputs(inputs).output()], _LINKED)
    inputs[copy.target] = target
    return vertex.with_inputs(inputs).output()


def _require_alone(
    path: str, target: Layered, records: Sequence[Installed], states: States
) -> None:
    """Raise Unsupported unless there is one environment, and nothing at its place."""
    if any(each.path != path or each.install != records[0].install for each in records):
        raise Unsupported("several environments are copied at once")
    if any(reaches([path], p) or reaches([p], path) for p in target.prefixes):
        raise Unsupported("another environment is at its place")
    if is_there(states, target.shadow, path):
        raise Unsupported(f"something exists already at the environment's path: `{path}`")
