"""`COPY --from=builder` of an environment keeps its layers.

The few files that are not wheels are copied as the Dockerfile says; the wheels are laid out again
for the stage that gets them. Same place and owner give the same vertices: nothing is built twice.
Where commands have gone on with the environment, what they have added is one layer more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from posixpath import join, normpath, relpath

from uvlayers.dockerfile.history import AddedLayers
from uvlayers.emit import EmittedLayer, Install, emit_layers
from uvlayers.environment_changes import adds_to_environment
from uvlayers.errors import Unsupported
from uvlayers.existing import install_into
from uvlayers.files import StatePaths, is_there
from uvlayers.gateway.states import States
from uvlayers.layers.modes import Modes
from uvlayers.layers.plan import make_plan
from uvlayers.llb.fileop import PlainCopy, plain_copy_of, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered, State, whole
from uvlayers.llb.ops import Label, diff, merge
from uvlayers.placement import place_layers
from uvlayers.questions import Place
from uvlayers.takeover import Rest, Takeover, installs_of, wheel_titles
from uvlayers.workshop import Installed, Workshop

_LINKED = Label("[uvlayers] link what is not a wheel")
_CHANGES = Label("[uvlayers] what commands have added")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a directory with environments of ours, from one state to another.

    `vertex` is the file op, and `plain` what it copies; with `--link` it stands on nothing.
    `source` has the environments, and `completed` is what commands have made of that, if any did.
    `onto` is the delegated state that they are copied to, `installed` what is known of them.
    """

    vertex: Vertex
    plain: PlainCopy
    source: Layered
    completed: Output | None
    onto: Output
    installed: Sequence[Installed]

    @property
    def path(self) -> str:
        """That of the environment."""
        return self.installed[0].path

    def of(self, source: Output, target: Output) -> Vertex:
        """The same copy from another state, on another target unless it is linked."""
        inputs = list(self.vertex.inputs)
        inputs[self.plain.source] = source
        if self.plain.target is not None:
            inputs[self.plain.target] = target
        return self.vertex.with_inputs(inputs)


def copied_environment(
    vertex: Vertex,
    state: Callable[[Output], State],
    base: Callable[[Output], Layered | None],
    shop: Workshop,
) -> Copy | None:
    """What `vertex` copies, when that is an environment that we made; None for any other op.

    It is a file op, or with `--link` the merge of one that stands on nothing. `base` tells the
    layers that a state was made on top of, by commands that may have done anything.
    """
    match vertex.op.WhichOneof("op"):
        case "file":
            copy, below = vertex, None
        case "merge" if len(vertex.inputs) == 2 and _is_file(vertex.inputs[1].vertex):
            copy, below = vertex.inputs[1].vertex, vertex.inputs[0]
        case _:
            return None
    plain = plain_copy_of(copy.op.file, len(copy.inputs))
    if plain is None or plain.source == plain.target or (plain.target is None) == (below is None):
        return None
    onto = copy.inputs[plain.target] if plain.target is not None else below
    given = copy.inputs[plain.source]
    now = state(given)
    source = now if isinstance(now, Layered) else base(given)
    if onto is None or source is None:
        return None
    completed = None if isinstance(now, Layered) else now
    installed = shop.installed_in(source)
    if not installed or not all(_keeps_place(plain, each) for each in installed):
        return None
    return Copy(copy, plain, source, completed, onto, installed)


def _is_file(vertex: Vertex) -> bool:
    return bool(vertex.op.WhichOneof("op") == "file")


def _keeps_place(copy: PlainCopy, installed: Installed) -> bool:
    """Whether the whole of a virtual environment is copied, to the path that it has."""
    path = installed.path
    if not installed.virtual or not (copy.path == "/" or reaches([path], copy.path)):
        return False
    return _landing(copy, path) == path


def _landing(copy: PlainCopy, path: str) -> str:
    """Where a path below the copied directory comes to lie."""
    return normpath(join(copy.dest, relpath(path, copy.path)))


