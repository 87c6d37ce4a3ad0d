"""A package index on a loopback port, which can also be made to fail in the ways of real ones."""

import hashlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from integration.wheels import Wheel

Answer = tuple[HTTPStatus, bytes]


@dataclass
class Index:
    """What is served, by file name; `faults` are answered in its place, `requests` written down."""

    url: str
    wheels: dict[str, Wheel] = field(default_factory=dict)
    faults: dict[str, Answer] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    @property
    def settings(self) -> str:
        """For a pyproject.toml: the only index that uv asks."""
        return f'\n[[tool.uv.index]]\nurl = "{self.url}/simple"\ndefault = true\n'

    def serve(self, *wheels: Wheel) -> None:
        self.wheels |= {wheel.filename: wheel for wheel in wheels}

    def break_file(self, filename: str, status: HTTPStatus, body: bytes = b"") -> None:
        """From now on, this is the answer for a file; the listing names what it was."""
        assert filename in self.wheels, filename
        self.faults[filename] = (status, body)

    def answer(self, path: str) -> Answer:
        self.requests.append(path)
        directory, _, name = path.strip("/").rpartition("/")
        if directory == "simple":
            listed = [wheel for wheel in self.wheels.values() if wheel.name == name]
            status = HTTPStatus.OK if listed else HTTPStatus.NOT_FOUND
            return status, listing(listed).encode()
        if name in self.faults:
            return self.faults[name]
        if name in self.wheels:
            return HTTPStatus.OK, self.wheels[name].content()
        return HTTPStatus.NOT_FOUND, b""


def listing(wheels: Iterable[Wheel]) -> str:
    """A page of the simple index (PEP 503)."""
    links = (
        f'<a href="/files/{wheel.filename}#sha256={sha256(wheel)}">{wheel.filename}</a>'
        for wheel in wheels
    )
    return "\n".join(["<!DOCTYPE html>", *links, ""])


def sha256(wheel: Wheel) -> str:
    return hashlib.sha256(wheel.content()).hexdigest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    index: Index

    def do_GET(self) -> None:
        status, body = self.index.answer(unquote(urlsplit(self.path).path))
        is_file = self.path.endswith(".whl")
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream" if is_file else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the base class calls it so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@contextmanager
def serve_index(wheels: Iterable[Wheel] = ()) -> Iterator[Index]:
    """An index that answers until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    index = Index(f"http://127.0.0.1:{server.server_address[1]}")
    index.serve(*wheels)
    server.RequestHandlerClass = type("BoundHandler", (Handler,), {"index": index})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
