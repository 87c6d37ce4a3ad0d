import json
from dataclasses import replace

import pytest
from uvlayers.errors import Unsupported
from uvlayers.explain import AGAIN, Fetch, explain
from uvlayers.gateway.errors import GatewayError
from uvlayers.gateway.result import Ref
from uvlayers.layers.plan import Wheel
from uvlayers.pb.status_pb2 import Status

from tests.model.gateway import FakeGateway
from tests.model.solver import Solver

WHEEL = Wheel(
    "idna", "3.6", "idna-3.6-py3-none-any.whl", "https://example.org/idna.whl", "sha256:abc"
)
VERTEX = "sha256:1"
PUBLIC, PRIVATE = Fetch(WHEEL, private=False), Fetch(WHEEL, private=True)


class Index(FakeGateway):
    """A gateway whose index answers every question with `answer`, an error unless empty."""

    def __init__(self, answer: str) -> None:
        super().__init__(Solver({}, lambda _run, _mounts: {}))
        self.answer = answer

    def evaluate(self, ref: Ref) -> None:
        self.evaluated.append(self.head(ref))
        if self.answer:
            raise GatewayError(Status(code=2, message=self.answer))


def failed(message: str = "digest mismatch") -> GatewayError:
    """What the daemon says of a vertex that failed."""
    status = Status(code=2, message=message)
    detail = json.dumps({"digest": VERTEX}).encode()
    status.details.add(type_url="github.com/moby/buildkit/errdefs.Vertex+json", value=detail)
    status.details.add(type_url="github.com/moby/buildkit/errdefs.Source+json", value=b"{}")
    return GatewayError(status)


def test_other_errors_stay_what_they_are() -> None:
    index = Index("")
    for error in (failed(), GatewayError(Status(message="canceled"))):
        assert explain(error, {}, (), index) is error
    assert index.evaluated == []


@pytest.mark.parametrize(
    "answer",
    [
        "invalid response status 401",
        "invalid response status 403",
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "dial tcp: lookup example.invalid: no such host",
        "dial tcp 127.0.0.1:1: connect: connection refused",
    ],
)
def test_an_index_that_only_the_run_may_reach_is_left_to_it(answer: str) -> None:
    reason = explain(failed(), {VERTEX: PUBLIC}, (), Index(f"failed to load cache key: {answer}"))
    assert isinstance(reason, Unsupported)
    assert reason.message == (f"the builder cannot fetch `idna-3.6-py3-none-any.whl`: {answer}")
    assert reason.hint is not None
    assert "HTTP_AUTH_TOKEN_<host>" in reason.hint


def test_what_is_hidden_may_be_there_for_whoever_has_credentials() -> None:
    index = Index("invalid response status 404 Not Found")
    assert isinstance(explain(failed(), {VERTEX: PRIVATE}, (), index), Unsupported)
    told = explain(failed(), {VERTEX: PUBLIC}, (), index)
    assert isinstance(told, GatewayError)
    assert "cannot fetch `idna-3.6-py3-none-any.whl` of `idna 3.6` in uv.lock" in told.message
    assert "the index has it no more: `uv lock --upgrade-package idna`" in told.message
    told = explain(failed(), {VERTEX: replace(PUBLIC, lock="pylock.dev.toml")}, (), index)
    assert "of `idna 3.6` in pylock.dev.toml" in told.message
    assert told.message.endswith("the index has it no more: lock again")


def test_a_wrong_file_is_told_from_a_wrong_answer() -> None:
    told = explain(failed(), {VERTEX: PUBLIC}, (), Index(""))
    assert isinstance(told, GatewayError)
    assert "digest mismatch" in told.message
    assert "that is not the file that was locked" in told.message
    told = explain(failed(), {VERTEX: PUBLIC}, (), Index("invalid response status 503"))
    assert "invalid response status 503" in told.message
    assert told.message.endswith(AGAIN)


def test_the_lines_of_the_dockerfile_stay() -> None:
    told = explain(failed("unexpected EOF"), {VERTEX: PUBLIC}, (), Index(""))
    assert isinstance(told, GatewayError)
    assert [detail.type_url for detail in told.status.details] == [
        detail.type_url for detail in failed().status.details
    ]


def test_the_index_is_asked_without_a_checksum() -> None:
    index = Index("")
    explain(failed(), {VERTEX: PUBLIC}, (), index)
    (asked,) = index.evaluated
    assert asked is not None
    assert asked.vertex.op.source.identifier == WHEEL.url
    assert "http.checksum" not in asked.vertex.op.source.attrs


def test_a_wheel_with_a_file_whose_name_is_taken() -> None:
    ended = 'process "python …" did not complete successfully: exit code: '
    refused = explain(failed(f"{ended}3"), {}, {VERTEX}, Index(""))
    assert isinstance(refused, Unsupported)
    assert "by a name that the system or uv has taken" in refused.message
    for message, installs in ((f"{ended}1", {VERTEX}), (f"{ended}3", set[str]())):
        assert isinstance(explain(failed(message), {}, installs, Index("")), GatewayError)
