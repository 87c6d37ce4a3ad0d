"""One attempt at a rewritten graph: each `uv sync` becomes layers, or stays with a warning."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from os.path import dirname, join

from uvlayers.again import Again, TriedInVainError
from uvlayers.dockerfile.find import SyncExec, find_sync_exec
from uvlayers.dockerfile.history import maker_of
from uvlayers.dockerfile.reach import reach_of
from uvlayers.dockerfile.split import Split, split_runs
from uvlayers.dockerfile.view import ExecView
from uvlayers.environment_copy import copied_environment, copy_environment
from uvlayers.environment_looks import change_looks
from uvlayers.errors import Unrelated, Unsupported, UvlayersError
from uvlayers.files import ExecFiles, StatePaths, home_directory
from uvlayers.gateway.client import Gateway
from uvlayers.gateway.errors import GatewayError
from uvlayers.gateway.states import States
from uvlayers.guest import builder, finder, maker, unpacker
from uvlayers.layers.plan import DEFAULT_BUDGET
from uvlayers.llb.graph import Graph, Vertex
from uvlayers.llb.layered import Layered, shadow_of, whole
from uvlayers.llb.ops import Group, Label, tied
from uvlayers.llb.rewriting import Rewriting
from uvlayers.options import Options
from uvlayers.questions import Guest
from uvlayers.report import Reporter
from uvlayers.takeover import Rest, Takeover, take_over
from uvlayers.turns import take_turns
from uvlayers.workshop import Workshop

_ANSWERS_NAME = "[uvlayers] remember what uv and Python answered"
_ANSWERS = Label(_ANSWERS_NAME, group=Group("uvlayers:answers", _ANSWERS_NAME))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A graph rewritten; `takeovers` by the digests of `split`.

    `sunk` are the vertices of `split` that make a layer on states below which all wheels lie.
    """

    split: Split
    graph: Graph
    takeovers: Mapping[str, Takeover]
    sunk: frozenset[str] = frozenset()


def make_attempt(
    delegated: Graph, gateway: Gateway, options: Options, again: Again, reporter: Reporter
) -> Attempt:
    """Visit every vertex of the delegated graph in order, inputs first.

    Raises TriedInVainError with `again` the wiser, UvlayersErrors where the build must end.
    """
    split = split_runs(delegated, again.written)
    states = States(gateway, split.graph.infos, options.cache_imports)
    rewriting = Rewriting(split.graph, StatePaths(states), reach_of)
    shop = _workshop(split, states, gateway, options, again)
    visits = _Visits(split, rewriting, shop, again, reporter, options.processors)
    for vertex in split.graph.vertices():
        visits.visit(vertex)
    visits.require_use()
    graph = _with_answers(rewriting.finish(), states)
    return Attempt(split, graph, visits.takeovers, _sunk(split.graph, rewriting))


def install_in_turn(
    graph: Graph, takeovers: Mapping[str, Takeover], states: States, processors: int
) -> None:
    """Have what `graph` installs made before the whole, where nothing of it is there yet."""
    sizes = {d: size for each in takeovers.values() for d, size in each.installs.items()}
    installs = [vertex.output() for vertex in graph.vertices() if vertex.digest in sizes]
    installs.sort(key=lambda install: -sizes[install.vertex.digest])
    take_turns(states.ref, states.gateway.evaluate, installs, processors)


