"""One thread makes a value, the others wait for it."""

from collections.abc import Callable
from threading import Barrier, Event, Thread

import pytest
from uvlayers.errors import Unsupported
from uvlayers.once import Once


def run_together(*targets: Callable[[], None]) -> None:
    threads = [Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_who_comes_second_waits_for_the_first() -> None:
    once: Once[str] = Once()
    begun, may_end = Event(), Event()
    got: list[str] = []

    def make() -> str:
        begun.set()
        assert may_end.wait(10)
        return "made"

    def first() -> None:
        got.append(once.of(make))

    def second() -> None:
        assert begun.wait(10)
        may_end.set()
        got.append(once.of(lambda: "made again"))

    run_together(first, second)
    assert got == ["made", "made"]


def test_nothing_is_an_answer_as_well() -> None:
    once: Once[str | None] = Once()
    assert once.of(lambda: None) is None
    assert once.of(lambda: "something") is None


def test_an_error_is_heard_by_all_and_not_tried_again() -> None:
    once: Once[str] = Once()
    heard: list[str] = []
    together = Barrier(2)

    def fail() -> str:
        raise Unsupported("no")

    def ask() -> None:
        together.wait(10)
        with pytest.raises(Unsupported, match="no") as caught:
            once.of(fail)
        heard.append(str(caught.value))

    run_together(ask, ask)
    assert heard == ["no", "no"]
    with pytest.raises(Unsupported):
        once.of(lambda: "made")
