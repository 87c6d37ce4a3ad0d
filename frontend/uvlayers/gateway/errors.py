"""Errors of the daemon decoded, and our own encoded so that a client underlines the Dockerfile.

BuildKit (util/grpcerrors) sends a google.rpc.Status whose details are Any messages that hold JSON.
"""

import base64
import json
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import grpc

from uvlayers import __version__
from uvlayers.errors import LineRange, Unsupported, UvlayersError
from uvlayers.pb.ops_pb2 import SourceInfo
from uvlayers.pb.status_pb2 import Status

UNKNOWN = 2  # the one code that BuildKit does not write in front of the message
CRASH_FRAMES = 5  # of the traceback, the innermost
STATUS_TRAILER = "grpc-status-details-bin"

DETAIL_PREFIX = "github.com/moby/buildkit/"
SOURCE = "errdefs.Source+json"
VERTEX = "errdefs.Vertex+json"

# What Go makes of ENOENT and ENOTDIR (BuildKit's cache/util/fsutil.go); a mount that fails on the
# way to the file says the same at its end, but begins otherwise.
MISSING = re.compile(
    r"(open|stat|lstat|readlink|resolve) .*: (no such file or directory|not a directory)", re.DOTALL
)


class GatewayError(UvlayersError):
    """An error that the daemon sent; `status` is what to return for it to reach the user whole."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status

    @property
    def code(self) -> int:
        """The gRPC code, 2 (UNKNOWN) for everything that has no better one."""
        return self.status.code

    def details(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """The decoded details of one kind (`VERTEX`, …), in the order in which they came."""
        for detail in self.status.details:
            if detail.type_url == DETAIL_PREFIX + kind:
                # A detail that we cannot read must not hide the error that it belongs to.
                with suppress(ValueError):
                    decoded = json.loads(detail.value)
                    if isinstance(decoded, dict):
                        yield decoded

    @property
    def is_missing(self) -> bool:
        """Whether a path was looked up that does not exist; the daemon has no code for it."""
        return self.vertex is None and MISSING.fullmatch(self.status.message) is not None

    @property
    def vertex(self) -> str | None:
        """The digest of the op that failed, if an op failed."""
        return next((digest for at in self.details(VERTEX) if (digest := at.get("digest"))), None)


@contextmanager
def trying(digest: str, what: str) -> Iterator[None]:
    """Turn the failure of the vertex `digest`, which is only tried, into Unsupported: `what: …`.

    The daemon's error stays where a step before it fails.
    """
    try:
        yield
    except GatewayError as error:
        if error.vertex not in (None, digest):
            raise
        raise Unsupported(f"{what}: {error.message}") from error


def gateway_error(error: grpc.RpcError) -> GatewayError:
    """The daemon's error out of the one that grpc raised; `error` must come from a call."""
    for key, value in error.trailing_metadata() or ():
        if key == STATUS_TRAILER:
            return GatewayError(Status.FromString(value))
    return GatewayError(Status(code=error.code().value[0], message=error.details() or ""))


def status_of(error: BaseException, source: SourceInfo | None = None) -> Status:
    """What to return for `error`: the daemon's own unchanged, ours with `source` underlined.

    Anything else is a crash of ours and says so, for the user never sees our stderr.
    """
    if isinstance(error, GatewayError):
        return error.status
    if not isinstance(error, UvlayersError):
        return Status(code=UNKNOWN, message=crash_report(error))
    status = Status(code=UNKNOWN, message=str(error))
    if source is not None and error.lines:
        value = json.dumps(source_detail(source, error.lines)).encode()
        status.details.add(type_url=DETAIL_PREFIX + SOURCE, value=value)
    return status


def status_with_message(status: Status, message: str) -> Status:
    """`status` saying something else; its details, and with them the lines, stay."""
    told = Status(code=UNKNOWN, message=message)
    told.details.extend(status.details)
    return told


def source_detail(source: SourceInfo, lines: Sequence[LineRange]) -> dict[str, object]:
    """An `errdefs.Source`: the file's text and the ranges to underline, as BuildKit's JSON."""
    return {
        "info": {
            "filename": source.filename,
            "data": base64.b64encode(source.data).decode(),
            "language": source.language,
        },
        "ranges": [{"start": {"line": at.start}, "end": {"line": at.end}} for at in lines],
    }


def crash_report(error: BaseException) -> str:
    """The end of a traceback as a message to the user, and what to do with it."""
    frames = traceback.format_exception(error, limit=-CRASH_FRAMES)
    return (
        f"uvlayers {__version__} crashed\n\n{''.join(frames)}\n"
        "hint: this is a bug in uvlayers, not in the Dockerfile: please report it with these lines"
        " and, if you can, with the Dockerfile and the pyproject.toml"
    )
