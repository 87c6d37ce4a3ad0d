"""The graphs of a delegated result: rewritten, solved, and tried again where that shows the way."""

from collections.abc import Mapping
from dataclasses import dataclass

from uvlayers.again import Again, TriedInVainError
from uvlayers.attempt import Attempt, install_in_turn, make_attempt
from uvlayers.dockerfile.find import find_sync_exec
from uvlayers.errors import Unsupported
from uvlayers.explain import explain
from uvlayers.gateway.capabilities import DIFF_OP, MERGE_OP
from uvlayers.gateway.client import Gateway
from uvlayers.gateway.errors import GatewayError
from uvlayers.gateway.result import SINGLE, Ref, Result
from uvlayers.gateway.states import States
from uvlayers.image_config import config_of
from uvlayers.llb.graph import Graph, Vertex, marshal, parse_definition
from uvlayers.llb.ops import File, Label, files
from uvlayers.options import Options
from uvlayers.report import Reporter

CONFIG = "containerimage.config"


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
        name: config_of(each.attempt, each.graph, result.metadata[name])
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
        states = States(gateway, attempt.graph.infos, options.cache_imports)
        install_in_turn(attempt.graph, takeovers, states, options.processors)
        try:
            gateway.evaluate(ref)
        except GatewayError as error:
            learned = again.learn_build(
                error.vertex or "", takeovers, attempt.split.origins
            ) or again.learn_failure(error)
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
    written = {attempt.split.origins[digest] for digest in failed}
    if written <= again.written:  # there is nothing left to try
        raise error
    for run in runs:
        reporter.left_as_written(run, explained, _what(run))
    again.written |= written


def _attempt(
    delegated: Graph, gateway: Gateway, options: Options, again: Again, reporter: Reporter
) -> Attempt:
    """What `make_attempt` makes once no RUN is cut in vain, or fails because it was."""
    while True:
        try:
            return make_attempt(delegated, gateway, options, again, reporter)
        except TriedInVainError:
            continue
        except GatewayError as error:
            if not again.learn_failure(error):
                raise


def _what(run: Vertex) -> str:
    """How the command is called that would have been taken over."""
    found = find_sync_exec(run)
    return "uv sync" if found is None else found.what
