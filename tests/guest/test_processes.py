import os
import posix
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.guest.processes import ENDED, MOST_PROCESSES, make_shares, processors, share_out
from uvlayers.guest.refusal import RefusedWheel


def test_as_many_as_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= processors() <= MOST_PROCESSES
    monkeypatch.setattr(posix, "sched_getaffinity", lambda _pid: set(range(96)))
    assert processors() == MOST_PROCESSES


@given(st.lists(st.integers(0, 10**6)), st.integers(1, 8))
def test_every_task_is_in_one_share(sizes: Sequence[int], number: int) -> None:
    shares = make_shares(sizes, number)
    assert sorted(position for share in shares for position in share) == list(range(len(sizes)))
    sums = [sum(sizes[each] + 1 for each in share) for share in shares]
    assert max(sums) - min(sums) <= max(sizes, default=0) + 1


def test_they_are_done_in_other_processes(tmp_path: Path) -> None:
    def work(name: str) -> bool:
        (tmp_path / name).write_text(str(os.getpid()))
        return name != "c"

    failed = share_out(work, list("abcdef"), [[0, 3], [1, 2], [4, 5]])
    ids = {name: (tmp_path / name).read_text() for name in "abcdef"}
    assert failed == {2}
    assert ids["a"] == ids["d"] == str(os.getpid())
    assert len(set(ids.values())) == 3


@pytest.mark.parametrize("refused", ["a", "b"])
def test_what_is_refused_is_told_once_all_have_ended(tmp_path: Path, refused: str) -> None:
    def work(name: str) -> bool:
        if name == refused:
            raise RefusedWheel(f"cannot install `é{name}`")
        (tmp_path / name).touch()
        return True

    with pytest.raises(RefusedWheel, match=f"^cannot install `é{refused}`$"):
        share_out(work, ["a", "b", "c"], [[0], [1], [2]])
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "c"} - {refused}
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)


def test_one_that_is_killed_has_not_done_its_part() -> None:
    own = os.getpid()

    def work(_task: int) -> bool:
        if os.getpid() != own:
            os.kill(os.getpid(), 9)
        return True

    with pytest.raises(RefusedWheel, match=ENDED):
        share_out(work, [1, 2], [[0], [1]])


def test_more_failures_than_a_pipe_holds() -> None:
    tasks = range(40_000)
    assert share_out(lambda task: task < 0, tasks, [[], list(tasks)]) == set(tasks)


def test_no_more_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(posix, "fork", refuse)
    done: list[int] = []

    def work(task: int) -> bool:
        done.append(task)
        return task != 2

    assert share_out(work, [0, 1, 2], [[0], [1], [2]]) == {2}
    assert done == [0, 1, 2]
