"""A test double of the daemon's end: a gRPC server behind two pipes, as BuildKit serves them.

For what a real engine does not do on demand: odd errors, huge messages, dying in a call.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from google.protobuf.message import Message
from uvlayers.gateway.client import CHANNEL_OPTIONS, SERVICE
from uvlayers.gateway.greeting import GREETING
from uvlayers.pb import gateway_pb2 as pb
from uvlayers.pb.status_pb2 import Status

Handler = Callable[[Message, grpc.ServicerContext], Message]


@dataclass
class Daemon:
    """Answers calls with `handlers` by method name and remembers what was asked.

    `stdin` and `stdout` are the frontend's ends of the pipes; whoever uses them owns them.
    """

    stdin: int
    stdout: int
    connection: socket.socket
    handlers: dict[str, Handler] = field(default_factory=dict)
    requests: list[Message] = field(default_factory=list)
    finished: threading.Event = field(default_factory=threading.Event)

    def greet(self) -> None:
        """What `take_over_stdio` does first, for a test that takes the pipes itself."""
        os.write(self.stdout, GREETING)

    def answer(self, **answers: Message) -> None:
        """Answer methods with messages, whatever is asked."""
        for method, message in answers.items():
            self.handlers[method] = always(message)

    def refuse(self, method: str, status: Status) -> None:
        """Answer a method with an error as BuildKit encodes it."""

        def handler(_request: Message, context: grpc.ServicerContext) -> Message:
            context.set_trailing_metadata([("grpc-status-details-bin", status.SerializeToString())])
            context.abort(CODES[status.code], status.message)
            raise AssertionError

        self.handlers[method] = handler

    def die(self) -> None:
        """Close both pipes at once, in the middle of whatever goes on."""
        self.connection.shutdown(socket.SHUT_RDWR)


def always(message: Message) -> Handler:
    return lambda _request, _context: message


CODES = {code.value[0]: code for code in grpc.StatusCode}


@contextmanager
def start_daemon(directory: Path) -> Iterator[Daemon]:
    path = directory / "daemon"
    server = grpc.server(ThreadPoolExecutor(32), options=CHANNEL_OPTIONS)
    server.add_insecure_port(f"unix:{path}")
    connection = socket.socket(socket.AF_UNIX)
    stdin, to_frontend = os.pipe()
    from_frontend, stdout = os.pipe()
    daemon = Daemon(stdin, stdout, connection)
    server.add_generic_rpc_handlers((make_handlers(daemon),))
    server.start()
    connection.connect(str(path))
    threads = [
        threading.Thread(target=pump_in, args=(from_frontend, daemon)),
        threading.Thread(target=pump_out, args=(to_frontend, daemon)),
    ]
    for thread in threads:
        thread.start()
    yield daemon
    server.stop(None).wait()
    for thread in threads:
        thread.join()
    connection.close()


def make_handlers(daemon: Daemon) -> grpc.GenericRpcHandler:
    methods = pb.DESCRIPTOR.services_by_name["LLBBridge"].methods_by_name
    return grpc.method_handlers_generic_handler(
        SERVICE.removeprefix("/"),
        {name: make_handler(daemon, name, method.input_type) for name, method in methods.items()},
    )


def make_handler(daemon: Daemon, name: str, input_type: object) -> grpc.RpcMethodHandler:
    def behaviour(request: Message, context: grpc.ServicerContext) -> Message:
        daemon.requests.append(request)
        return daemon.handlers[name](request, context)

    return grpc.unary_unary_rpc_method_handler(
        behaviour,
        request_deserializer=getattr(pb, input_type.name).FromString,  # type: ignore[attr-defined]
        response_serializer=lambda message: message.SerializeToString(),
    )


def pump_in(pipe: int, daemon: Daemon) -> None:
    with suppress(OSError):
        while data := os.read(pipe, 65536):
            daemon.connection.sendall(data)
    daemon.finished.set()
    with suppress(OSError):
        daemon.connection.shutdown(socket.SHUT_WR)
    os.close(pipe)


def pump_out(pipe: int, daemon: Daemon) -> None:
    with suppress(OSError):
        while data := daemon.connection.recv(65536):
            os.write(pipe, data)
    os.close(pipe)
