"""`RUN chown -R app /app` after the environment: its layers are made as the new owner's.

On top of them, the command would copy every file of the environment into one more layer, which
changes with each wheel. It is run on what is no wheel in place of that, and the wheels are laid out
for whoever it gave that to.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from posixpath import join

from uvlayers.dockerfile.find import is_root
from uvlayers.dockerfile.reach import reach_of
from uvlayers.emit import EmittedLayer, emit_layers
from uvlayers.errors import Unsupported
from uvlayers.existing import install_into
from uvlayers.files import StatePaths
from uvlayers.gateway.errors import trying
from uvlayers.gateway.states import States
from uvlayers.layers.plan import Artifact, make_plan
from uvlayers.llb.fileop import covers, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered, Segment, State, whole
from uvlayers.llb.rewriting import Reach, sole_root
from uvlayers.takeover import Rest, Takeover, installs_of
from uvlayers.workshop import Installed, Workshop


def give_environment(
    vertex: Vertex, state: Callable[[Output], State], shop: Workshop
) -> Takeover | None:
    """What stands in for `vertex`, when it gives an environment that we made to another owner.

    None for any other op, and wherever the result might not be the same.
    """
    if vertex.op.WhichOneof("op") != "exec" or not is_root(vertex.op.exec.meta.user):
        return None
    root = sole_root(vertex)
    target = None if root is None else state(vertex.inputs[root])
    reach = reach_of(vertex)
    if root is None or not isinstance(target, Layered) or reach is None:
        return None
    records = [shop.installed.get(segment) for segment in target.segments if segment.bulk]
    known = [each for each in records if each is not None]
    mounted = [mount.dest for mount in vertex.op.exec.mounts if mount.dest != "/"]
    if len(known) < len(records) or any(reaches(mounted, each) for each in reach.given):
        return None
    if not any(_is_given(reach, each) for each in known):
        return None
    try:
        return _given(vertex, root, target.with_bulk_alone(), known, reach, state, shop)
    except Unsupported:
        return None


def _is_given(reach: Reach, installed: Installed) -> bool:
    """Whether all of an environment gets another owner."""
    path = installed.path
    return installed.virtual and (path in reach.given or covers(reach.given, path))


def _given(
    vertex: Vertex,
    root: int,
    target: Layered,
    records: Sequence[Installed],
    reach: Reach,
    state: Callable[[Output], State],
    shop: Workshop,
) -> Takeover:
    """Raises Unsupported where the command may do more to an environment."""
    _require_apart(reach, target, records, StatePaths(shop.states))
    inputs = [whole(state(each)) for each in vertex.inputs]
    inputs[root] = target.shadow
    changed = vertex.with_inputs(inputs)
    segments: list[Segment] = []
    emitted: list[EmittedLayer] = []
    there: dict[str, frozenset[Artifact]] = {}
    for segment, installed in zip(target.segments, records, strict=True):
        made, present = segment, there.get(installed.path, frozenset())
        if _is_given(reach, installed):
            layers, installed = _laid_out(
                vertex, changed.output(), target, installed, present, shop
            )
            outputs = tuple(each.output for each in layers)
            made = replace(segment, layers=outputs, bulk=frozenset(outputs))
            emitted += layers
        shop.installed[made] = installed
        segments.append(made)
        there[installed.path] = installed.wheels
    after = replace(target, segments=tuple(segments))
    return Takeover(
        state=after.with_shadow(changed.output(), reach.changed),
        path=records[0].path,
        titles=(),
        rest=Rest.BESIDE,
        fetches={digest: fetch for each in records for digest, fetch in each.fetches.items()},
        installs=installs_of(emitted),
        plan=tuple(each.layer for each in emitted),
        changed=changed,
    )


def _require_apart(
    reach: Reach, target: Layered, records: Sequence[Installed], paths: StatePaths
) -> None:
    """Raise Unsupported where the command may see, or change otherwise, what the layers hold."""
    real = partial(paths.real, target.shadow)
    written = [real(path) for path in reach.touched]
    searched = (real(path) for path in reach.searched)
    seen = [real(path) for path in (reach.cwd, *reach.named, *reach.loaded)]
    seen += (path for path in searched if not target.has_harmless_programs(path))
    for segment, installed in zip(target.segments, records, strict=True):
        others = written if _is_given(reach, installed) else [*written, *reach.given]
        for prefix in segment.prefixes:
            if reaches(others + seen, prefix) or covers(others, prefix):
                raise Unsupported("the command has to do with the environment's files")
        inside = (path for path in reach.given if path != installed.path)
        if _is_given(reach, installed) and any(reaches([path], installed.path) for path in inside):
            raise Unsupported("a part of the environment gets an owner of its own")
    if any(real(path) != path for path in reach.given):
        raise Unsupported("a link gets another owner, and not what it leads to")


def _laid_out(
    vertex: Vertex,
    output: Output,
    before: Layered,
    installed: Installed,
    there: frozenset[Artifact],
    shop: Workshop,
) -> tuple[list[EmittedLayer], Installed]:
    """The wheels but for those that are `there` in `output`, which the command has made."""
    old = installed.install
    with trying(output.vertex.digest, "it fails without the environment's packages"):
        install = install_into(shop.states, output, installed.path, old)
    then, now = (_owners(shop.states, each, installed) for each in (before.shadow, output))
    if set(then) != {(old.uid, old.gid)} or set(now) != {(install.uid, install.gid)}:
        raise Unsupported("the environment has several owners")
    plan = make_plan(installed.wheels - there, shop.budget)
    layers = emit_layers(plan, install, vertex, f"environment of {install.uid}:{install.gid}")
    return layers, replace(installed, install=install)


def _owners(states: States, output: Output, installed: Installed) -> list[tuple[int, int]]:
    """Who owns an environment's own files and directories; nothing in place of what is missing."""
    scheme = installed.install.interpreter.real_scheme
    places = (installed.path, join(installed.path, "pyvenv.cfg"), scheme.scripts, scheme.purelib)
    looks = (StatePaths(states).looks(output, each) for each in places)
    return [(uid, gid) for _, uid, gid in filter(None, looks)]
