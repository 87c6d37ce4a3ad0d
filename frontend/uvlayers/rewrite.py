"""The graphs of a delegated result: each `uv sync` becomes layers, or stays with a warning."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from os.path import dirname, join

from uvlayers.attempt import Again, Attempt, TriedInVainError
from uvlayers.dockerfile.find import SyncExec, find_sync_exec
from uvlayers.dockerfile.history import maker_of, pad_history, titles_of
from uvlayers.dockerfile.reach import reach_of
from uvlayers.dockerfile.split import Split, split_runs
from uvlayers.dockerfile.view import ExecView
from uvlayers.environment_copy import copy_environment
from uvlayers.environment_looks import change_looks
from uvlayers.errors import Unrelated, Unsupported, UvlayersError
from uvlayers.explain import explain
from uvlayers.files import ExecFiles, StatePaths, home_directory
from uvlayers.gateway.capabilities import DIFF_OP, MERGE_OP
from uvlayers.gateway.client import Gateway
from uvlayers.gateway.errors import GatewayError
from uvlayers.gateway.result import SINGLE, Ref, Result
from uvlayers.gateway.states import States
from uvlayers.guest import builder, finder, maker, unpacker
from uvlayers.layers.plan import DEFAULT_BUDGET
from uvlayers.llb.graph import Graph, Vertex, marshal, parse_definition
from uvlayers.llb.layered import Layered, shadow_of, whole
from uvlayers.llb.ops import File, Group, Label, files, tied
from uvlayers.llb.rewriting import Rewriting
from uvlayers.options import Options
from uvlayers.questions import Guest
from uvlayers.report import Reporter
from uvlayers.takeover import Rest, Takeover, take_over
from uvlayers.turns import take_turns
from uvlayers.workshop import Workshop

CONFIG = "containerimage.config"

_ANSWERS_NAME = "[uvlayers] remember what uv and Python answered"
_ANSWERS = Label(_ANSWERS_NAME, group=Group("uvlayers:answers", _ANSWERS_NAME))


def rewrite(result: Result, gateway: Gateway, options: Options) -> Result:
    """The same result with layers in the place of what `uv sync` makes.

    It is returned as it is where there is no `uv sync`, and where none could be taken over.
    """
    graphs = {key: parse_definition(ref.definition) for key, ref in result.refs.items()}
    if options.debug:
        return _show(graphs, gateway, options)
    found = [find_sync_exec(v) for graph in graphs.values() for v in graph.vertices()]
    if not any(found):
        return result
    if gateway.capabilities.missing((MERGE_OP, DIFF_OP)):
        if any(each is not None and each.certain for each in found):
            for graph in graphs.values():
                Reporter(gateway, graph).no_merge()
        return result
    rewritten = {key: _solve(graph, gateway, options) for key, graph in graphs.items()}
    if not any(each.attempt.takeovers for each in rewritten.values()):
        return result
    configs = {
        name: each.config(result.metadata[name])
        for key, each in rewritten.items()
        if (name := CONFIG if key == SINGLE else f"{CONFIG}/{key}") in result.metadata
    }
    refs = {key: each.ref for key, each in rewritten.items()}
    # scans of the delegated graph; the daemon scans what we return when there are none
    return result.without_attestations().replace(refs, configs)


def _show(graphs: Mapping[str, Graph], gateway: Gateway, options: Options) -> Result:
    """The stages that `options` ask for, as files in place of the image; no wheel is fetched."""
    from uvlayers.dump import dump

    shown: list[File] = []
    for key, graph in graphs.items():
        reporter = Reporter(gateway, graph)
        attempt = _attempt(graph, gateway, options, Again(), reporter)
        made = dump(
            options.debug, graph, attempt.split, attempt.takeovers, reporter.reasons, attempt.graph
        )
        prefix = "/" if key == SINGLE else f"/{key.replace('/', '-')}-"
        shown += [File(f"{prefix}{name}", text) for name, text in made.items()]
    label = Label("[uvlayers] show what becomes of the Dockerfile")
    return gateway.solve(marshal(Graph(files(shown, label).output())))


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A delegated graph, how it was rewritten, and the new graph solved."""

    graph: Graph
    attempt: Attempt
    ref: Ref

    def config(self, delegated: bytes) -> bytes:
        """The image config with a history entry for each layer that was added."""
        split, takeovers = self.attempt.split, self.attempt.takeovers
        titles = self._titles()
        added: dict[str, tuple[str, ...]] = {}
        lowered: dict[str, tuple[str, tuple[str, ...]]] = {}
        dropped: set[str] = set()
        for digest, takeover in takeovers.items():
            origin = split.origins[digest]
            if takeover.lowest is not None:
                # of a RUN that was cut, only the first sync can stand on such a step
                lowered[origin] = split.origins[takeover.lowest], titles[digest]
            if origin not in split.parts:
                added[origin] = () if origin in lowered else titles[digest]
                dropped |= {origin} if takeover.rest is Rest.NOTHING else set()
        for origin, parts in split.parts.items():
            added[origin] = tuple(self._titles_of_parts(parts, titles))
            last = takeovers.get(parts[-1].digest)
            dropped |= {origin} if last is not None and last.rest is Rest.NOTHING else set()
        return pad_history(delegated, self.graph, added, lowered, frozenset(dropped))

    def _titles(self) -> Mapping[str, tuple[str, ...]]:
        """The layers that each takeover has added, by digest, lowest first."""
        added = {digest: each.titles for digest, each in self.attempt.takeovers.items()}
        return titles_of(self.attempt.split.graph, added, self.attempt.sunk)

    def _titles_of_parts(
        self, parts: Sequence[Vertex], titles: Mapping[str, tuple[str, ...]]
    ) -> Iterator[str]:
        """The layers of a RUN that was cut, without the one that its last part makes itself.

        Nor are those among them that lie below earlier steps.
        """
        for part in parts:
            takeover = self.attempt.takeovers.get(part.digest)
            if takeover is not None and takeover.lowest is None:
                yield from titles[part.digest]
            if part is not parts[-1] and (takeover is None or takeover.rest is not Rest.NOTHING):
                yield part.op.exec.meta.args[-1]


