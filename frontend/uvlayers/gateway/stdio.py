"""gRPC over stdin and stdout: file descriptors 0 and 1 joined to a private unix socket.

The daemon serves HTTP/2 on two pipes and we are its client; grpc opens channels on addresses only
(grpc/grpc#23760), so two threads carry the bytes between the pipes and a socket that it can name.
"""

import contextlib
import os
import socket
import threading
from functools import partial

from uvlayers.gateway.greeting import GREETING, carry_to_acknowledgement, read_preface

CHUNK = 256 * 1024  # bytes; four times a pipe's default capacity
CLOSE_SECONDS = 5.0


def take_over_stdio() -> tuple[int, int]:
    """Descriptors of our own for stdin and stdout, the daemon greeted; stdout becomes stderr.

    A stray write to stdout would corrupt the HTTP/2 stream.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    # Go's pipes may come non-blocking; the pumps rely on blocking for back pressure.
    os.set_blocking(incoming, True)
    os.set_blocking(outgoing, True)
    with contextlib.suppress(OSError):  # a daemon that is gone: the first call says so
        write_all(outgoing, GREETING)
    return incoming, outgoing


class Bridge:
    """Joins the one connection made to `address` with `incoming` and `outgoing`, which it owns.

    `GREETING` has been written to `outgoing`: HTTP/2 goes on from there. Closing the socket's far
    end closes `outgoing`; the end of `incoming` shuts the socket down, so that calls under way fail
    instead of hanging.
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._directory = f"/tmp/uvlayers-{os.urandom(8).hex()}"  # noqa: S108 - private, random
        os.mkdir(self._directory, 0o700)
        self._path = f"{self._directory}/socket"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self._path)
        self._listener.listen(1)
        self._thread = threading.Thread(target=self._run, name="bridge", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The gRPC target to open one channel on."""
        return f"unix:{self._path}"

    def close(self) -> None:
        """Wait until what the far end wrote before it closed has gone out."""
        # A channel that was never used has made no connection: end the wait for one.
        shut_down(self._listener)
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        connection = self._accept()
        if connection is None:
            os.close(self._incoming)
        else:
            # Before grpc is heard: a daemon with two SETTINGS unanswered acknowledges both at once.
            with contextlib.suppress(OSError):
                carry_to_acknowledgement(partial(os.read, self._incoming), connection)
            # Not joined: nothing that arrives after our last word matters.
            arguments = (self._incoming, connection.dup())
            threading.Thread(target=pump_in, args=arguments, daemon=True).start()
            pump_out(connection, self._outgoing)
        os.close(self._outgoing)

    def _accept(self) -> socket.socket | None:
        try:
            return self._listener.accept()[0]
        except OSError:
            return None
        finally:
            self._listener.close()
            os.unlink(self._path)
            os.rmdir(self._directory)


def pump_in(incoming: int, connection: socket.socket) -> None:
    """Carry bytes to the socket until either side ends, then end both."""
    with connection:
        with contextlib.suppress(OSError):
            while data := os.read(incoming, CHUNK):
                connection.sendall(data)
        shut_down(connection)
    os.close(incoming)


def pump_out(connection: socket.socket, outgoing: int) -> None:
    """Carry bytes from the socket until either side ends, then end the socket."""
    with connection:
        with contextlib.suppress(OSError):
            read_preface(connection.recv)
            while data := connection.recv(CHUNK):
                write_all(outgoing, data)
        shut_down(connection)


def shut_down(connection: socket.socket) -> None:
    """Let the far end see the end now, whoever else holds the socket."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte of `data`, waiting for the reader as long as it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
