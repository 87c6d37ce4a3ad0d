"""The layers that stand in for one RUN: plan → emit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from posixpath import basename

from uvlayers.building import Prepared, prepare
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.dockerfile.find import SyncExec
from uvlayers.dockerfile.history import AddedLayers
from uvlayers.emit import EmittedLayer, Install, emit_layers
from uvlayers.errors import Unsupported
from uvlayers.existing import installation_paths
from uvlayers.explain import LOCK_NAME, Fetch
from uvlayers.files import ExecFiles, StatePaths, highest_made
from uvlayers.footing import find_footing
from uvlayers.gateway.errors import GatewayError
from uvlayers.gateway.states import States
from uvlayers.installation import Left
from uvlayers.layers.artifacts import Built
from uvlayers.layers.plan import Layer, make_plan
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered, State, whole
from uvlayers.occupancy import installed_before
from uvlayers.pb import ops_pb2 as pb
from uvlayers.placement import Placement, place_layers
from uvlayers.recipe import Recipe, read_recipe
from uvlayers.remainder import is_movable, leave_out, run_beside
from uvlayers.settings.request import LockMode, PipRequest, SyncRequest
from uvlayers.skeleton import Skeleton
from uvlayers.workshop import Installed, Workshop

_CREDENTIALS = frozenset(("NETRC", "UV_KEYRING_PROVIDER"))
_CREDENTIAL_ENDS = ("_USERNAME", "_PASSWORD")


class Rest(Enum):
    """What becomes of the user's own command."""

    NOTHING = "the layers are all that it would do"
    BESIDE = "it runs on the environment without packages, and what it adds is a layer"
    ON_TOP = "it runs as written on top of the layers"


@dataclass(frozen=True, slots=True)
class Takeover:
    """`state` is what the RUN's root becomes, or with ON_TOP what its command runs on.

    `plan` are the layers of wheels, `changed` is the command where it runs BESIDE them.
    `path` is the environment's. `titles` name the layers that were added, without the command's
    own. `fetches` are the wheels by the digest of the vertex that fetches them, `installs` how many
    bytes of them a vertex installs by its digest, `builds` the packages by that of the vertex that
    builds them, `left` what the command installs. `needed`: the RUN fails where the sync fails.
    `lowest` is the digest of the lowest step before the RUN whose layer comes to lie above those
    that were added, if there is one.
    """

    state: Layered
    path: str
    titles: AddedLayers
    rest: Rest
    fetches: Mapping[str, Fetch]
    installs: Mapping[str, int]
    plan: tuple[Layer, ...] = ()
    changed: Vertex | None = None
    builds: Mapping[str, Built] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    needed: bool = True
    lowest: str | None = None


def take_over(
    found: SyncExec,
    command: SyncCommand,
    files: ExecFiles,
    state: Callable[[Output], State],
    shop: Workshop,
) -> Takeover:
    """The layers for the sync `command` of the exec `found`, which sees `files`.

    `state` tells what has become of the outputs of the delegated graph. Raises Unsupported where
    the RUN must be built as written, other UvlayersErrors where the build must end.
    """
    read = read_recipe(found, command, files, state, shop)
    before = installed_before(read, shop.installed_in(read.root), shop.states)
    present = {wheel for each in before for wheel in each.wheels}
    prepared = prepare(read, state, shop, present)
    recipe = _complete(read, prepared, before)
    plan = make_plan(set(recipe.installation.wheels) - present, shop.budget)
    install = _install(recipe, shop, prepared, again=bool(before))
    layers = emit_layers(plan, install, found.run, command.what)
    prefixes = _prefixes(recipe)
    skeleton = () if recipe.skeleton.is_empty else (recipe.skeleton.emitted.skeleton,)
    made = () if before else skeleton
    place = _place(recipe, prefixes if made or layers else (), state, shop.states)
    root, python = _with_python(recipe, place, shop)
    rest = _rest(recipe, before, shop.states)
    bulk = [each.output for each in layers]
    after = root.with_layers(
        (*made, *bulk),
        prefixes,
        bulk,
        below=place.below,
        written=place.written,
        programs=recipe.skeleton.interpreter.real_scheme.scripts,
    )
    fetches = _fetches(recipe, layers)
    shop.installed[after.segments[-1]] = _record(recipe, install, fetches)
    changed = None
    if rest is Rest.BESIDE:
        changed, added = _run_beside(recipe, skeleton, state, shop.states)
        after = after.with_layers([added], prefixes, added=added)
    return Takeover(
        state=after,
        path=recipe.request.environment_path,
        titles=AddedLayers(python, ("virtual environment",) * len(made), wheel_titles(layers)),
        rest=rest,
        fetches=fetches,
        installs=installs_of(layers),
        plan=plan,
        changed=changed,
        builds=prepared.builds,
        left=recipe.installation.left,
        needed=command.needed,
        lowest=place.lowest,
    )


