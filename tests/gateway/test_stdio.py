import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from uvlayers.gateway.greeting import GREETING, PREFACE
from uvlayers.gateway.stdio import CHUNK, Bridge, write_all

FRONTEND = Path(__file__).parents[2] / "frontend"
MEBIBYTE = 1024 * 1024

# The daemon's own, and what it sends when it has read those in `GREETING`.
SETTINGS = GREETING.removeprefix(PREFACE)
ACKNOWLEDGEMENT = b"\0\0\0\4\1\0\0\0\0"


@dataclass
class Ends:
    """A bridge with the far ends of both of its pipes."""

    bridge: Bridge
    to_bridge: int
    from_bridge: int

    def connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.path)
        connection.sendall(PREFACE)
        return connection

    @property
    def path(self) -> str:
        return self.bridge.address.removeprefix("unix:")

    def end_input(self) -> None:
        os.close(self.to_bridge)
        self.to_bridge = -1

    def stop_reading(self) -> None:
        os.close(self.from_bridge)
        self.from_bridge = os.open(os.devnull, os.O_RDONLY)


@pytest.fixture
def unanswered() -> Iterator[Ends]:
    """A daemon that has not read the greeting yet."""
    incoming, to_bridge = os.pipe()
    from_bridge, outgoing = os.pipe()
    ends = Ends(Bridge(incoming, outgoing), to_bridge, from_bridge)
    yield ends
    if ends.to_bridge != -1:
        ends.end_input()
    ends.bridge.close()
    os.close(ends.from_bridge)


@pytest.fixture
def ends(unanswered: Ends) -> Ends:
    os.write(unanswered.to_bridge, ACKNOWLEDGEMENT)
    return unanswered


def read_all(descriptor: int) -> bytes:
    return b"".join(iter(lambda: os.read(descriptor, CHUNK), b""))


def receive(connection: socket.socket, size: int) -> bytes:
    return connection.recv(size, socket.MSG_WAITALL)


def test_bytes_reach_the_socket(ends: Ends) -> None:
    with ends.connect() as connection:
        os.write(ends.to_bridge, b"hello")
        assert receive(connection, 5) == b"hello"


def test_bytes_reach_the_pipe(ends: Ends) -> None:
    with ends.connect() as connection:
        connection.sendall(b"hello")
        assert os.read(ends.from_bridge, 100) == b"hello"


def test_nothing_goes_out_before_the_greeting_is_acknowledged(unanswered: Ends) -> None:
    """The daemon answers two SETTINGS with one acknowledgement if it has read both."""
    with unanswered.connect() as connection:
        connection.sendall(b"settings of grpc")
        os.write(unanswered.to_bridge, SETTINGS)
        assert receive(connection, len(SETTINGS)) == SETTINGS
        assert select.select([unanswered.from_bridge], [], [], 0.2) == ([], [], [])
        os.write(unanswered.to_bridge, ACKNOWLEDGEMENT * 2)
        assert os.read(unanswered.from_bridge, 100) == b"settings of grpc"
        assert receive(connection, len(ACKNOWLEDGEMENT)) == ACKNOWLEDGEMENT


def test_many_bytes_both_ways_at_once(ends: Ends) -> None:
    data = os.urandom(MEBIBYTE) * 32
    with ends.connect() as connection:
        writers = [
            threading.Thread(target=write_all, args=(ends.to_bridge, data)),
            threading.Thread(target=connection.sendall, args=(data,)),
        ]
        for writer in writers:
            writer.start()
        assert receive(connection, len(data)) == data
        received = bytearray()
        while len(received) < len(data):
            received += os.read(ends.from_bridge, CHUNK)
        assert received == data
        for writer in writers:
            writer.join()


def test_a_slow_reader_holds_the_writer_back(ends: Ends) -> None:
    with ends.connect() as connection:
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.sendall(bytes(2 * MEBIBYTE))
        ends.stop_reading()


def test_end_of_stdin_ends_the_socket(ends: Ends) -> None:
    with ends.connect() as connection:
        os.write(ends.to_bridge, b"last words")
        ends.end_input()
        assert receive(connection, 100) == b"last words"
        assert connection.recv(1) == b""


def test_close_waits_until_everything_has_gone_out(ends: Ends) -> None:
    data = os.urandom(MEBIBYTE)
    with ends.connect() as connection:
        sender = threading.Thread(target=connection.sendall, args=(data,))
        sender.start()
        closer = threading.Thread(target=ends.bridge.close)
        closer.start()
        received = os.read(ends.from_bridge, 1000)
        while len(received) < len(data):
            received += os.read(ends.from_bridge, CHUNK)
        sender.join()
        assert closer.is_alive()
    closer.join()
    assert received == data
    assert read_all(ends.from_bridge) == b""


def test_a_reader_that_is_gone_ends_the_socket(ends: Ends) -> None:
    with ends.connect() as connection:
        ends.stop_reading()
        connection.sendall(b"anyone?")
        assert connection.recv(1) == b""


def test_close_without_a_connection(ends: Ends) -> None:
    ends.bridge.close()
    assert read_all(ends.from_bridge) == b""


def test_the_socket_is_private_and_leaves_nothing_behind(ends: Ends) -> None:
    directory = Path(ends.path).parent
    assert directory.stat().st_mode & 0o777 == 0o700
    with ends.connect() as connection:
        os.write(ends.to_bridge, b"x")
        receive(connection, 1)
        assert not directory.exists()


ECHO = """
import os, sys
sys.path.insert(0, sys.argv[1])
from uvlayers.gateway.stdio import take_over_stdio, write_all
incoming, outgoing = take_over_stdio()
print("stray print")
assert sys.stdin.read() == ""
while data := os.read(incoming, 100_000):
    write_all(outgoing, data)
"""


def test_stdout_is_kept_clean() -> None:
    data = os.urandom(MEBIBYTE)
    argv = [sys.executable, "-c", ECHO, str(FRONTEND)]
    done = subprocess.run(argv, input=data, capture_output=True, timeout=30, check=True)
    assert done.stdout == GREETING + data
    assert done.stderr == b"stray print\n"


def test_pipes_that_come_non_blocking() -> None:
    incoming, to_child = os.pipe()
    from_child, outgoing = os.pipe()
    os.set_blocking(incoming, False)
    os.set_blocking(outgoing, False)
    argv = [sys.executable, "-c", ECHO, str(FRONTEND)]
    with subprocess.Popen(
        argv, stdin=incoming, stdout=outgoing, stderr=subprocess.DEVNULL
    ) as child:
        os.close(incoming)
        os.close(outgoing)
        data = os.urandom(MEBIBYTE)
        writer = threading.Thread(target=write_all, args=(to_child, data))
        writer.start()
        received = b""
        while len(received) < len(GREETING + data):
            received += os.read(from_child, CHUNK)
        writer.join()
        os.close(to_child)
        assert child.wait(10) == 0
    os.close(from_child)
    assert received == GREETING + data
