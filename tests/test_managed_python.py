"""Where the image has no Python, uv's download of one is a step and a layer of its own."""

import pytest
from uvlayers.errors import Unsupported
from uvlayers.llb.graph import walk
from uvlayers.managed_python import managed_directory

from tests import dockerfiles
from tests.builds import (
    BASE,
    CLICK,
    CONTEXT,
    FROZEN,
    IDNA,
    PACKAGED,
    PLAIN,
    Built,
    build_of,
    recommended,
)
from tests.dockerfiles import Bind, Cache, copy, run, workdir
from tests.model.tree import Link, Tree, tree
from tests.model.uv import MANAGED_PYTHON

DOWNLOAD = ["uv", "sync", "--frozen", "--no-compile-bytecode"]
IMAGE = "docker-image://docker.io/library/python:latest"
BARE: dict[str, Tree] = {
    IMAGE: tree(
        {
            "/usr/local/bin/uv": b"\x7fELF uv",
            "/bin/sh": b"\x7fELF sh",
            "/etc/passwd": b"root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n",
        }
    )
}


def downloads(built: Built) -> int:
    return sum(args[:4] == DOWNLOAD for args in built.machine.ran)


def test_a_python_that_is_missing_is_a_layer_below_the_environment() -> None:
    names = ["base", "COPY uv", "WORKDIR", "RUN uv sync"]
    built = build_of(recommended(), PLAIN, IDNA, CLICK, history=names, extra=BARE)
    assert built.files == built.expected
    assert MANAGED_PYTHON in built.files
    assert built.gateway.warnings == []
    assert built.commands == []
    added = [each["created_by"] for each in built.history[3:-1]]
    assert added == ["CPython 3.13.2", "virtual environment", "click 8.0", "idna 3.6"]


def test_it_is_downloaded_once_for_all_commands() -> None:
    state = run(recommended("uv sync --frozen --no-install-project"), "touch /data", line=5)
    state = copy(state, CONTEXT, "/", "/app", line=6)
    head = run(state, FROZEN, mounts=[Cache("/root/.cache/uv")], line=7)
    built = build_of(head, PACKAGED, IDNA, CLICK, extra=BARE)
    assert built.files == built.expected
    assert built.gateway.warnings == []
    assert downloads(built) == 1
    assert sorted(built.unpacked) == [["click"], ["idna"]]


def test_wheels_are_unpacked_where_it_was_downloaded() -> None:
    state = copy(workdir(BASE, "/app", line=2), CONTEXT, "/", "/app", line=3)
    state = run(state, "uv sync --frozen --no-install-package=idna", line=4)
    head = run(run(state, "touch /data", line=5), FROZEN, line=6)
    built = build_of(head, PLAIN, IDNA, CLICK, extra=BARE)
    assert built.files == built.expected
    assert built.gateway.warnings == []
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert uses_of_context(built, "install") == []


@pytest.mark.parametrize("changed", [PLAIN, tree({"/more": b""})])
def test_it_does_not_depend_on_the_projects_files(changed: Tree) -> None:
    state = copy(workdir(BASE, "/app", line=2), CONTEXT, "/", "/app", line=3)
    head = run(state, FROZEN, line=4)
    files = {**PLAIN, **changed}
    built = build_of(head, files, IDNA, CLICK, extra=BARE)
    assert built.files == built.expected
    assert downloads(built) == 1
    assert uses_of_context(built, "download Python") == []


def uses_of_context(built: Built, name: str) -> list[str]:
    """The steps of that name which depend on the build context."""
    head = built.head
    assert head is not None
    return [
        vertex.digest
        for vertex in dockerfiles.graph(head).vertices()
        if name in vertex.metadata.description.get("llb.customname", "")
        and CONTEXT.vertex in walk(vertex)
    ]


def test_a_download_that_fails_is_left_to_the_command() -> None:
    built = build_of(recommended(), PLAIN, IDNA, CLICK, extra=BARE, failing=[DOWNLOAD[-1]])
    assert built.files == built.expected
    (warning,) = built.gateway.warnings
    assert "uv cannot download a Python beforehand" in warning.short


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        (FROZEN, ["UV_PYTHON_DOWNLOADS=never"]),
        (FROZEN, ["UV_PYTHON_DOWNLOADS=manual"]),
        (FROZEN, ["UV_PYTHON_PREFERENCE=only-system"]),
        (FROZEN, ["UV_NO_MANAGED_PYTHON=1"]),
        (f"{FROZEN} --no-python-downloads", []),
    ],
)
def test_uv_that_may_not_download_one_is_not_made_to(command: str, variables: list[str]) -> None:
    env = [dockerfiles.PATH, *variables]
    built = build_of(recommended(command, env=env), PLAIN, IDNA, CLICK, extra=BARE)
    (warning,) = built.gateway.warnings
    assert "uv finds no Python that is there already" in warning.short
    assert downloads(built) == 0


def test_a_link_on_the_way_is_left_to_the_command() -> None:
    linked: dict[str, Tree] = {IMAGE: {**BARE[IMAGE], "/root": Link("/home")}}
    built = build_of(recommended(), PLAIN, IDNA, CLICK, extra=linked)
    (warning,) = built.gateway.warnings
    assert "the way to uv's Pythons leads through a symbolic link" in warning.short


def test_a_mount_over_uv_is_seen_by_the_download() -> None:
    tool = Bind("/opt", dockerfiles.image("uv"))
    head = recommended(FROZEN, tool, env=["PATH=/opt:/usr/local/bin:/bin"])
    built = build_of(head, PLAIN, IDNA, CLICK, extra=BARE)
    assert built.files == built.expected
    assert downloads(built) == 1


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "/home/app/.local/share/uv/python"),
        ({"HOME": "/srv"}, "/srv/.local/share/uv/python"),
        ({"XDG_DATA_HOME": "/data/"}, "/data/uv/python"),
        ({"XDG_DATA_HOME": "relative"}, "/home/app/.local/share/uv/python"),
        ({"UV_PYTHON_INSTALL_DIR": "/python", "XDG_DATA_HOME": "/data"}, "/python"),
        ({"UV_PYTHON_INSTALL_DIR": ""}, "/home/app/.local/share/uv/python"),
    ],
)
def test_where_uv_keeps_its_pythons(environment: dict[str, str], expected: str) -> None:
    assert managed_directory(environment, "/home/app") == expected


def test_a_relative_directory_is_not_taken() -> None:
    with pytest.raises(Unsupported, match="no absolute path"):
        managed_directory({"UV_PYTHON_INSTALL_DIR": "python"}, "/root")
