from collections.abc import Callable
from threading import Barrier, Event, Lock, Thread

import pytest
from uvlayers import turns
from uvlayers.gateway.errors import GatewayError
from uvlayers.pb.status_pb2 import Status
from uvlayers.turns import PER_PROCESSOR, take_turns


@pytest.fixture
def nothing_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "QUICK", 0.0)
    monkeypatch.setattr(turns, "ANSWER", 0)


@pytest.fixture
def everything_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "QUICK", 3600.0)


def same(task: int) -> int:
    return task


def failing(_task: int) -> None:
    raise GatewayError(Status(code=2, message="exit code: 1"))


@pytest.mark.usefixtures("nothing_is_quick")
@pytest.mark.parametrize("processors", [1, 2, 5])
def test_so_many_at_a_time(processors: int) -> None:
    at_once = PER_PROCESSOR * processors
    together = Barrier(at_once)
    lock, running, most = Lock(), [0], [0]

    def make(_task: int) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait(10)
        with lock:
            running[0] -= 1

    take_turns(same, make, range(3 * at_once), processors)
    assert most == [at_once]
    assert running == [0]


@pytest.mark.usefixtures("nothing_is_quick")
def test_all_are_made_in_their_order() -> None:
    made: list[int] = []
    take_turns(same, made.append, range(100), 1)
    assert sorted(made) == list(range(100))


def test_nothing_to_do() -> None:
    take_turns(same, failing, [], 4)


@pytest.mark.usefixtures("everything_is_quick")
def test_one_that_is_quick_ends_it() -> None:
    made: list[int] = []
    take_turns(same, made.append, range(100), 1)
    assert made == [0]


def test_the_others_begin_once_the_first_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "QUICK", 0.01)
    met = Barrier(PER_PROCESSOR)

    def make(_task: int) -> None:
        met.wait(10)

    take_turns(same, make, range(PER_PROCESSOR), 1)


@pytest.mark.usefixtures("nothing_is_quick")
def test_one_that_fails_ends_it_and_is_not_told() -> None:
    asked: list[int] = []

    def make(task: int) -> None:
        asked.append(task)
        failing(task)

    take_turns(same, make, range(100), 1)
    assert 1 <= len(asked) <= PER_PROCESSOR + 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whatever_goes_wrong_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    workers: list[Thread] = []

    class Worker(Thread):
        def start(self) -> None:
            workers.append(self)
            super().start()

    def broken(_task: int) -> None:
        raise ValueError("the channel is closed")

    monkeypatch.setattr(turns, "Thread", Worker)
    ended = started(lambda: take_turns(same, broken, range(10), 1))
    ended.join(5)
    assert not ended.is_alive()
    for worker in workers:
        worker.join()


def test_what_takes_no_longer_than_a_few_answers_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(turns, "monotonic", lambda: next(clock))
    made: list[int] = []
    take_turns(same, made.append, range(100), 1)
    assert 1 <= len(made) <= PER_PROCESSOR + 1


def test_who_is_slow_is_not_waited_for_once_one_was_quick() -> None:
    released = Event()

    def make(task: int) -> None:
        if task == 0:
            assert released.wait(10)

    ended = started(lambda: take_turns(same, make, range(10), 1))
    ended.join(5)
    assert not ended.is_alive()
    released.set()


def started(task: Callable[[], None]) -> Thread:
    thread = Thread(target=task, daemon=True)
    thread.start()
    return thread
