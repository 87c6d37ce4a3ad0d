import base64
import json
from collections.abc import Mapping

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from uvlayers import __version__
from uvlayers.errors import LineRange, LockError, UvlayersError
from uvlayers.gateway.errors import (
    DETAIL_PREFIX,
    SOURCE,
    STATUS_TRAILER,
    VERTEX,
    GatewayError,
    gateway_error,
    status_of,
    status_with_message,
)
from uvlayers.pb.ops_pb2 import SourceInfo
from uvlayers.pb.status_pb2 import Status

DOCKERFILE = SourceInfo(
    filename="Dockerfile", data=b"FROM python\nRUN uv sync\n", language="Dockerfile"
)


def make_detail(kind: str, value: object) -> Any:
    return Any(type_url=DETAIL_PREFIX + kind, value=json.dumps(value).encode())


def decode(detail: Any) -> Mapping[str, object]:
    decoded = json.loads(detail.value)
    assert isinstance(decoded, dict)
    return decoded


class Refusal(grpc.RpcError):  # type: ignore[misc]
    def __init__(self, trailers: tuple[tuple[str, bytes | str], ...] | None) -> None:
        self.trailers = trailers

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNIMPLEMENTED

    def details(self) -> str | None:
        return "unknown method" if self.trailers is None else None

    def trailing_metadata(self) -> tuple[tuple[str, bytes | str], ...] | None:
        return self.trailers


def test_status_comes_from_the_trailer() -> None:
    status = Status(code=2, message="no", details=[make_detail(VERTEX, {"digest": "sha256:1"})])
    error = gateway_error(Refusal((("other", "x"), (STATUS_TRAILER, status.SerializeToString()))))
    assert error.status == status
    assert error.code == 2
    assert str(error) == "no"


def test_status_without_a_trailer() -> None:
    assert gateway_error(Refusal(None)).status == Status(code=12, message="unknown method")
    assert gateway_error(Refusal(())).status == Status(code=12)


def test_details_by_kind() -> None:
    first, second = {"digest": "sha256:1"}, {"digest": "sha256:2"}
    details = [
        make_detail("errdefs.Solve+json", {"inputIDs": ["a"]}),
        make_detail(VERTEX, first),
        make_detail(VERTEX, second),
    ]
    error = GatewayError(Status(code=2, details=details))
    assert list(error.details(VERTEX)) == [first, second]
    assert list(error.details(SOURCE)) == []
    assert error.vertex == "sha256:1"


def test_error_of_no_vertex() -> None:
    assert GatewayError(Status(code=2)).vertex is None
    assert GatewayError(Status(code=2, details=[make_detail(VERTEX, {})])).vertex is None


def test_details_that_cannot_be_read_are_passed_over() -> None:
    broken = Any(type_url=DETAIL_PREFIX + VERTEX, value=b"{")
    details = [broken, make_detail(VERTEX, None), make_detail(VERTEX, {"digest": "sha256:1"})]
    error = GatewayError(Status(code=2, details=details))
    assert list(error.details(VERTEX)) == [{"digest": "sha256:1"}]
    assert error.vertex == "sha256:1"


def test_another_message_keeps_the_details() -> None:
    details = [make_detail(VERTEX, {"digest": "sha256:1"})]
    told = status_with_message(Status(code=5, message="gone", details=details), "no `torch`")
    assert told == Status(code=2, message="no `torch`", details=details)


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        ("open /uv.lock: no such file or directory", True),
        ("lstat /a\nb: not a directory", True),
        ("open /uv.lock: permission denied", False),
        ("failed to mount /x: no such file or directory", False),
    ],
)
def test_missing_path(message: str, missing: bool) -> None:
    assert GatewayError(Status(code=2, message=message)).is_missing is missing


def test_failed_op_is_no_missing_path() -> None:
    status = Status(code=2, message="open /a: no such file or directory")
    status.details.append(make_detail(VERTEX, {"digest": "sha256:1"}))
    assert not GatewayError(status).is_missing


def test_error_of_the_daemon_is_returned_unchanged() -> None:
    status = Status(code=5, message="no", details=[Any(type_url="unheard/of", value=b"\x00\xff")])
    assert status_of(GatewayError(status), DOCKERFILE) is status


def test_error_of_ours_underlines_the_dockerfile() -> None:
    error = UvlayersError("no wheel for `torch`", hint="ask for one", lines=[LineRange(2, 3)])
    status = status_of(error, DOCKERFILE)
    assert (status.code, status.message) == (2, "no wheel for `torch`\n\nhint: ask for one")
    (detail,) = status.details
    assert detail.type_url == "github.com/moby/buildkit/errdefs.Source+json"
    assert decode(detail) == {
        "info": {
            "filename": "Dockerfile",
            "data": base64.b64encode(DOCKERFILE.data).decode(),
            "language": "Dockerfile",
        },
        "ranges": [{"start": {"line": 2}, "end": {"line": 3}}],
    }


@pytest.mark.parametrize(
    "error",
    [LockError("expected a string", at="version"), UvlayersError("x", lines=[LineRange(1, 1)])],
)
def test_error_of_ours_without_a_place(error: UvlayersError) -> None:
    assert status_of(error) == Status(code=2, message=str(error))


def test_crash_asks_to_be_reported() -> None:
    def recurse(depth: int) -> None:
        if depth == 0:
            raise KeyError("purelib")
        recurse(depth - 1)

    with pytest.raises(KeyError) as raised:
        recurse(50)
    status = status_of(raised.value, DOCKERFILE)
    assert status.code == 2
    first, *lines, last = status.message.splitlines()
    assert first == f"uvlayers {__version__} crashed"
    assert "KeyError: 'purelib'" in lines
    assert len(lines) < 20
    assert last.startswith(
        "hint: this is a bug in uvlayers, not in the Dockerfile: please report it"
    )