def _place(
    recipe: Recipe,
    prefixes: Sequence[str],
    state: Callable[[Output], State],
    states: States,
) -> Placement:
    """Where layers go that have files below `prefixes`; with none there are no layers."""
    if not prefixes:
        return Placement(recipe.root.shadow)
    before = recipe.found.run.inputs[recipe.found.root_input]
    python = () if recipe.python is None else (recipe.python.prefix,)
    return place_layers(before, (*prefixes, *python), state, StatePaths(states))


def _with_python(
    recipe: Recipe, place: Placement, shop: Workshop
) -> tuple[Layered, tuple[str, ...]]:
    """The state with the Python that uv downloads, which is a layer with a title if it is new."""
    root, python = recipe.root, recipe.python
    if python is None or any(python.layer in segment.layers for segment in root.segments):
        return root, ()
    layers, prefixes = [python.layer], [python.prefix]
    root = root.with_layers(
        layers, prefixes, added=python.layer, below=place.below, written=place.written
    )
    shop.downloaded[root.segments[-1]] = python
    return root, (f"CPython {recipe.skeleton.interpreter.full_version}",)


def wheel_titles(layers: Sequence[EmittedLayer]) -> tuple[str, ...]:
    """What the entries of layers in an image's history say, the lowest first."""
    return tuple(each.layer.title for each in layers)


def installs_of(layers: Sequence[EmittedLayer]) -> dict[str, int]:
    """How many bytes of wheels each vertex installs, by its digest."""
    return {digest: size for each in layers for digest, size in each.installs.items()}


def _complete(recipe: Recipe, prepared: Prepared, before: Sequence[Installed]) -> Recipe:
    """The recipe of what can be had, into the environment that is there.

    Raises Unsupported where the sync might fail, and the RUN would do something else then.
    """
    skeleton = _skeleton(recipe, before)
    recipe = replace(recipe, installation=prepared.installation, skeleton=skeleton)
    if not recipe.command.spare:
        return recipe
    if not recipe.checked:
        raise Unsupported("whether it fails, and its alternative runs, is known only when it runs")
    for each in recipe.installation.left:
        raise Unsupported(f"its alternative runs where `{each.name}` cannot be installed")
    return recipe


def _skeleton(recipe: Recipe, before: Sequence[Installed]) -> Skeleton:
    """The environment without packages: the one that is there, where an earlier RUN made it."""
    if not before:
        return recipe.skeleton
    return replace(recipe.skeleton, emitted=before[0].environment)


def _record(recipe: Recipe, install: Install, fetches: Mapping[str, Fetch]) -> Installed:
    environment = recipe.skeleton.interpreter.environment
    return Installed(
        environment=recipe.skeleton.emitted,
        path=recipe.request.environment_path,
        virtual=environment is not None and environment.virtual,
        synced=isinstance(recipe.request, SyncRequest),
        wheels=frozenset(recipe.installation.wheels),
        names=recipe.installation.names,
        install=install,
        fetches=fetches,
    )


