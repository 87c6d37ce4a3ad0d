import time
from pathlib import Path

import pytest

from integration.bench.quiet import busy, read_times, wait_for_quiet


def stat(path: Path, user: int, idle: int, waiting: int) -> Path:
    path.write_text(f"cpu  {user} 0 0 {idle} {waiting} 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n")
    return path


def test_times_of_all_processors(tmp_path: Path) -> None:
    assert read_times(stat(tmp_path / "stat", 10, 80, 10)) == (80, 100)


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [((80, 100), (130, 200), 0.5), ((0, 0), (100, 100), 0.0), ((5, 5), (5, 5), 0.0)],
)
def test_busy(before: tuple[int, int], after: tuple[int, int], part: float) -> None:
    assert busy(before, after) == part


def test_patience_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stat(tmp_path / "stat", 0, 0, 0)
    ticks = iter(range(0, 10_000, 100))
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        stat(path, next(ticks), 0, 0)

    clock = iter(range(100))
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    wait_for_quiet(path, patience=3)
    assert 0 < len(naps) <= 4


def test_a_machine_that_does_not_tell(tmp_path: Path) -> None:
    wait_for_quiet(tmp_path / "missing")
