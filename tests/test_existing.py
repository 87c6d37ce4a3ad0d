"""Environments that are there before the sync, in whole builds on the model."""

import pytest
from uvlayers.llb.graph import Output

from tests.builds import (
    BASE,
    CLICK,
    CONTEXT,
    FROZEN,
    IDNA,
    INTO_VENV,
    PLAIN,
    PROJECT_FILES,
    UV_VENV,
    Built,
    build_of,
    into_venv,
    same_files,
)
from tests.dockerfiles import copy, run, workdir
from tests.model.tree import Directory, Link, Node, Tree, tree
from tests.model.uv import PYTHON, PYTHON_IMAGE

PACKAGES = "/opt/venv/lib/python3.13/site-packages"
VENV: dict[str, Node | bytes | str] = {
    "/opt/venv": Directory(0o751, 5, 6),
    "/opt/venv/pyvenv.cfg": b"home = /usr/local/bin\nrelocatable = false",
    "/opt/venv/bin/python": Link(PYTHON),
    "/opt/venv/lib64": Link("lib"),
    "/opt/venv/share": Directory(0o700, 7, 8),
    PACKAGES: Directory(0o755, 9, 9),
}


def base_with(entries: dict[str, Node | bytes | str]) -> dict[str, Tree]:
    image = {**PYTHON_IMAGE, **tree({**VENV, **entries})}
    return {"docker-image://docker.io/library/python:latest": image}


def sync() -> Output:
    state = workdir(BASE, "/app")
    return run(state, FROZEN, env=INTO_VENV, mounts=PROJECT_FILES, line=4)


def built_on(entries: dict[str, Node | bytes | str]) -> Built:
    return build_of(sync(), PLAIN, IDNA, CLICK, extra=base_with(entries))


def test_the_directories_that_are_there_keep_their_looks() -> None:
    built = built_on({})
    assert not built.gateway.warnings
    assert built.unpacked
    assert built.files["/opt/venv"] == Directory(0o751, 5, 6)
    assert built.files["/opt/venv/share"] == Directory(0o700, 7, 8)
    assert built.files[PACKAGES] == Directory(0o755, 9, 9)


def test_pip_may_be_there_where_uv_leaves_it_alone() -> None:
    built = built_on({f"{PACKAGES}/pip-25.0.dist-info/METADATA": b""})
    assert not built.gateway.warnings
    assert built.unpacked


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        (
            {f"{PACKAGES}/mine-1.dist-info/METADATA": b""},
            "the environment that is there has packages of its own: `mine`",
        ),
        (
            {"/opt/venv/pyvenv.cfg": b"home = /x\nRelocatable = true"},
            "the environment that is there has `relocatable = true`",
        ),
        (
            {"/opt/venv/pyvenv.cfg": b"include-system-site-packages = true"},
            "the environment that is there has `include-system-site-packages = true`",
        ),
        (
            {"/opt/venv/etc": Link("/etc")},
            "a symbolic link is in the environment: `/opt/venv/etc`",
        ),
    ],
)
def test_what_uv_or_layers_would_change_is_left_as_written(
    entries: dict[str, Node | bytes | str], reason: str
) -> None:
    built = built_on(entries)
    (warned,) = built.gateway.warnings
    assert reason in warned.short
    assert built.head == sync()


def test_an_environment_that_uv_made_before_is_filled() -> None:
    head = into_venv(run(workdir(BASE, "/app"), UV_VENV, line=3))
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert same_files(built)
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert "/opt/venv/.lock" in built.files


def test_an_environment_in_the_project_stays_below_what_is_copied() -> None:
    made = run(workdir(BASE, "/app"), "uv venv .venv", line=3)
    first = run(made, FROZEN, mounts=PROJECT_FILES, line=4)
    head = run(copy(first, CONTEXT, "/", "/app", line=5), FROZEN, line=6)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert same_files(built)


def test_files_that_are_copied_into_an_environment_are_seen() -> None:
    made = run(workdir(BASE, "/app"), "uv venv .venv", line=3)
    stray = {**PLAIN, **tree({"/.venv/share/x": b""})}
    head = run(copy(made, CONTEXT, "/", "/app", line=4), FROZEN, line=5)
    built = build_of(head, stray, IDNA, CLICK)
    assert built.head == head
    (warned,) = built.gateway.warnings
    assert "files are copied into the environment that is there: `/app/.venv`" in warned.short


def test_an_empty_directory_keeps_its_looks() -> None:
    head = into_venv(run(workdir(BASE, "/app"), "mkdir -m 750 /opt/venv", line=3))
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert same_files(built)
    assert built.files["/opt/venv"] == Directory(0o750)


def test_a_directory_with_files_is_left_to_uv() -> None:
    head = run(workdir(BASE, "/app"), "mkdir -m 755 /opt/venv && touch /opt/venv/x", line=3)
    built = build_of(into_venv(head), PLAIN, IDNA, CLICK)
    assert built.head == into_venv(head)
    (warned,) = built.gateway.warnings
    assert "something exists already at the environment's path: `/opt/venv`" in warned.short


def test_an_environment_with_packages_is_left_to_uv() -> None:
    synced = into_venv(run(workdir(BASE, "/app"), UV_VENV, line=3))
    head = into_venv(run(synced, ["observe"], line=5), line=6)
    built = build_of(head, PLAIN, IDNA, CLICK)
    (warned,) = built.gateway.warnings
    assert "the environment that is there has packages of its own: `click`" in warned.short
    assert built.files == built.expected
