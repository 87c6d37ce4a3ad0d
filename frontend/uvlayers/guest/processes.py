"""Share tasks out among processes, of which each goes on from what this one has in memory."""

import posix

from uvlayers.guest.refusal import RefusedWheel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    Task = TypeVar("Task")

MOST_PROCESSES = 4  # each takes 17 MB, and several wheels are installed at once
ENDED = "a process that had a part in it was ended"


def processors() -> int:
    """How many processes can run at once, and no more than a builder has memory for."""
    return min(len(posix.sched_getaffinity(0)), MOST_PROCESSES)


def make_shares(sizes: "Sequence[int]", number: int) -> "list[list[int]]":
    """The positions in `sizes`, shared out so that the sums are much the same."""
    shares: list[list[int]] = [[] for _ in range(number)]
    sums = [0] * number
    for position in sorted(range(len(sizes)), key=lambda each: -sizes[each]):
        least = sums.index(min(sums))
        shares[least].append(position)
        sums[least] += sizes[position] + 1
    return shares


def share_out(
    work: "Callable[[Task], bool]", tasks: "Sequence[Task]", shares: "list[list[int]]"
) -> "set[int]":
    """Do all tasks, the first share of them here; the positions of those that came to nothing.

    Raises RefusedWheel with what was refused in one of the processes, once all have ended.
    """
    mine = list(shares[0])
    children = []
    for share in shares[1:]:
        child = _start(work, tasks, share)
        if child is None:
            mine += share
        else:
            children.append(child)
    try:
        failed = _do(work, tasks, mine)
    finally:
        answers = [_await(*child) for child in children]
    for status, answer in answers:
        if status:
            raise RefusedWheel(answer.decode("utf-8", "replace") or ENDED)
        failed.update(map(int, answer.split()))
    return failed


def _do(
    work: "Callable[[Task], bool]", tasks: "Sequence[Task]", share: "Sequence[int]"
) -> "set[int]":
    return {position for position in share if not work(tasks[position])}


def _start(
    work: "Callable[[Task], bool]", tasks: "Sequence[Task]", share: "Sequence[int]"
) -> "tuple[int, int] | None":
    """A process that does a share, and where its answer is read; None if there can be no more."""
    reader, writer = posix.pipe()
    try:
        child = posix.fork()
    except OSError:
        posix.close(reader)
        posix.close(writer)
        return None
    if child == 0:
        _be_child(work, tasks, share, writer)
    posix.close(writer)
    return child, reader


def _be_child(
    work: "Callable[[Task], bool]", tasks: "Sequence[Task]", share: "Sequence[int]", writer: int
) -> None:
    """Do a share, say which tasks came to nothing, or what was refused, and end."""
    status = 1
    try:
        try:
            answer = " ".join(map(str, _do(work, tasks, share)))
            status = 0
        except RefusedWheel as refusal:
            answer = str(refusal)
        data = answer.encode("utf-8", "replace")
        while data:
            data = data[posix.write(writer, data) :]
    finally:
        posix._exit(status)


def _await(child: int, reader: int) -> "tuple[int, bytes]":
    """How a process ended, and its answer."""
    answer = b""
    while True:
        chunk = posix.read(reader, 1 << 16)
        if not chunk:
            break
        answer += chunk
    posix.close(reader)
    return posix.waitpid(child, 0)[1], answer
