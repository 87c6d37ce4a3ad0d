import json

from hypothesis import given
from hypothesis import strategies as st
from uvlayers.layers.artifacts import Built
from uvlayers.layers.plan import Wheel

from integration.bench.history.command import DATA
from integration.bench.history.record import History, InstallSet, dump, load, load_all, recorded


def wheel(name: str, version: str = "1", size: int = 1, time: str = "2026-01-02") -> Wheel:
    return Wheel(name, version, "", "", "", size, time)


def install_set(*wheels: Wheel) -> InstallSet:
    return {each.name: each for each in wheels}


wheels = st.builds(
    wheel,
    st.sampled_from("abcdef"),
    st.sampled_from(("1", "2")),
    st.integers(0, 9),
    st.sampled_from(("", "2026-01-02")),
)
install_sets = st.lists(wheels, max_size=6).map(lambda found: install_set(*found))


@given(st.lists(install_sets, max_size=5))
def test_what_is_written_is_read_again(sets: list[InstallSet]) -> None:
    history = History("p", "uv sync --no-dev", "3.13.1", 9, 2, 3, tuple(sets))
    assert load(dump(history)) == history


def test_a_change_is_a_line() -> None:
    sets = (install_set(wheel("a"), wheel("b")), install_set(wheel("b", "2", 5)))
    lines = dump(History("p", "uv sync", "3.13.1", 2, 0, 0, sets)).splitlines()
    assert [json.loads(line.rstrip(",")) for line in lines[1:-1]] == [
        [[], ["a", "1", 1, "2026-01-02"], ["b", "1", 1, "2026-01-02"]],
        [["a"], ["b", "2", 5, "2026-01-02"]],
    ]


def test_only_what_a_plan_asks_for_is_kept() -> None:
    fetched = Wheel(
        "a", "1", "a.whl", "https://files.example/a.whl", "sha256:0", 7, "2026-01-02T03:04:05Z"
    )
    built = Built("b", None, "version = 1", None, 8, "")
    assert recorded([fetched, built]) == install_set(wheel("a", size=7), wheel("b", "", 8, ""))


def test_the_histories_that_there_are() -> None:
    histories = load_all(DATA)
    assert len(histories) >= 5
    for history in histories:
        assert len(history.sets) > 20
        assert len(history.sets) == history.commits - history.unread - history.same
        assert all(before != after for before, after in history.changes)
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 500_000
