import socket
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.gateway.greeting import GREETING, PREFACE, carry_to_acknowledgement, read_preface

SETTINGS, WINDOW_UPDATE, ACK = 4, 8, 1


def frame(kind: int, flags: int = 0, payload: bytes = b"") -> bytes:
    """RFC 9113, section 4.1, on the connection itself."""
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + bytes(4) + payload


def carried(data: bytes, sizes: Iterator[int] | None = None) -> tuple[bytes, bytes]:
    """What goes through, and what is left to be read."""
    source = BytesIO(data)

    def read(size: int) -> bytes:
        return source.read(size if sizes is None else min(size, next(sizes)))

    here, there = socket.socketpair()
    with there:
        with here:
            carry_to_acknowledgement(read, here)
        return b"".join(iter(lambda: there.recv(65536), b"")), source.read()


def test_the_greeting_is_a_preface_and_empty_settings() -> None:
    assert PREFACE + frame(SETTINGS) == GREETING
    assert len(PREFACE) == 24


def test_the_acknowledgement_of_the_greeting_is_taken_out() -> None:
    before = frame(SETTINGS, payload=bytes(18)) + frame(WINDOW_UPDATE, payload=bytes(4))
    after = frame(SETTINGS, ACK) + b"all the rest"
    assert carried(before + frame(SETTINGS, ACK) + after) == (before, after)


@given(st.lists(st.binary(max_size=300)), st.binary(max_size=50), st.integers(1, 7))
def test_whatever_pieces_the_frames_come_in(payloads: list[bytes], rest: bytes, size: int) -> None:
    before = b"".join(frame(SETTINGS, payload=payload) for payload in payloads)

    def sizes() -> Iterator[int]:
        while True:
            yield size

    data = before + frame(SETTINGS, ACK) + rest
    assert carried(data, sizes()) == (before, rest)


@pytest.mark.parametrize(
    "data", [b"", b"\0\0", frame(SETTINGS), frame(SETTINGS, payload=b"12")[:-1]]
)
def test_an_end_before_the_acknowledgement_is_the_end(data: bytes) -> None:
    assert carried(data)[1] == b""


@pytest.mark.parametrize("size", [1, 23, 24, 100])
def test_the_second_preface_is_taken_off(size: int) -> None:
    source = BytesIO(PREFACE + b"rest")
    read: Callable[[int], bytes] = lambda most: source.read(min(size, most))  # noqa: E731
    read_preface(read)
    assert source.read() == b"rest"
