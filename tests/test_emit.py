"""What becomes of planned layers in the graph; the whole of it is compared with a golden file."""

import json
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from uvlayers.emit import Archive, EmittedLayer, Install, emit_layers
from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.plan import SMALL, Artifact, Layer, Wheel, make_plan
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.ops import Mount, merge
from uvlayers.questions import (
    Guest,
    Place,
    Runner,
    emit_comparison,
    emit_environment,
    emit_survey,
    emit_unpacker,
)

from tests import dockerfiles
from tests.conftest import Golden
from tests.python.facts import make_interpreter

BASE, CONTEXT = dockerfiles.image("python"), dockerfiles.context()
RUN = dockerfiles.run(BASE, "uv sync --locked", line=5).vertex
GUEST = Guest(
    probe=b"probe",
    environment=b"environment",
    unpack=b"unpack",
    build=b"build",
    survey=b"survey",
    comparison=b"comparison",
    target=b"target",
)


def unpacker(run: Vertex) -> Output:
    return emit_unpacker(run, BASE, GUEST.output(), make_interpreter().base_executable, None)


def layer_of(layer: Layer, install: Install, run: Vertex) -> EmittedLayer:
    (emitted,) = emit_layers([layer], install, run, "uv sync")
    return emitted


def wheel(name: str, size: int, *, direct: bool = False) -> Wheel:
    filename = f"{name}-1.0-py3-none-any.whl"
    url = f"https://files.example/{filename}"
    return Wheel(name, "1.0", filename, url, f"sha256:{name * 8}", size, direct=direct)


LARGE, MIDDLE = wheel("large", 1 << 20), wheel("middle", 2 * SMALL)
TINIES = (wheel("tiny", SMALL - 1), wheel("other", 1))
LOCAL = PathWheel("local", "1.0", "/app/wheels/local-1.0-py3-none-any.whl", "a" * 64, direct=True)
BUILT = Built("built", None, "version = 1\n")

INSTALL = Install(
    root=BASE,
    unpacker=unpacker(RUN),
    platform=dockerfiles.PLATFORM,
    interpreter=make_interpreter(),
    executable="/app/.venv/bin/python",
    uid=1000,
    gid=1000,
    directories={"/app": (0o755, 0, 0)},
    bytecode="checked-hash",
    installer_metadata=True,
    archives={LOCAL: Archive(CONTEXT, LOCAL.path), BUILT: Archive(BASE, "/out", metadata=True)},
)


def names(head: Output) -> list[str]:
    return [vertex.metadata.description["llb.customname"] for vertex in ordered(head)]


def ordered(head: Output) -> list[Vertex]:
    """Every vertex once, inputs first."""
    found: dict[str, Vertex] = {}

    def visit(vertex: Vertex) -> None:
        if vertex.digest not in found:
            for each in vertex.inputs:
                visit(each.vertex)
            found[vertex.digest] = vertex

    visit(head.vertex)
    return list(found.values())


def readable(head: Output) -> list[dict[str, Any]]:
    """The graph as JSON, inputs by position; the guest's arguments as what they are."""
    vertices = ordered(head)
    places = {vertex.digest: place for place, vertex in enumerate(vertices)}
    return [
        {
            "name": vertex.metadata.description.get("llb.customname"),
            "lines": [each.ranges[0].start.line for each in vertex.locations],
            "inputs": [[places[each.vertex.digest], each.index] for each in vertex.inputs],
            "op": unfolded(MessageToDict(vertex.op)),
        }
        for vertex in vertices
    ]


def unfolded(op: dict[str, Any]) -> dict[str, Any]:
    op.pop("inputs", None)
    meta = op.get("exec", {}).get("meta", {})
    meta["args"] = [json.loads(a) if a.startswith("{") else a for a in meta.get("args", ())]
    return op if "exec" in op else {key: value for key, value in op.items() if key != "meta"}


def emitted(*layers: Layer) -> Output:
    return merge([BASE, *(each.output for each in emit_layers(layers, INSTALL, RUN, "uv sync"))])


def test_golden_layers(golden: Golden) -> None:
    artifacts: tuple[Artifact, ...] = (LARGE, MIDDLE, *TINIES, LOCAL, BUILT)
    plan = make_plan(artifacts, 3)
    assert any(len(layer.wheels) > 2 for layer in plan)
    golden("definitions/layers.json", readable(emitted(*plan)))