def _install(recipe: Recipe, shop: Workshop, prepared: Prepared, *, again: bool) -> Install:
    """How the wheels are unpacked, on the lowest state that holds the interpreter.

    `again`: into an environment that an earlier RUN made, which uv then enters in its own way.
    """
    interpreter = recipe.skeleton.interpreter
    found = again or (interpreter.environment is not None and interpreter.environment.existed)
    library_path = recipe.command.library_path
    footing = find_footing(
        recipe.skeleton,
        recipe.directories,
        library_path,
        shop.guest,
        shop.states,
        () if recipe.python is None else (recipe.python.root,),
    )
    request = recipe.request
    return Install(
        root=footing.root,
        unpacker=footing.unpacker,
        platform=recipe.skeleton.ground.run.op.platform,
        interpreter=interpreter,
        executable=interpreter.executable_when_found if found else interpreter.executable,
        uid=interpreter.uid,
        gid=interpreter.gid,
        directories=recipe.directories,
        bytecode=request.bytecode,
        installer_metadata=request.installer_metadata,
        library_path=library_path,
        archives=prepared.archives,
    )


def _rest(recipe: Recipe, before: Sequence[Installed], states: States) -> Rest:
    left = recipe.installation.left
    if recipe.checked and recipe.command.alone and not left:
        return Rest.NOTHING
    # what an earlier command installed must be replaced, which only uv does
    again = any(each.names - {wheel.name for wheel in each.wheels} for each in before)
    real = partial(StatePaths(states).real, recipe.root.shadow)
    local = all(each.local for each in left)
    if local and not again and is_movable(recipe, _prefixes(recipe), real):
        return Rest.BESIDE
    return Rest.ON_TOP


def _run_beside(
    recipe: Recipe,
    skeleton: Sequence[Output],
    state: Callable[[Output], State],
    states: States,
) -> tuple[Vertex, Output]:
    """The user's command on the environment without packages, and the layer of what it adds."""
    run = recipe.found.run
    bare = skeleton if recipe.python is None else (recipe.python.layer, *skeleton)
    request = recipe.request
    update = isinstance(request, SyncRequest) and request.lock_mode is LockMode.UPDATE
    wheels = recipe.installation.wheels
    flags = leave_out((wheel.name for wheel in wheels), inexact=request.inexact)
    if update and not recipe.checked:
        flags = (*flags, "--locked")
    inputs = [whole(state(each)) for each in run.inputs]
    beside, added = run_beside(recipe, bare, flags, inputs)
    if update and not recipe.checked:
        _require_unchanged_lock(beside, states)
    return beside, added


def _require_unchanged_lock(beside: Vertex, states: States) -> None:
    """Raise Unsupported if uv would write a new lock: its packages may be others."""
    try:
        states.gateway.evaluate(states.ref(beside.output()))
    except GatewayError as error:
        raise Unsupported(f"uv does not take the lock as it is: {error.message}") from error


def _prefixes(recipe: Recipe) -> tuple[str, ...]:
    """Every directory that a layer makes, or below which it may put files."""
    paths = installation_paths(recipe.skeleton.interpreter)
    return tuple(dict.fromkeys(highest_made(path, recipe.directories) for path in paths))


def _fetches(recipe: Recipe, layers: Sequence[EmittedLayer]) -> dict[str, Fetch]:
    private = has_credentials(recipe.found.run, recipe.command)
    request = recipe.request
    lock = basename(request.source) if isinstance(request, PipRequest) else LOCK_NAME
    return {
        digest: Fetch(wheel, private, lock)
        for layer in layers
        for digest, wheel in layer.fetches.items()
    }


def has_credentials(run: Vertex, command: SyncCommand) -> bool:
    """Whether the RUN may be let into an index where the daemon is not."""
    names = {*command.environment, *command.unknown}
    return any(m.mountType == pb.MountType.SECRET for m in run.op.exec.mounts) or any(
        name in _CREDENTIALS or (name.startswith("UV_INDEX_") and name.endswith(_CREDENTIAL_ENDS))
        for name in names
    )
