"""An index and file server on a loopback port that has every distribution anyone asks for."""

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from integration.oracle.files import make_file, normalize

Universe = Mapping[str, Sequence[str]]
"""File name → its requirements: what the index lists. Files beyond it are served all the same."""


@lru_cache(maxsize=4096)
def _made(filename: str, requires: tuple[str, ...]) -> bytes:
    return make_file(filename, requires)


class _Handler(BaseHTTPRequestHandler):
    """`/simple/NAME/` lists the universe (PEP 503), any other path ends in a file's name."""

    protocol_version = "HTTP/1.1"
    universe: Universe

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        filename = path.rpartition("/")[2]
        if path.startswith("/simple/") and path.endswith("/"):
            self._list(path.split("/")[-2])
        elif filename.endswith((".whl", ".tar.gz", ".zip")):
            self._answer(200, "application/octet-stream", self._file(filename))
        else:
            self._answer(404, "text/plain", b"")

    def _file(self, filename: str) -> bytes:
        return _made(filename, tuple(self.universe.get(filename, ())))

    def _list(self, name: str) -> None:
        found = [file for file in self.universe if project_of(file) == name]
        links = "".join(
            f'<a href="/files/{file.replace("+", "%2B")}#sha256={self._digest(file)}">{file}</a>\n'
            for file in found
        )
        self._answer(200 if found else 404, "text/html", f"<html>\n{links}</html>".encode())

    def _digest(self, filename: str) -> str:
        return hashlib.sha256(self._file(filename)).hexdigest()

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        # Without this uv asks again for every file of every environment.
        self.send_header("Cache-Control", "max-age=86400, immutable")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


def project_of(filename: str) -> str:
    """Return the normalized name of the project that a file is of."""
    if filename.endswith(".whl"):
        return normalize(filename.split("-")[0])
    return normalize(re.sub(r"(\.tar\.gz|\.zip)$", "", filename).rpartition("-")[0])


@contextmanager
def serve(universe: Universe) -> Iterator[str]:
    """Serve until the block ends; yields scheme, host and port."""
    handler = type("Handler", (_Handler,), {"universe": universe})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
