from uvlayers.llb.layered import Layered
from uvlayers.llb.reach import Reach

from tests import dockerfiles

BASE, WHEEL = dockerfiles.image("base"), dockerfiles.image("wheel")
VENV = "/app/.venv"
LAYERED = Layered.on(BASE).with_layers([WHEEL], [VENV], programs=f"{VENV}/bin")


def meets(reach: Reach, *, looks: bool = True) -> bool:
    return reach.meets(LAYERED, LAYERED.prefixes, lambda path: path, looks=looks)


def test_what_is_changed_at_above_or_below_a_place() -> None:
    for path, met in ((VENV, True), ("/app", True), (f"{VENV}/x", True), ("/app/x", False)):
        assert meets(Reach((path,), (), "/")) is met
        assert meets(Reach((), (), "/", looks=(path,))) is met
        assert not meets(Reach((), (), "/", looks=(path,)), looks=False)


def test_what_is_named_or_seen_is_no_more_than_itself() -> None:
    for path, met in ((VENV, True), ("/app", False), (f"{VENV}/x", True), ("/app/x", False)):
        assert meets(Reach((), (), "/", named=(path,))) is met
        assert meets(Reach((), (), path)) is met
        assert meets(Reach((), (), "/", loaded=(path,))) is met


def test_programs_are_looked_for_where_none_is_the_systems() -> None:
    assert not meets(Reach((), (f"{VENV}/bin", "/bin"), "/"))
    assert meets(Reach((), (f"{VENV}/lib",), "/"))


def test_all_that_may_change() -> None:
    reach = Reach(("/a",), ("/bin",), "/", named=("/b",), looks=("/c",), loaded=("/lib",))
    assert reach.changed == ("/a", "/b", "/c")