def test_golden_environment(golden: Golden) -> None:
    mounts = [Mount("/bin/uv", dockerfiles.image("uv"), "/uv", readonly=True)]
    arguments = {"uv": ["/bin/uv"], "venv": "/app/.venv"}
    environment = emit_environment(RUN, BASE, mounts, GUEST.output(), arguments)
    assert environment.skeleton.vertex == environment.facts.vertex
    golden("definitions/environment.json", readable(environment.skeleton))


@pytest.mark.parametrize("path", [None, "/usr/local/bin:/usr/bin:/bin", "/opt/uv:/usr/bin"])
def test_uv_is_found_as_the_run_has_set_its_path(path: str | None) -> None:
    variables = {} if path is None else {"PATH": path}
    arguments = {"uv": ["uv"], "variables": variables}
    environment = emit_environment(RUN, BASE, [], GUEST.output(), arguments)
    before = dict(each.split("=", 1) for each in RUN.op.exec.meta.env)
    after = dict(each.split("=", 1) for each in environment.facts.vertex.op.exec.meta.env)
    assert after == {**before, **variables}


def test_golden_survey(golden: Golden) -> None:
    uv, other = dockerfiles.image("uv"), dockerfiles.image("uv-of-the-target")
    mount = Mount("/bin/uv", uv, "/uv", readonly=True)
    twin = (BASE, [mount])
    target = (dockerfiles.image("target"), [replace(mount, source=other)])
    python = "/usr/local/bin/python3.13"
    surveyor = GUEST.surveyor()
    golden(
        "definitions/survey.json",
        readable(emit_survey(RUN, python, twin, target, surveyor, {"uv": "uv"})),
    )


def test_comparing_what_commands_have_done(golden: Golden) -> None:
    runner = Runner(BASE, make_interpreter().base_executable, "/opt/lib", dockerfiles.PLATFORM)
    before, after = dockerfiles.image("before"), dockerfiles.image("after")
    compared = emit_comparison(Place(RUN), runner, before, after, "/app", GUEST.comparer())
    golden("definitions/comparison.json", readable(compared))


def test_a_wheel_alone_is_a_fetch_and_an_install() -> None:
    layer = layer_of(Layer((LARGE,)), INSTALL, RUN)
    assert "[uvlayers] fetch large-1.0-py3-none-any.whl" in names(layer.output)
    assert names(layer.output)[-1] == "[uvlayers] install large 1.0"
    assert list(layer.fetches.values()) == [LARGE]


def test_one_more_wheel_in_a_bundle_installs_no_other() -> None:
    before = layer_of(Layer((LARGE, MIDDLE)), INSTALL, RUN)
    after = layer_of(Layer((LARGE, LOCAL, MIDDLE)), INSTALL, RUN)
    new = {v.digest for v in ordered(after.output)} - {v.digest for v in ordered(before.output)}
    made = [
        name
        for v, name in zip(ordered(after.output), names(after.output), strict=True)
        if v.digest in new
    ]
    assert [name for name in made if "install" in name] == ["[uvlayers] install local 1.0"]
    assert not any("fetch" in name for name in made)


def test_nothing_of_the_project_is_in_the_key_of_a_wheel() -> None:
    elsewhere = dockerfiles.run(BASE, "uv sync --frozen --no-dev", line=9).vertex
    (ours,), (theirs,) = (
        {layer_of(Layer((LARGE,)), INSTALL, run).output.vertex.digest} for run in (RUN, elsewhere)
    )
    assert ours == theirs


@pytest.mark.parametrize(
    "changed", [{"uid": 0}, {"bytecode": None}, {"executable": "/x"}, {"directories": {}}]
)
def test_what_changes_bytes_is_in_the_key(changed: dict[str, Any]) -> None:
    install = replace(INSTALL, **changed)
    ours = layer_of(Layer((LARGE,)), INSTALL, RUN).output
    assert layer_of(Layer((LARGE,)), install, RUN).output != ours


def test_no_cache_holds_for_what_stands_in_for_the_command() -> None:
    run = dockerfiles.run(BASE, "uv sync", ignore_cache=True).vertex
    install = replace(INSTALL, unpacker=unpacker(run))
    made = ordered(layer_of(Layer((LARGE, *TINIES)), install, run).output)
    ours = [v for v in made if v.metadata.description["llb.customname"].startswith("[uvlayers]")]
    assert ours
    assert all(vertex.metadata.ignore_cache for vertex in ours)