@dataclass(frozen=True, slots=True)
class _Visits:
    """What has become of the vertices of `split` so far; `takeovers` by their digests."""

    split: Split
    rewriting: Rewriting
    shop: Workshop
    again: Again
    reporter: Reporter
    processors: int
    takeovers: dict[str, Takeover] = field(default_factory=dict)

    def visit(self, vertex: Vertex) -> None:
        written = self._origin(maker_of(vertex)) in self.again.written
        found = None if written else find_sync_exec(vertex)
        takeover = None if written else self._takeover_of(vertex, found)
        if takeover is None:
            self._carry(vertex, movable=not written)
        else:
            self._replace(vertex, found, takeover)

    def _takeover_of(self, vertex: Vertex, found: SyncExec | None) -> Takeover | None:
        """What stands in for `vertex`; None where it stays as it is."""
        state, shop = self.rewriting.state, self.shop
        try:
            if found is not None:
                return _take_over(found, self.rewriting, shop, self.reporter)
            return self._copied(vertex) or change_looks(vertex, state, shop)
        except UvlayersError:
            raise
        except Exception as error:  # noqa: BLE001 - what we get wrong must not end a build
            self.reporter.crashed(vertex, error)
            return None

    def _copied(self, vertex: Vertex) -> Takeover | None:
        """What stands in for the copy of an environment."""
        copy = copied_environment(vertex, self.rewriting.state, self.rewriting.base, self.shop)
        if copy is None:
            return None
        if copy.completed is not None:
            graph = Graph(whole(copy.source))
            install_in_turn(graph, self.takeovers, self.shop.states, self.processors)
        try:
            return copy_environment(copy, self.rewriting.state, self.shop)
        except Unsupported as reason:
            self.reporter.copied_as_one(vertex, reason)
        except GatewayError:
            if copy.completed is None:
                raise
            # a command before fails: whoever makes the whole will hear of it
        return None

    def require_use(self) -> None:
        """Raise TriedInVainError where none of the parts of a RUN was taken over."""
        vain = {
            origin
            for origin, parts in self.split.parts.items()
            if not any(part.digest in self.takeovers for part in parts)
        }
        if vain:
            self.again.written |= vain
            raise TriedInVainError

    def _carry(self, vertex: Vertex, *, movable: bool) -> None:
        """Leave a command as it is, though it may stand on other states, or below layers."""
        self.rewriting.visit(vertex, movable=movable)
        state = self.rewriting.state(vertex.output())
        if self._origin(vertex) in self.split.parts:
            self._is_changed(vertex, whole(state).vertex)
        if vertex.op.WhichOneof("op") == "exec" and isinstance(state, Layered):
            self._is_changed(vertex, state.shadow.vertex)

    def _replace(self, vertex: Vertex, found: SyncExec | None, takeover: Takeover) -> None:
        """Put layers in the place of `vertex`, or below it where it is to go on with them."""
        if takeover.changed is not None:
            self._is_changed(vertex, takeover.changed)
        self.takeovers[maker_of(vertex).digest] = takeover
        if found is None or takeover.rest is not Rest.ON_TOP:
            self.rewriting.visit(vertex, takeover.state)
            return
        self.rewriting.visit_on(vertex, found.root_input, takeover.state)
        completed = whole(self.rewriting.state(vertex.output())).vertex
        self.shop.completed[completed.digest] = takeover.path
        if self._origin(vertex) in self.split.parts:
            self._is_changed(vertex, completed)

    def _is_changed(self, vertex: Vertex, changed: Vertex) -> None:
        """Note that `changed` holds the command of `vertex` in another form."""
        self.again.changed[changed.digest] = self._origin(vertex)

    def _origin(self, vertex: Vertex) -> str:
        return self.split.origins[vertex.digest]


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


def _home(found: SyncExec, rewriting: Rewriting, shop: Workshop, user: str) -> str:
    root = rewriting.state(found.run.inputs[found.root_input])
    return home_directory(shop.states, shadow_of(root), user)


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


def _workshop(
    split: Split, states: States, gateway: Gateway, options: Options, again: Again
) -> Workshop:
    guest = _guest()
    return Workshop(
        states=states,
        guest=guest.output(),
        builder=guest.builder(),
        surveyor=guest.surveyor(),
        comparer=guest.comparer(),
        finder=guest.finder(),
        build_platform=gateway.capabilities.build_platform,
        budget=options.layer_budget or DEFAULT_BUDGET,
        given_up={
            digest: again.given_up[origin]
            for digest, origin in split.origins.items()
            if origin in again.given_up
        },
    )


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
        comparison=read("comparison"),
        target=finder(),
    )