def _solve(graph: Graph, gateway: Gateway, options: Options) -> Rewritten:
    """Rewrite, solve and evaluate, so that a failing wheel is explained before the build ends.

    A RUN whose index only the RUN itself can reach is then built as written; a package that cannot
    be built apart from its RUN is left to it.
    """
    again = Again()
    reporter = Reporter(gateway, graph)
    while True:
        attempt = _attempt(graph, gateway, options, again, reporter)
        takeovers = attempt.takeovers
        result = gateway.solve(marshal(attempt.graph), cache_imports=options.cache_imports)
        (ref,) = result.refs.values()
        _install_in_turn(attempt, gateway, options)
        try:
            gateway.evaluate(ref)
        except GatewayError as error:
            learned = again.learn_build(error.vertex or "", attempt) or again.learn_failure(error)
            if not learned:
                _learn(error, attempt, again, gateway, reporter)
        else:
            for run in attempt.split.graph.vertices():
                if run.digest in takeovers:
                    reporter.left_to_command(run, takeovers[run.digest].left)
            for run in graph.vertices():
                if run.digest in again.failed and find_sync_exec(run) is not None:
                    reason = f"in another form it fails: {again.failed[run.digest]}"
                    reporter.left_as_written(run, Unsupported(reason), _what(run))
            return Rewritten(graph, attempt, ref)


def _install_in_turn(attempt: Attempt, gateway: Gateway, options: Options) -> None:
    """Have what is installed made before the whole, where nothing of it is there yet."""
    sizes = {d: size for each in attempt.takeovers.values() for d, size in each.installs.items()}
    installs = [vertex.output() for vertex in attempt.graph.vertices() if vertex.digest in sizes]
    installs.sort(key=lambda install: -sizes[install.vertex.digest])
    states = States(gateway, attempt.graph.infos, options.cache_imports)
    take_turns(states.ref, gateway.evaluate, installs, options.processors)


def _learn(
    error: GatewayError,
    attempt: Attempt,
    again: Again,
    gateway: Gateway,
    reporter: Reporter,
) -> None:
    """Make out how the next attempt may succeed; raises the error where none can."""
    takeovers = attempt.takeovers
    fetches = {d: f for each in takeovers.values() for d, f in each.fetches.items()}
    installs = {digest for each in takeovers.values() for digest in each.installs}
    explained = explain(error, fetches, installs, gateway)
    failed = {
        digest
        for digest, each in takeovers.items()
        if error.vertex in each.fetches or error.vertex in each.installs
    }
    vertices = attempt.split.graph.vertices()
    runs = [run for run in vertices if run.digest in failed and find_sync_exec(run)]
    if runs and not any(takeovers[run.digest].needed for run in runs):
        message = explained.message.partition("\n")[0]
        explained = Unsupported(f"the RUN goes on where it fails: {message}")
    if not isinstance(explained, Unsupported):
        raise explained from error
    for run in runs:
        reporter.left_as_written(run, explained, _what(run))
    again.written |= {attempt.split.origins[digest] for digest in failed}


def _attempt(
    delegated: Graph, gateway: Gateway, options: Options, again: Again, reporter: Reporter
) -> Attempt:
    """What `_rewrite` makes once no RUN is cut in vain, or fails because it was."""
    while True:
        try:
            return _rewrite(delegated, gateway, options, again, reporter)
        except TriedInVainError:
            continue
        except GatewayError as error:
            if not again.learn_failure(error):
                raise


