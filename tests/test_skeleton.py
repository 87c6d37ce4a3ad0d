"""Which Python runs the guest that makes an environment."""

import pytest

from tests.builds import CLICK, IDNA, PLAIN, PROJECT_FILES, Built, build_of, recommended
from tests.dockerfiles import run
from tests.model.tree import Link, Node, Tree, tree
from tests.model.uv import PYTHON_IMAGE

USUAL = "/usr/local/bin/python3"
UV_RUN = ["uv", "run", "--quiet"]


def base_with(entries: dict[str, Node | bytes | str]) -> dict[str, Tree]:
    image = {path: node for path, node in PYTHON_IMAGE.items() if path != USUAL}
    return {"docker-image://docker.io/library/python:latest": {**image, **tree(entries)}}


def starts(built: Built) -> list[list[str]]:
    """The first words of those that made the environment."""
    made = [args for args in built.machine.ran if any("environment.py" in arg for arg in args)]
    assert built.files == built.expected
    assert built.gateway.warnings == []
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    return [args[:3] for args in made]


def test_one_that_images_have_runs_it() -> None:
    built = build_of(recommended(), PLAIN, IDNA, CLICK)
    assert starts(built) == [["/usr/local/bin/python3.13", "-I", "-S"]]


@pytest.mark.parametrize(
    "entries",
    [
        {},
        {USUAL: Link("/etc/alternatives/python3"), "/etc/alternatives/python3": b""},
        {USUAL: Link("../lib/python"), "/usr/local/lib/python": b""},
    ],
    ids=["none", "a link to elsewhere", "a relative link to elsewhere"],
)
def test_uv_finds_one_where_there_is_none(entries: dict[str, Node | bytes | str]) -> None:
    assert starts(build_of(recommended(), PLAIN, IDNA, CLICK, extra=base_with(entries))) == [UV_RUN]


@pytest.mark.parametrize("failing", [[USUAL], []])
def test_uv_finds_one_where_it_does_not_run(failing: list[str]) -> None:
    entries: dict[str, Node | bytes | str] = {USUAL: b"of another system"}
    extra = base_with(entries)
    built = build_of(recommended(), PLAIN, IDNA, CLICK, extra=extra, failing=failing)
    usual = [USUAL, "-I", "-S"]
    assert starts(built) == ([usual, UV_RUN] if failing else [usual])


def test_a_run_whose_uv_cannot_be_started_is_left_and_others_are_not() -> None:
    entries: dict[str, Node | bytes | str] = {USUAL: b"of another system", "/opt/uv": b"likewise"}
    into = ["UV_PROJECT_ENVIRONMENT=/opt/venv"]
    state = run(recommended(), "/opt/uv sync --frozen", env=into, mounts=PROJECT_FILES, line=9)
    built = build_of(
        state, PLAIN, IDNA, CLICK, extra=base_with(entries), failing=[USUAL, "/opt/uv"]
    )
    (warning,) = built.gateway.warnings
    assert "uv cannot be run beforehand" in warning.short
    assert sorted(built.unpacked) == [["click"], ["idna"]]
