"""`RUN chown -R app /app` after the environment: its layers are made as the new owner's.

On top of them, the command would copy every file of the environment into one more layer, which
changes with each wheel. It is run on what is no wheel in place of that, and the wheels are laid out
for whoever it gave that to. So it is with `chmod -R`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from posixpath import join

from uvlayers.dockerfile.find import is_root
from uvlayers.dockerfile.history import AddedLayers
from uvlayers.dockerfile.reach import reach_of
from uvlayers.emit import EmittedLayer, Install, emit_layers
from uvlayers.errors import Unsupported
from uvlayers.existing import install_into
from uvlayers.files import StatePaths
from uvlayers.gateway.errors import trying
from uvlayers.gateway.states import States
from uvlayers.layers.modes import Modes
from uvlayers.layers.plan import Artifact, make_plan
from uvlayers.llb.fileop import covers, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered, Segment, State, whole
from uvlayers.llb.reach import Reach
from uvlayers.llb.rewriting import sole_root
from uvlayers.takeover import Rest, Takeover, installs_of
from uvlayers.workshop import Installed, Workshop


def change_looks(
    vertex: Vertex, state: Callable[[Output], State], shop: Workshop
) -> Takeover | None:
    """What stands in for `vertex`, when it changes owner or permissions of an environment of ours.

    None for any other op, and wherever the result might not be the same.
    """
    if vertex.op.WhichOneof("op") != "exec" or not is_root(vertex.op.exec.meta.user):
        return None
    root = sole_root(vertex)
    target = None if root is None else state(vertex.inputs[root])
    if root is None or not isinstance(target, Layered):
        return None
    reach = reach_of(vertex)
    if reach is None or not reach.looks:
        return None
    records = [shop.installed.get(each.made) for each in target.segments if each.bulk]
    known = [each for each in records if each is not None]
    mounted = [mount.dest for mount in vertex.op.exec.mounts if mount.dest != "/"]
    if len(known) < len(records) or any(reaches(mounted, each) for each in reach.looks):
        return None
    if not any(_is_changed(reach, each) for each in known):
        return None
    try:
        return _changed(vertex, root, target.with_bulk_alone(), known, reach, state, shop)
    except Unsupported:
        return None


def _is_changed(reach: Reach, installed: Installed) -> bool:
    """Whether all of an environment gets other looks."""
    return installed.virtual and _is_all(reach.looks, installed.path)


def _changed_in(segment: Segment, reach: Reach, shop: Workshop) -> Installed | None:
    """What a segment holds of an environment all of which gets other looks, if it holds any."""
    installed = shop.installed.get(segment.made)
    return None if installed is None or not _is_changed(reach, installed) else installed


def _is_all(paths: Sequence[str], path: str) -> bool:
    return path in paths or covers(paths, path)


def _changed(
    vertex: Vertex,
    root: int,
    target: Layered,
    known: Sequence[Installed],
    reach: Reach,
    state: Callable[[Output], State],
    shop: Workshop,
) -> Takeover:
    """Raises Unsupported where the command may do more to an environment."""
    _require_apart(reach, target, shop)
    inputs = [whole(state(each)) for each in vertex.inputs]
    inputs[root] = target.shadow
    changed = vertex.with_inputs(inputs)
    segments: list[Segment] = []
    emitted: list[EmittedLayer] = []
    there: dict[str, frozenset[Artifact]] = {}
    for segment in target.segments:
        installed = _changed_in(segment, reach, shop)
        if installed is None:
            segments.append(segment)
            continue
        install = _install(changed.output(), target.shadow, reach, installed, shop.states)
        before = there.get(installed.path, frozenset())
        there[installed.path] = before | installed.wheels
        plan = make_plan(installed.wheels - before, shop.budget)
        layers = emit_layers(plan, install, vertex, f"environment of {install.uid}:{install.gid}")
        outputs = tuple(each.output for each in layers)
        made = replace(segment, layers=outputs, bulk=frozenset(outputs), origin=None)
        shop.installed[made] = replace(installed, install=install)
        segments.append(made)
        emitted += layers
    after = replace(target, segments=tuple(segments))
    return Takeover(
        state=after.with_shadow(changed.output(), reach.changed),
        path=known[0].path,
        titles=AddedLayers(),  # they are named where the wheels were installed first
        rest=Rest.BESIDE,
        fetches={digest: fetch for each in known for digest, fetch in each.fetches.items()},
        installs=installs_of(emitted),
        plan=tuple(each.layer for each in emitted),
        changed=changed,
    )


def _require_apart(reach: Reach, target: Layered, shop: Workshop) -> None:
    """Raise Unsupported where the command may see, or change otherwise, what the layers hold."""
    real = partial(StatePaths(shop.states).real, target.shadow)
    for segment in target.segments:
        installed = _changed_in(segment, reach, shop)
        if reach.meets(target, segment.prefixes, real, looks=installed is None):
            raise Unsupported("the command has to do with the environment's files")
        others = [path for path in reach.looks if installed and path != installed.path]
        if installed and any(reaches([path], installed.path) for path in others):
            raise Unsupported("a part of the environment gets looks of its own")
    if any(real(path) != path for path in reach.looks):
        raise Unsupported("a link gets other looks, and not what it leads to")


def _install(
    after: Output, before: Output, reach: Reach, installed: Installed, states: States
) -> Install:
    """How wheels are installed into the environment as the command has left it in `after`.

    Raises Unsupported unless its own files and directories look as the wheels' are going to.
    """
    old = installed.install
    umask = old.interpreter.umask
    modes = old.modes or Modes.under(umask)
    with trying(after.vertex.digest, "it fails without the environment's packages"):
        install = install_into(states, after, installed.path, old)
    _require_looks(states, before, installed, (old.uid, old.gid), modes)
    for path, text in reach.modes:
        if _is_all([path], installed.path):
            changed = modes.changed(text, umask)
            if changed is None:
                raise Unsupported(f"what becomes of permissions is not certain: `{text}`")
            modes = changed
    _require_looks(states, after, installed, (install.uid, install.gid), modes)
    return replace(install, modes=None if modes == Modes.under(umask) else modes)


def _require_looks(
    states: States, output: Output, installed: Installed, owner: tuple[int, int], modes: Modes
) -> None:
    """Raise Unsupported unless what an environment has without packages looks like that."""
    scheme = installed.install.interpreter.real_scheme
    expected = {
        installed.path: modes.directory,
        scheme.scripts: modes.directory,
        scheme.purelib: modes.directory,
        join(installed.path, "pyvenv.cfg"): modes.file,
    }
    paths = StatePaths(states)
    if any(paths.looks(output, each) != (mode, *owner) for each, mode in expected.items()):
        raise Unsupported("the environment's own files look otherwise than its packages")
