"""Below which steps before it the layers of an environment lie."""

from collections.abc import Sequence
from posixpath import normpath

import pytest
from uvlayers.llb.graph import Output
from uvlayers.llb.layered import Layered, State, shadow_of
from uvlayers.placement import Placement, place_layers

from tests import dockerfiles
from tests.dockerfiles import copy, copy_link, run, workdir

BASE, UV, CONTEXT = dockerfiles.image("python"), dockerfiles.image("uv"), dockerfiles.context()
VENV = "/app/.venv"
APP = workdir(copy(BASE, UV, "/uv", "/bin/"), "/app")
LOCKED = copy(APP, CONTEXT, "/uv.lock", "/app/")
LAYER = dockerfiles.image("layer")


class Paths:
    """`Paths` with what is `there`, and links by their path."""

    def __init__(self, there: Sequence[str] = (), links: dict[str, str] | None = None) -> None:
        self.there = there
        self.links = links or {}

    def real(self, _output: Output, path: str) -> str:
        for link, target in self.links.items():
            if path == link or path.startswith(f"{link}/"):
                return normpath(target + path.removeprefix(link))
        return path

    def exists(self, _output: Output, path: str) -> bool:
        return path in self.there

    def looks(self, output: Output, path: str) -> None:
        return None

    def names(self, output: Output, path: str) -> tuple[str, ...]:
        return ()


def placed(
    before: Output, paths: Paths | None = None, states: dict[Output, State] | None = None
) -> Placement | None:
    """None where the layers lie right above what comes before them."""
    known = states or {}
    found = place_layers(before, (VENV,), lambda each: known.get(each, each), paths or Paths())
    if found.lowest is None:
        assert found == Placement(shadow_of(known.get(before, before)))
        return None
    return found


def test_the_contexts_files_come_to_lie_above() -> None:
    placement = placed(LOCKED)
    assert placement == Placement(APP, ("/app",), LOCKED.vertex.digest)


def test_steps_that_bring_none_stay_below() -> None:
    assert placed(APP) is None
    assert placed(run(APP, "mkdir /data")) is None


class Seen(Paths):
    """What a command on LOCKED did: the directories in its layer, names in `/app` before, after."""

    def __init__(self, layer: Sequence[str], before: str, after: str) -> None:
        super().__init__()
        self.layer, self.before, self.after = layer, before, after

    def exists(self, output: Output, path: str) -> bool:
        return output.vertex.op.WhichOneof("op") == "diff" and path in self.layer

    def names(self, output: Output, path: str) -> tuple[str, ...]:
        if path == "/":
            return ("app", "usr")
        return tuple((self.before if output == LOCKED else self.after).split())


INSTALLED = run(LOCKED, "pip install uv")


@pytest.mark.parametrize(
    ("seen", "moved"),
    [
        (Seen(["/usr"], "uv.lock", "uv.lock"), True),
        (Seen(["/app", "/usr"], "uv.lock", "uv.lock more"), False),
        (Seen(["/app"], "uv.lock", "uv.lock"), False),
        (Seen([], ".venv uv.lock", "uv.lock"), False),
    ],
    ids=["elsewhere", "a file beside it", "made anew", "removed"],
)
def test_what_a_command_did_is_seen(seen: Seen, moved: bool) -> None:
    placement = placed(INSTALLED, seen)
    assert (placement is not None) is moved
    if placement is not None:
        assert (placement.below, placement.lowest) == (APP, LOCKED.vertex.digest)
        assert "/" in placement.written


def test_a_command_on_top_of_other_layers_is_none_beside_them() -> None:
    on_top = run(Layered.on(LOCKED).with_layers([LAYER], ["/other"]).output(), "pip install uv")
    assert placed(INSTALLED, Seen(["/usr"], "", ""), {INSTALLED: on_top}) is None


def test_a_command_into_the_layers_place_stays_below() -> None:
    assert placed(run(LOCKED, f"mkdir {VENV}")) is None


@pytest.mark.parametrize("command", ["rm -rf /app && mkdir /app", "rm -rf /*", "mv /app /srv"])
def test_what_is_removed_above_the_layers_place_stays_below(command: str) -> None:
    removed = run(LOCKED, command)
    assert placed(removed, Seen(["/app"], "uv.lock", "")) is None
    assert placed(run(LOCKED, "rm -rf /app/data")) is not None


def test_commands_whose_paths_are_known_go_with_the_files() -> None:
    owned = run(run(LOCKED, "useradd app"), "chown -R app /app", cwd="/app")
    placement = placed(owned)
    assert placement is not None
    assert (placement.below, placement.lowest) == (APP, LOCKED.vertex.digest)
    assert {"/app", "/etc"} < set(placement.written)


def test_what_lies_above_the_lowest_of_them_goes_with_it() -> None:
    later = copy(copy(LOCKED, UV, "/uvx", "/bin/"), CONTEXT, "/src", "/src")
    placement = placed(later)
    assert placement is not None
    assert (placement.below, placement.lowest) == (APP, LOCKED.vertex.digest)
    assert set(placement.written) == {"/app", "/bin", "/src"}


def test_a_linked_copy_is_a_copy() -> None:
    linked = copy_link(APP, CONTEXT, "/uv.lock", "/app/")
    placement = placed(copy(linked, CONTEXT, "/src", "/src"))
    assert placement is not None
    assert placement.below == APP
    assert placement.lowest == linked.vertex.inputs[1].vertex.digest


@pytest.mark.parametrize("dest", [VENV, f"{VENV}/lib", "/link/.venv/x"])
def test_what_is_copied_to_the_layers_place_stays_below(dest: str) -> None:
    inside = copy(LOCKED, CONTEXT, "/x", dest)
    paths = Paths(links={"/link": "/app"})
    assert placed(inside, paths) is None
    above = placed(copy(inside, CONTEXT, "/src", "/src"), paths)
    assert above is not None
    assert above.below == inside


def test_what_may_have_brought_what_is_at_the_place_stays_below() -> None:
    assert placed(copy(APP, CONTEXT, "/", "/app"), Paths(there=[VENV])) is None
    assert placed(copy(APP, CONTEXT, "/", "/srv"), Paths(there=[VENV])) is not None


def test_layers_stay_above_those_of_an_earlier_environment() -> None:
    synced = run(LOCKED, "uv sync")
    code = copy(synced, CONTEXT, "/", "/app")
    first = Layered.on(LOCKED).with_layers([LAYER], ["/other"])
    moved = code.vertex.with_inputs([LOCKED, CONTEXT]).output()
    states: dict[Output, State] = {synced: first, code: first.with_shadow(moved, ["/app"])}
    placement = placed(code, states=states)
    assert placement == Placement(LOCKED, ("/app",), code.vertex.digest)


def test_layers_go_onto_their_place_and_what_was_above_comes_back() -> None:
    place = place_layers(LOCKED, (VENV,), lambda each: each, Paths())
    root = Layered.on(LOCKED)
    after = root.with_layers([LAYER], [VENV], below=place.below, written=place.written)
    whole = after.output().vertex
    assert whole.inputs[:2] == (APP, LAYER)
    assert whole.inputs[2].vertex.inputs == (APP, LOCKED)
    assert after.shadow == LOCKED
    assert after.settled("/app/x") is None
    assert after.settled("/srv") == APP
