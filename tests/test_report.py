import base64

import pytest
from uvlayers.errors import LineRange, LockError, Unsupported, UvlayersError
from uvlayers.installation import Left
from uvlayers.llb.graph import Graph, marshal
from uvlayers.pb import ops_pb2 as pb
from uvlayers.report import Reporter

from tests import dockerfiles
from tests.model.gateway import FakeGateway
from tests.model.solver import Solver

RUN = dockerfiles.run(dockerfiles.image("base"), "uv sync", line=7)
LOAD = dockerfiles.context("dockerfile")


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway(Solver({}, lambda _run, _mounts: {}))


def reporter(gateway: FakeGateway, *infos: pb.SourceInfo) -> Reporter:
    return Reporter(gateway, Graph(RUN, infos))


def loaded() -> pb.SourceInfo:
    """The Dockerfile, and how it was loaded."""
    info = pb.SourceInfo()
    info.CopyFrom(dockerfiles.SOURCE)
    info.definition.CopyFrom(marshal(Graph(LOAD)))
    return info


def test_a_reason_is_shown_at_the_lines_of_its_run(gateway: FakeGateway) -> None:
    reason = Unsupported("it runs in a loop", hint="unroll it")
    reporter(gateway, loaded()).left_as_written(RUN.vertex, reason)
    (warned,) = gateway.warnings
    assert warned.short == "uvlayers: `uv sync` runs as written: it runs in a loop"
    assert warned.detail == ("unroll it",)
    assert warned.lines == (7,)
    assert warned.filename == "Dockerfile"
    assert warned.digest == LOAD.vertex.digest


def test_what_we_got_wrong_is_to_be_reported(
    gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeGateway, "may_fail", True)
    reporter(gateway, loaded()).crashed(RUN.vertex, KeyError("x"))
    (warned,) = gateway.warnings
    assert warned.short == "uvlayers: it is built as written: uvlayers failed: KeyError: 'x'"
    assert "please report it" in warned.detail[0]
    assert warned.lines == (7,)


def test_without_a_dockerfile_the_head_is_warned_about(gateway: FakeGateway) -> None:
    for infos in ((), (dockerfiles.SOURCE,)):
        reporter(gateway, *infos).no_merge()
    assert [warned.digest for warned in gateway.warnings] == [RUN.vertex.digest] * 2
    assert [warned.filename for warned in gateway.warnings] == [None, "Dockerfile"]
    Reporter(gateway, Graph(None)).no_merge()
    assert gateway.warnings[-1].digest == ""


def test_nothing_is_said_twice(gateway: FakeGateway) -> None:
    speaker = reporter(gateway, loaded())
    for _ in range(2):
        speaker.left_as_written(RUN.vertex, Unsupported("no"))
    speaker.left_as_written(RUN.vertex, Unsupported("other"))
    assert len(gateway.warnings) == 2


def test_packages_that_the_command_installs_are_named(gateway: FakeGateway) -> None:
    left = (
        Left("proj", "", local=True, member=True),
        Left("lib", "the lock names no URL", local=False),
        Left("beside", "its build may read more", local=True),
    )
    reporter(gateway, loaded()).left_to_command(RUN.vertex, left)
    assert [warned.short for warned in gateway.warnings] == [
        "uvlayers: `lib` has no layer, the RUN installs it: the lock names no URL",
        "uvlayers: `beside` has no layer, the RUN installs it: its build may read more",
    ]


def test_an_error_underlines_its_run(gateway: FakeGateway) -> None:
    error = UvlayersError("no wheel", hint="add one")
    located = reporter(gateway, loaded()).located(RUN.vertex, error)
    assert located.message == "no wheel\n\nhint: add one"
    (source,) = located.details("errdefs.Source+json")
    assert source["ranges"] == [{"start": {"line": 7}, "end": {"line": 7}}]
    assert base64.b64decode(source["info"]["data"]) == dockerfiles.SOURCE.data


def test_an_error_that_knows_its_lines_keeps_them(gateway: FakeGateway) -> None:
    error = UvlayersError("x", lines=[LineRange(1, 2)])
    located = reporter(gateway, loaded()).located(RUN.vertex, error)
    (source,) = located.details("errdefs.Source+json")
    assert source["ranges"] == [{"start": {"line": 1}, "end": {"line": 2}}]


def test_an_error_of_the_lock_names_the_file(gateway: FakeGateway) -> None:
    error = LockError("expected a string", at="package[3].name")
    located = reporter(gateway, loaded()).located(RUN.vertex, error)
    assert located.message == (
        "cannot use uv.lock: expected a string in `package[3].name`\n\nhint: run `uv lock`"
    )
    hinted = LockError("no", hint="do this")
    assert reporter(gateway).located(RUN.vertex, hinted).message.endswith("hint: do this")
