"""Wheels on a loopback port, at `/NAME`, for locks whose URLs point there."""

import functools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote


class _Handler(SimpleHTTPRequestHandler):
    """Answers with one of the wheels, by the last part of the path."""

    def __init__(self, *arguments: object, wheels: Sequence[Path], **options: object) -> None:
        self.wheels = {wheel.name: wheel for wheel in wheels}
        super().__init__(*arguments, **options)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        return str(self.wheels.get(unquote(path).rpartition("/")[2], "/nonexistent"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@contextmanager
def serve_directory(wheels: Sequence[Path]) -> Iterator[str]:
    """Serve until the block ends; yields scheme, host and port."""
    handler = functools.partial(_Handler, wheels=wheels)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
