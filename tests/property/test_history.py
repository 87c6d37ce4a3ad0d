"""Every layer of the rewritten image has one entry in its history, in the same order."""

import json
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from uvlayers.dockerfile.history import maker_of, pad_history
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered
from uvlayers.llb.rewriting import Rewriting
from uvlayers.placement import place_layers

from tests import dockerfiles


@dataclass(frozen=True)
class Step:
    """One instruction; `layers` of a sync are added, `kept`: its command still runs."""

    kind: str
    layers: int = 0
    kept: bool = False


steps = st.lists(
    st.one_of(
        st.sampled_from(("copy", "link", "workdir", "run", "env")).map(Step),
        st.builds(Step, st.just("sync"), st.integers(0, 3), st.booleans()),
        st.builds(Step, st.just("sync"), st.integers(1, 3), st.booleans()),
    ),
    max_size=8,
)
BASE_LAYERS = ("base 1", "base 2")


class Nothing:
    """`Paths` without links or collisions."""

    def real(self, _output: Output, path: str) -> str:
        return path

    def exists(self, _output: Output, _path: str) -> bool:
        return False

    def looks(self, output: Output, path: str) -> None:
        return None

    def names(self, output: Output, path: str) -> tuple[str, ...]:
        return ()


def delegated(program: list[Step]) -> tuple[Output, list[dict[str, object]], dict[str, Step]]:
    """The graph, the history that the Dockerfile frontend writes, the syncs by digest."""
    state, syncs = dockerfiles.image("base"), {}
    history: list[dict[str, object]] = [{"created_by": name} for name in BASE_LAYERS]
    for number, step in enumerate(program):
        name = f"{step.kind} {number}"
        match step.kind:
            case "copy":
                state = dockerfiles.copy(state, dockerfiles.context(), "/", f"/c{number}")
            case "link":
                state = dockerfiles.copy_link(state, dockerfiles.context(), "/", f"/c{number}")
            case "workdir":
                state = dockerfiles.workdir(state, f"/w{number}")
            case "run" | "sync":
                state = dockerfiles.run(state, ["sh", name])
        history.append(
            {"created_by": name, **({"empty_layer": True} if step.kind == "env" else {})}
        )
        if step.kind == "sync":
            syncs[state.vertex.digest] = step
    return state, history, syncs


def layers_of(output: Output, names: dict[str, str]) -> list[str]:
    """The layers that an export of `output` has, by the names of what made them."""
    vertex = output.vertex
    match vertex.op.WhichOneof("op"):
        case "merge":
            return [name for each in vertex.inputs for name in layers_of(each, names)]
        case "diff":
            lower, upper = (layers_of(each, names) for each in vertex.inputs)
            assert upper[: len(lower)] == lower
            return upper[len(lower) :]
        case "source" if vertex.digest == dockerfiles.image("base").vertex.digest:
            return list(BASE_LAYERS)
        case "source":
            return [vertex.op.source.identifier]
        case "file" if vertex.op.file.actions[0].input < 0:
            return [names[described(vertex)]]
        case _:
            return [*layers_of(vertex.inputs[0], names), names[described(vertex)]]


def described(vertex: Vertex) -> str:
    return vertex.metadata.description["llb.customname"]


@settings(max_examples=300)
@given(steps)
def test_layers_and_entries_line_up(program: list[Step]) -> None:
    head, history, syncs = delegated(program)
    rewriting = Rewriting(dockerfiles.graph(head), Nothing())
    added: dict[str, tuple[str, ...]] = {}
    lowered: dict[str, tuple[str, tuple[str, ...]]] = {}
    for vertex in dockerfiles.graph(head).vertices():
        step = syncs.get(vertex.digest)
        if step is None:
            rewriting.visit(vertex)
            continue
        layers = [dockerfiles.image(f"{vertex.digest[-8:]}-{n}") for n in range(step.layers)]
        titles = tuple(layer.vertex.op.source.identifier for layer in layers)
        prefixes = [f"/venv-{vertex.digest[-8:]}"]
        placement = place_layers(vertex.inputs[0], prefixes, rewriting.state, Nothing())
        if placement.lowest is None:
            added[maker_of(vertex).digest] = titles
        else:
            lowered[vertex.digest] = placement.lowest, titles
        root = Layered.on(rewriting.state(vertex.inputs[0]))
        below, written = placement.below, placement.written
        after = root.with_layers(layers, prefixes, below=below, written=written)
        if step.kept:
            rewriting.visit_on(vertex, 0, after)
        else:
            rewriting.visit(vertex, after)
    dropped = frozenset(digest for digest, step in syncs.items() if not step.kept)
    config = json.dumps({"history": history}).encode()
    image = json.loads(pad_history(config, dockerfiles.graph(head), added, lowered, dropped))
    after_head = rewriting.finish().head
    assert after_head is not None
    names = names_of(program)
    assert layers_of(after_head, names) == [
        entry["created_by"] for entry in image["history"] if not entry.get("empty_layer")
    ]


def names_of(program: list[Step]) -> dict[str, str]:
    """What the history calls the step of a vertex, by the vertex's own name."""
    names: dict[str, str] = {}
    for number, step in enumerate(program):
        own = {
            "copy": f"COPY / /c{number}",
            "link": f"COPY / /c{number}",
            "workdir": f"WORKDIR /w{number}",
        }.get(step.kind, f"RUN sh {step.kind} {number}")
        names[own] = f"{step.kind} {number}"
    return names
