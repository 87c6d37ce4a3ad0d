"""Builds in which something fails or is not there: tried again, or built as written."""

import pytest
from uvlayers.build import build
from uvlayers.gateway.capabilities import DIFF_OP, EVALUATE, WARNINGS
from uvlayers.gateway.errors import GatewayError
from uvlayers.options import Options

from tests import dockerfiles
from tests.builds import (
    ATTRS,
    BASE,
    CLICK,
    CONTEXT,
    FROZEN,
    IDNA,
    PACKAGED,
    PLAIN,
    build_of,
    recommended,
    sources,
)
from tests.dockerfiles import copy, run
from tests.model.gateway import FakeGateway, delegated_result
from tests.model.solver import Solver
from tests.model.tree import tree
from tests.model.uv import Machine, project, pyproject_of


def test_a_command_that_fails_below_the_layers_is_run_on_them() -> None:
    head = run(recommended(), "touch /x", line=9)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == ["touch /x"]
    assert built.gateway.warnings == []
    with pytest.raises(GatewayError, match="exit code 1: touch /x"):
        build_of(head, PLAIN, IDNA, CLICK, failing=["touch /x"])


def test_a_run_that_was_cut_in_vain_is_in_one_piece_again() -> None:
    later = copy(recommended(), dockerfiles.context("more"), "/", "/app", line=5)
    more = {"local://more": tree(project(IDNA))}
    names = ["base", "COPY", "WORKDIR", "sync", "COPY", "RUN"]
    head = run(later, f"make && {FROZEN}", line=7)
    built = build_of(head, PLAIN, IDNA, CLICK, history=names, extra=more)
    assert built.files == built.expected
    assert built.commands[-1] == f"make && {FROZEN}"
    (warned,) = built.gateway.warnings
    assert warned.lines == (7,)
    assert built.history[-1]["created_by"] == "RUN"


def test_an_engine_that_cannot_merge_builds_as_written() -> None:
    delegated = delegated_result(dockerfiles.graph(recommended()))
    gateway = FakeGateway(
        Solver(sources(PLAIN), Machine()), delegated, enabled=(DIFF_OP, EVALUATE, WARNINGS)
    )
    assert build(gateway, Options({})).message == delegated
    (warned,) = gateway.warnings
    assert "this engine cannot merge layers" in warned.short
    assert "containerd-snapshotter" in warned.detail[0]
    assert warned.filename == "Dockerfile"


def test_a_failing_sync_does_not_end_a_build_that_goes_on() -> None:
    state = copy(BASE, CONTEXT, "/", "/app", line=3)
    head = run(state, "uv sync --frozen; true", line=4)
    broken = tree({**project(IDNA), "/uv.lock": b"version = 9\npackage = []"})
    built = build_of(head, broken)
    assert built.head == head
    assert "runs as written" in built.gateway.warnings[0].short


@pytest.mark.parametrize(
    "command",
    [
        f"{FROZEN} || uv sync",
        f"{FROZEN} 2>/dev/null || uv pip install .",
        f"{FROZEN} || uv sync || echo none",
    ],
)
def test_the_other_side_does_not_run_where_the_sync_cannot_fail(command: str) -> None:
    built = build_of(recommended(command), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert built.commands == []
    assert built.gateway.warnings == []


def test_what_follows_an_alternative_runs_on_top() -> None:
    command = f"{FROZEN} || uv sync && touch /x"
    built = build_of(recommended(command), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == [command]
    assert len(built.unpacked) == 2


def test_the_other_side_may_run_where_the_project_is_built() -> None:
    head = run(copy(recommended("true"), CONTEXT, "/", "/app", line=5), f"{FROZEN} || :", line=6)
    built = build_of(head, PACKAGED, IDNA, CLICK)
    assert built.head == head
    (warned,) = built.gateway.warnings
    assert warned.short.endswith("its alternative runs where `proj` cannot be installed")


def test_the_other_side_may_run_where_the_lock_is_not_known_to_fit() -> None:
    other = tree({**project(IDNA, CLICK), "/pyproject.toml": pyproject_of(IDNA, ATTRS)})
    head = recommended("uv sync --locked || uv sync --frozen")
    built = build_of(head, other, IDNA, CLICK)
    assert built.head == head
    assert "runs as written" in built.gateway.warnings[0].short


@pytest.mark.parametrize("command", [f"{FROZEN} || uv sync", f"{FROZEN}; touch /x"])
def test_a_wheel_that_cannot_be_had_does_not_end_a_build_that_goes_on(command: str) -> None:
    head = recommended(command)
    built = build_of(head, PLAIN, IDNA)
    assert built.files == built.expected
    assert built.commands == [command]
    (warned,) = built.gateway.warnings
    assert "the RUN goes on where it fails: cannot fetch `click" in warned.short


def test_a_run_that_fails_in_parts_is_run_whole() -> None:
    command = f"touch /x && {FROZEN} && touch /y"
    built = build_of(recommended(command), PLAIN, IDNA, CLICK, failing=["touch /x"])
    assert built.files == built.expected
    assert built.commands == ["touch /x", command]
    (warned,) = built.gateway.warnings
    assert warned.short.endswith("in another form it fails: exit code 1: touch /x")


def test_a_command_that_fails_beside_the_layers_is_run_as_it_is_written() -> None:
    command = f"{FROZEN} && rm -rf /root/.cache"
    left = command.replace(
        " &&", " --inexact --no-install-package=click --no-install-package=idna &&"
    )
    built = build_of(recommended(command), PLAIN, IDNA, CLICK, failing=[left])
    assert built.files == built.expected
    assert built.commands == [left, command]
    with pytest.raises(GatewayError, match=f"exit code 1: {command}"):
        build_of(recommended(command), PLAIN, IDNA, CLICK, failing=[left, command])


def test_what_we_get_wrong_does_not_end_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("uvlayers.attempt.take_over", broken)
    monkeypatch.setattr(FakeGateway, "may_fail", True)
    built = build_of(recommended(), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == [FROZEN]
    (warned,) = built.gateway.warnings
    assert "uvlayers failed: KeyError" in warned.short
    assert warned.lines == (4,)
