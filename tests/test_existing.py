"""Environments that are there before the sync, in whole builds on the model."""

import pytest
from uvlayers.llb.graph import Output

from tests.dockerfiles import run, workdir
from tests.model.tree import Directory, Link, Node, Tree, tree
from tests.model.uv import PYTHON, PYTHON_IMAGE
from tests.test_build import (
    BASE,
    CLICK,
    FROZEN,
    IDNA,
    INTO_VENV,
    PLAIN,
    PROJECT_FILES,
    Built,
    build_of,
)

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