def copy_environment(copy: Copy, state: Callable[[Output], State], shop: Workshop) -> Takeover:
    """What stands in for `copy`.

    Raises Unsupported where it meets something that layers cannot hold.
    """
    target = Layered.on(state(copy.onto))
    _require_alone(copy, target, shop.states)
    added = _adds(copy, shop)
    bare = _without_wheels(copy, target.shadow)
    install = _install(copy, bare, shop.states)
    wheels = {wheel for each in copy.installed for wheel in each.wheels}
    plan = make_plan(wheels, shop.budget)
    layers = emit_layers(plan, install, copy.vertex, "environment copied")
    outputs = [each.output for each in layers]
    placement = place_layers(copy.onto, (copy.path,), state, StatePaths(shop.states))
    after = target.with_layers(
        outputs,
        (copy.path,),
        bulk=outputs,
        below=placement.below,
        written=placement.written,
        programs=install.interpreter.real_scheme.scripts,
    ).with_shadow(bare, (copy.plain.dest,))
    shop.installed[after.segments[-1]] = replace(
        copy.installed[-1],
        wheels=frozenset(wheels),
        install=install,
        completed=copy.completed is not None or any(each.completed for each in copy.installed),
    )
    if added:
        changes = _changes(copy, bare)
        after = after.with_layers([changes], (copy.path,), added=changes)
    return Takeover(
        state=after,
        path=copy.path,
        titles=_titles(layers, added=added),
        rest=Rest.BESIDE,
        fetches={d: fetch for each in copy.installed for d, fetch in each.fetches.items()},
        installs=installs_of(layers),
        plan=plan,
        lowest=placement.lowest,
    )


def _titles(layers: Sequence[EmittedLayer], *, added: bool) -> AddedLayers:
    """The copy's own layer is the topmost: what was added, or else what is no wheel."""
    return AddedLayers(wheels=wheel_titles(layers), rest=("virtual environment",) if added else ())


def _adds(copy: Copy, shop: Workshop) -> bool:
    """Whether commands have added something; raises Unsupported where they did something else."""
    if copy.completed is None:
        return False
    install = copy.installed[0].install
    place, before = Place(copy.vertex), whole(copy.source)
    return adds_to_environment(place, before, copy.completed, copy.plain.path, install, shop)


def _changes(copy: Copy, bare: Output) -> Output:
    """The layer of what commands have added."""
    assert copy.completed is not None
    added = diff(whole(copy.source), copy.completed, _CHANGES)
    output = copy.of(added, bare).output()
    return output if copy.plain.target is None else diff(bare, output, _CHANGES)


def _install(copy: Copy, bare: Output, states: States) -> Install:
    """How the wheels are laid out where the rest of the environment is as in `bare`."""
    install = install_into(states, bare, copy.path, copy.installed[0].install)
    archives = {key: each for i in copy.installed for key, each in i.install.archives.items()}
    mode = copy.plain.mode
    modes = install.modes if mode is None else Modes(mode, mode, mode)
    return replace(install, modes=modes, archives=archives)


def _without_wheels(copy: Copy, target: Output) -> Output:
    """The state after the copy of what is not a wheel."""
    copied = copy.of(copy.source.without_bulk(), target).output()
    return merge([target, copied], _LINKED) if copy.plain.target is None else copied


def _require_alone(copy: Copy, target: Layered, states: States) -> None:
    """Raise Unsupported unless there is one environment, and nothing at its place."""
    path, first = copy.path, copy.installed[0]
    if any(each.path != path or each.install != first.install for each in copy.installed):
        raise Unsupported("several environments are copied at once")
    if any(reaches([path], p) or reaches([p], path) for p in target.prefixes):
        raise Unsupported("another environment is at its place")
    if is_there(states, target.shadow, path):
        raise Unsupported(f"something exists already at the environment's path: `{path}`")
