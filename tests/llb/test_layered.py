from uvlayers.llb.layered import Layered, shadow_of, whole

from tests import dockerfiles
from tests.model.solver import Solver
from tests.model.tree import Link, Tree, tree

BASE = dockerfiles.image("base")
WHEEL, OTHER_WHEEL = dockerfiles.image("wheel"), dockerfiles.image("other-wheel")
VENV, PROJECT = dockerfiles.image("venv"), dockerfiles.image("project")
TREES: dict[str, Tree] = {
    "docker-image://docker.io/library/base:latest": tree({"/etc/os": b"debian"}),
    "docker-image://docker.io/library/wheel:latest": tree({"/venv/a": b"1"}),
    "docker-image://docker.io/library/other-wheel:latest": tree({"/venv/a": b"2", "/venv/b": b""}),
    "docker-image://docker.io/library/venv:latest": tree({"/venv/pyvenv.cfg": b""}),
    "docker-image://docker.io/library/project:latest": tree({"/venv/project": b"", "/x": b""}),
    "local://context": tree({"/code": b"print()", "/link": Link("code")}),
}


def files_of(layered: Layered) -> Tree:
    return Solver(TREES, lambda _run, _mounts: {}).tree(layered.output())


def test_a_plain_state_has_no_layers() -> None:
    layered = Layered.on(BASE)
    assert layered.output() == BASE
    assert layered.without_bulk() == BASE
    assert Layered.on(layered) is layered


def test_layers_lie_on_the_state_below_them() -> None:
    layered = Layered.on(BASE).with_layers([WHEEL, OTHER_WHEEL], ["/venv"])
    assert files_of(layered) == tree({"/etc/os": b"debian", "/venv/a": b"2", "/venv/b": b""})
    assert layered.prefixes == ("/venv",)
    assert layered.shadow == BASE


def test_later_steps_lie_on_the_layers_before_them() -> None:
    first = Layered.on(BASE).with_layers([WHEEL], ["/venv"])
    copied = dockerfiles.copy(BASE, dockerfiles.context(), "/", "/app")
    second = first.with_shadow(copied, ["/app"]).with_layers([OTHER_WHEEL], ["/venv", "/opt"])
    third = second.with_shadow(dockerfiles.workdir(copied, "/last"), ["/last"])
    output = third.output()
    kinds = [each.vertex.op.WhichOneof("op") for each in output.vertex.inputs]
    assert kinds == ["source", "source", "diff", "source", "diff"]
    assert output.vertex.inputs[1] == WHEEL
    assert output.vertex.inputs[3] == OTHER_WHEEL
    assert files_of(third)["/venv/a"] == tree({"/a": b"2"})["/a"]
    assert {"/app/code", "/last", "/etc/os"} <= set(files_of(third))
    assert third.prefixes == ("/venv", "/opt")


def test_a_segment_without_layers_changes_nothing() -> None:
    layered = Layered.on(BASE).with_layers([], ["/venv"])
    assert layered.output() == BASE


def test_bulk_can_be_left_out() -> None:
    layered = Layered.on(BASE).with_layers([WHEEL, OTHER_WHEEL], ["/venv"], bulk=[WHEEL])
    slim = Layered.on(BASE).with_layers([OTHER_WHEEL], ["/venv"])
    assert layered.without_bulk() == slim.output()
    assert layered.output() != slim.output()


def test_bulk_can_be_all_that_the_shadow_does_not_have() -> None:
    python = Layered.on(BASE).with_layers([OTHER_WHEEL], ["/python"], added=OTHER_WHEEL)
    programs = "/venv/bin"
    first = python.with_layers([VENV, WHEEL], ["/venv"], bulk=[WHEEL], programs=programs)
    added = first.with_layers([PROJECT], ["/venv"], added=PROJECT)
    copied = added.with_shadow(dockerfiles.copy(BASE, dockerfiles.context(), "/", "/app"), ["/app"])
    whole = copied.with_layers([WHEEL], ["/venv"], bulk=[WHEEL], programs=programs)
    alone = whole.with_bulk_alone()
    assert [each.layers for each in alone.segments] == [(OTHER_WHEEL,), (WHEEL,), (WHEEL,)]
    assert {each.below for each in alone.segments} == {BASE}
    assert alone.added == [OTHER_WHEEL]
    made = [each.made for each in alone.segments]
    assert made == [whole.segments[0], whole.segments[1], whole.segments[3]]
    assert alone.bulk_alone
    assert alone.with_shadow(BASE, []).bulk_alone
    assert not alone.with_layers([WHEEL], ["/venv"]).bulk_alone
    assert files_of(Layered.on(alone.shadow)) == {
        path: node
        for path, node in files_of(Layered.on(whole.without_bulk())).items()
        if path not in ("/venv/a", "/venv/b")
    }
    assert files_of(alone) == files_of(whole)
    assert Layered.on(BASE).with_bulk_alone() == Layered.on(BASE)
    assert python.with_bulk_alone() == python


def test_places_are_settled_until_something_is_written_there() -> None:
    layered = Layered.on(BASE)
    assert layered.settled("/app") is None
    layered = layered.with_layers([WHEEL], ["/venv"])
    assert layered.settled("/app") == BASE
    copied = dockerfiles.copy(BASE, dockerfiles.context(), "/", "/app")
    layered = layered.with_shadow(copied, ["/app"])
    assert layered.settled("/app") is None
    assert layered.settled("/app/x") is None
    assert layered.settled("/apps") == BASE
    assert layered.with_layers([], []).settled("/app") == copied


def test_states_are_outputs_or_layered() -> None:
    layered = Layered.on(BASE).with_layers([WHEEL], ["/venv"])
    assert whole(BASE) == shadow_of(BASE) == shadow_of(layered) == BASE
    assert whole(layered) == layered.output()


def test_layers_may_lie_below_earlier_steps() -> None:
    copied = dockerfiles.copy(BASE, dockerfiles.context(), "/", "/app")
    above = Layered.on(copied).with_layers([WHEEL], ["/venv"])
    below = Layered.on(copied).with_layers([WHEEL], ["/venv"], below=BASE, written=["/app"])
    assert files_of(below) == files_of(above)
    assert below.output().vertex.inputs[:2] == (BASE, WHEEL)
    assert below.shadow == above.shadow == copied
    assert (above.settled("/app/x"), below.settled("/app/x")) == (copied, None)
    assert below.settled("/srv") == BASE


def test_only_what_can_be_left_out_is_bulky() -> None:
    python = Layered.on(BASE).with_layers([OTHER_WHEEL], ["/python"], added=OTHER_WHEEL)
    both = python.with_layers([WHEEL], ["/venv"], bulk=[WHEEL])
    assert both.prefixes == ("/python", "/venv")
    assert both.bulky == ("/venv",)
    assert both.without_bulk() == python.output()
