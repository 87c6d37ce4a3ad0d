"""Which vertices ran, as BuildKit's records tell it."""

import json
from collections.abc import Mapping

import pytest

from integration.progress import Progress, parse_progress

STARTED = {"started": "2026-01-01T00:00:00Z", "completed": "2026-01-01T00:00:01Z"}

CANCELED = {**STARTED, "error": "context canceled: context canceled"}


def parse(*vertices: Mapping[str, object]) -> Progress:
    progress, messages = parse_progress([json.dumps({"vertexes": [raw]}) for raw in vertices])
    assert messages == ""
    return progress


def test_a_source_that_only_told_its_key_has_not_run() -> None:
    progress = parse(
        {"digest": "a", "name": "fetch a", **STARTED},
        {"digest": "b", "name": "fetch b", **STARTED},
        {"digest": "c", "name": "install a", "inputs": ["a"], **STARTED, "cached": True},
        {"digest": "d", "name": "install b", "inputs": ["b"], **STARTED},
    )
    assert progress.executed() == {"fetch b", "install b"}
    assert progress.cached() == {"install a"}


def test_a_source_from_the_cache_has_not_run_whoever_takes_it() -> None:
    progress = parse(
        {"digest": "a", "name": "fetch a", **STARTED, "cached": True},
        {"digest": "b", "name": "install a", "inputs": ["a"], **STARTED},
    )
    assert progress.executed() == {"install a"}


def test_a_layer_that_is_pulled_has_not_run() -> None:
    found = {"digest": "a", "name": "install a", "inputs": ["x"], **STARTED, "cached": True}
    pulled = {"digest": "a", "name": "install a", **STARTED}
    progress = parse(found, pulled, pulled)
    assert progress.executed() == set()
    assert progress.cached() == {"install a"}
    failed = parse(found, {**pulled, "error": "not found"})
    assert failed.failed() == {"install a"}
    assert parse(found, {**found, "cached": False}).executed() == {"install a"}


def test_later_records_may_leave_the_inputs_out() -> None:
    progress = parse(
        {"digest": "a", "name": "fetch a", **STARTED},
        {"digest": "b", "name": "merge", "inputs": ["a"]},
        {"digest": "b", "name": "merge", **STARTED},
    )
    assert progress.vertices["b"].inputs == ("a",)
    assert progress.executed() == {"fetch a", "merge"}


@pytest.mark.parametrize("cached", [True, False])
def test_a_canceled_search_for_a_key_changes_nothing(cached: bool) -> None:
    progress = parse(
        {"digest": "a", "name": "install a", "inputs": ["x"], **STARTED, "cached": cached},
        {"digest": "a", "name": "install a", "inputs": ["x"], **CANCELED},
    )
    assert progress.cached() == ({"install a"} if cached else frozenset())
    assert progress.executed() == (frozenset() if cached else {"install a"})
    assert progress.failed() == frozenset()


def test_what_was_canceled_has_neither_run_nor_failed() -> None:
    progress = parse({"digest": "a", "name": "install a", "inputs": ["x"], **CANCELED})
    assert progress.executed() == progress.failed() == frozenset()


def test_what_every_build_looks_up_again_is_not_counted() -> None:
    names = (
        "[internal] load build definition from Dockerfile",
        "[context python:3.13-slim] load metadata for some/python",
        "docker-image://docker.io/uvlayers/frontend",
        "exporting to image",
    )
    looked_up = [
        {"digest": name, "name": name, "inputs": ["x"], **STARTED, "error": ""} for name in names
    ]
    assert parse(*looked_up).executed() == frozenset()
