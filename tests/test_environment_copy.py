"""Environments that are copied to another stage, in whole builds on the model."""

import pytest
from uvlayers.llb.graph import Output

from tests import dockerfiles
from tests.builds import (
    BASE,
    CLICK,
    CONTEXT,
    FROZEN,
    IDNA,
    PLAIN,
    build_of,
    into_venv,
    recommended,
    same_files,
)
from tests.dockerfiles import copy, run, workdir
from tests.model.tree import Directory, tree


def test_a_stage_that_copies_the_environment_keeps_its_layers() -> None:
    builder = copy(recommended(), CONTEXT, "/", "/app", line=5)
    head = copy(workdir(BASE, "/app", line=7), builder, "/app", "/app", line=8)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == []
    head = copy(BASE, recommended(), "/app/.venv", "/app/.venv", chown=(1000, 1000), line=8)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected


@pytest.mark.parametrize(
    ("src", "dest"), [("/app/.venv", "/other"), ("/app/.venv/lib", "/x"), ("/app", "/srv")]
)
def test_an_environment_that_is_copied_elsewhere_is_a_plain_copy(src: str, dest: str) -> None:
    built = build_of(copy(BASE, recommended(), src, dest, line=8), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert len(built.unpacked) == 2


def test_an_environment_that_is_linked_keeps_its_layers() -> None:
    head = dockerfiles.copy_link(BASE, recommended(), "/app/.venv", "/app/.venv", line=8)
    built = build_of(head, PLAIN, IDNA, CLICK, history=["base", "COPY --link"])
    assert built.files == built.expected
    names = [each["created_by"] for each in built.history]
    assert names == ["base", "click 8.0", "idna 3.6", "COPY --link"]


def test_an_environment_copied_over_a_link_follows_it() -> None:
    links = {"docker-image://docker.io/library/links:latest": tree({"/app/.venv": "/srv/venv"})}
    onto = copy(BASE, dockerfiles.image("links"), "/", "/", line=7)
    head = copy(onto, recommended(), "/app/.venv", "/app/.venv", line=8)
    built = build_of(head, PLAIN, IDNA, CLICK, extra=links)
    assert built.files == built.expected
    assert "/srv/venv/pyvenv.cfg" in built.files


def test_a_copy_of_an_environment_that_was_there_keeps_the_looks_of_its_directories() -> None:
    made = into_venv(run(workdir(BASE, "/app"), "mkdir -m 750 /opt/venv", line=3))
    head = copy(workdir(BASE, "/srv"), made, "/opt", "/opt", line=7)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert same_files(built)
    assert built.files["/opt/venv"] == Directory(0o750)


@pytest.mark.parametrize(
    "head",
    [
        recommended(),
        copy(BASE, recommended(), "/app/.venv", "/app/.venv", line=8),
        copy(BASE, recommended(), "/app/.venv", "/app/.venv", chown=(1000, 1000), line=8),
        dockerfiles.copy_link(BASE, recommended(), "/app/.venv", "/app/.venv", line=8),
        run(recommended(), "chown -R 1000 /app/.venv", line=8),
    ],
    ids=["here", "copied", "of another owner", "linked", "given away"],
)
def test_a_wheel_with_a_name_that_is_taken_is_left_to_the_sync(head: Output) -> None:
    built = build_of(head, PLAIN, IDNA, CLICK, refused=["click"])
    assert built.files == built.expected
    assert FROZEN in built.commands
    (warned,) = built.gateway.warnings
    assert "taken" in warned.short
    assert warned.lines == (4,)