def _rewrite(
    delegated: Graph, gateway: Gateway, options: Options, again: Again, reporter: Reporter
) -> Attempt:
    """Visit every vertex in order; each `uv sync` becomes layers or stays, with a warning.

    Raises TriedInVainError with `again` the wiser.
    """
    split = split_runs(delegated, again.written)
    graph, origins = split.graph, split.origins
    states = States(gateway, graph.infos, options.cache_imports)
    rewriting = Rewriting(graph, StatePaths(states), reach_of)
    guest = _guest()
    shop = Workshop(
        states=states,
        guest=guest.output(),
        builder=guest.builder(),
        surveyor=guest.surveyor(),
        finder=guest.finder(),
        build_platform=gateway.capabilities.build_platform,
        budget=options.layer_budget or DEFAULT_BUDGET,
        given_up={
            digest: again.given_up[origin]
            for digest, origin in origins.items()
            if origin in again.given_up
        },
    )
    takeovers: dict[str, Takeover] = {}
    for vertex in graph.vertices():
        written = origins.get(vertex.digest) in again.written
        found = None if written else find_sync_exec(vertex)
        if found is not None:
            takeover = _take_over(found, rewriting, shop, reporter)
        else:
            takeover = copy_environment(vertex, rewriting.state, shop)
            if takeover is None and not written:
                takeover = change_looks(vertex, rewriting.state, shop)
        if takeover is None:
            rewriting.visit(vertex, movable=not written)
            state = rewriting.state(vertex.output())
            if origins[vertex.digest] in split.parts:
                again.changed[whole(state).vertex.digest] = origins[vertex.digest]
            if vertex.op.WhichOneof("op") == "exec" and isinstance(state, Layered):
                again.changed[state.shadow.vertex.digest] = origins[vertex.digest]
            continue
        if takeover.changed is not None:
            again.changed[takeover.changed.digest] = origins[vertex.digest]
        takeovers[maker_of(vertex).digest] = takeover
        if found is not None and takeover.rest is Rest.ON_TOP:
            rewriting.visit_on(vertex, found.root_input, takeover.state)
            completed = whole(rewriting.state(vertex.output())).vertex.digest
            shop.completed[completed] = takeover.path
            if origins[vertex.digest] in split.parts:
                again.changed[completed] = origins[vertex.digest]
        else:
            rewriting.visit(vertex, takeover.state)
    _require_use(split, takeovers, again)
    return Attempt(
        split, _with_answers(rewriting.finish(), states), takeovers, _sunk(graph, rewriting)
    )


def _sunk(graph: Graph, rewriting: Rewriting) -> frozenset[str]:
    """The vertices that make a layer on states below which all wheels lie."""
    states = ((vertex, rewriting.state(vertex.output())) for vertex in graph.vertices())
    return frozenset(
        maker_of(vertex).digest
        for vertex, state in states
        if isinstance(state, Layered) and state.bulk_alone
    )


def _with_answers(graph: Graph, states: States) -> Graph:
    """The graph whose result depends on what uv and Python answered: an exported cache has it.

    Without that, a builder that starts with nothing but the cache would have to ask them again.
    """
    if graph.head is None:
        return graph
    return graph.with_head(tied(graph.head, states.answers, _ANSWERS))


def _require_use(split: Split, takeovers: Mapping[str, Takeover], again: Again) -> None:
    """Raise TriedInVainError where none of the parts of a RUN was taken over."""
    vain = {
        origin
        for origin, parts in split.parts.items()
        if not any(part.digest in takeovers for part in parts)
    }
    if vain:
        again.written |= vain
        raise TriedInVainError


def _take_over(
    found: SyncExec, rewriting: Rewriting, shop: Workshop, reporter: Reporter
) -> Takeover | None:
    needed = True
    try:
        files = ExecFiles(shop.states, ExecView(found.run, rewriting.state))
        home = partial(_home, found, rewriting, shop)
        # who is not root may not see what is there
        command = found.command(home, files if found.by_root else None)
        needed = command.needed
        return take_over(found, command, files, rewriting.state, shop)
    except Unrelated:
        return None
    except Unsupported as reason:
        reporter.left_as_written(found.run, reason, found.what)
        return None
    except GatewayError:
        raise
    except UvlayersError as error:
        if not needed:
            # the RUN goes on where the sync fails
            told = Unsupported(error.message, hint=error.hint)
            reporter.left_as_written(found.run, told, found.what)
            return None
        raise reporter.located(found.run, error) from error


def _what(run: Vertex) -> str:
    """How the command is called that would have been taken over."""
    found = find_sync_exec(run)
    return "uv sync" if found is None else found.what


def _home(found: SyncExec, rewriting: Rewriting, shop: Workshop, user: str) -> str:
    root = rewriting.state(found.run.inputs[found.root_input])
    return home_directory(shop.states, shadow_of(root), user)


def _guest() -> Guest:
    """The programs that run inside the build; their bytes are part of every wheel's key."""
    directory = join(dirname(__file__), "guest")

    def read(name: str) -> bytes:
        with open(join(directory, f"{name}.py"), "rb") as file:
            return file.read()

    return Guest(
        probe=read("probe"),
        environment=maker(),
        unpack=unpacker(),
        build=builder(),
        survey=read("survey"),
        target=finder(),
    )
