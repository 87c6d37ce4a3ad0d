"""The published table of golden layers holds for every builder, base image, project and day.

Another day needs no clock to be set: the table was written on one, and every run is on a later.
"""

import platform
from collections.abc import Mapping
from pathlib import Path

import pytest

from integration.commands import CommandFailedError
from integration.engine import Engine
from integration.frontends import Frontends, frontends
from integration.golden import (
    DOCUMENT,
    WHEELS,
    Golden,
    build,
    build_golden,
    golden_project,
    layer_ids,
    read_table,
    title_of,
    written,
)
from integration.machine import Machine
from integration.projects import Project, Projects, pyproject
from integration.recipes import PATCHED_PYTHON, PYTHON, SYSTEM_PYTHON, UV

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the table has the wheels of linux/amd64"
)

Table = Mapping[str, Golden]


@pytest.fixture(scope="module")
def published() -> Table:
    return read_table(DOCUMENT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project(projects: Projects) -> Project:
    return golden_project(projects)


def table(golden: list[Golden]) -> Table:
    return {each.filename: each for each in golden}


def chosen(published: Table, *, bytecode: bool) -> dict[str, str]:
    return {name: each.compiled if bytecode else each.plain for name, each in published.items()}


def test_the_table_has_every_wheel_once(published: Table) -> None:
    assert sorted(map(title_of, published)) == sorted(pin.replace("==", " ") for pin in WHEELS)
    assert len({each.plain for each in published.values()}) == len(WHEELS)
    assert all(each.plain != each.compiled for each in published.values())
    text = DOCUMENT.read_text(encoding="utf-8")
    assert written(text, list(published.values())) == text


def test_layers_are_as_published(both: Frontends, project: Project, published: Table) -> None:
    assert table(build_golden(both, project)) == published


def test_layers_are_the_same_on_an_older_engine(
    machine: Machine, older_engine: Engine, project: Project, published: Table, tmp_path: Path
) -> None:
    """Another BuildKit, containerd and runc, built by another Go, that has an empty cache."""
    releases = {
        engine.docker("version", "--format", "{{.Server.Version}}").partition(".")[0]
        for engine in (machine.engine, older_engine)
    }
    assert len(releases) == 2
    assert older_engine.merges()
    for recipe in (PYTHON, UV):
        machine.image(recipe.image_ref, older_engine)
    with frontends(older_engine, machine.frontend_image(older_engine), tmp_path) as older:
        assert table(build_golden(older, project)) == published


@pytest.mark.parametrize("bytecode", [False, True])
def test_layers_are_the_same_on_another_base_image(
    machine: Machine, both: Frontends, project: Project, published: Table, bytecode: bool
) -> None:
    """Debian's own build of the same release, in /usr and not in /usr/local."""
    base = machine.image(SYSTEM_PYTHON.image_ref)
    found = layer_ids(build(both, project, base=base, bytecode=bytecode))
    assert chosen(published, bytecode=bytecode).items() <= found.items()


@pytest.fixture(scope="module")
def patched(machine: Machine) -> str:
    """An image with another patch release, as long as Debian's testing has one."""
    try:
        return machine.image(PATCHED_PYTHON.image_ref)
    except CommandFailedError as error:
        if "Unable to locate package" in error.output:
            pytest.skip("Debian has no other release of Python 3.13")
        raise


def test_layers_are_the_same_with_another_patch_release(
    engine: Engine, both: Frontends, project: Project, published: Table, patched: str
) -> None:
    releases = {
        engine.docker("run", "--rm", image_ref, "python3.13", "-V")
        for image_ref in (PYTHON.image_ref, patched)
    }
    assert len(releases) == 2
    found = layer_ids(build(both, project, base=patched, bytecode=True))
    assert chosen(published, bytecode=True).items() <= found.items()


def test_layers_are_the_same_in_another_project(
    both: Frontends, projects: Projects, published: Table
) -> None:
    """Other neighbours, wheels in a group, and every wheel unpacked again."""
    groups = {"dev": [*WHEELS[:6], "iniconfig"]}
    text = pyproject("elsewhere", [*WHEELS[12:], "tomli"], version="7.0", groups=groups)
    other = projects.new("golden-elsewhere", {"pyproject.toml": text})
    image = build(both, other, bytecode=True, flags=["--no-cache"])
    assert "[uvlayers] install six 1.17.0" in image.done.progress.executed()
    found, expected = layer_ids(image), chosen(published, bytecode=True)
    shared = {name: diff_id for name, diff_id in found.items() if name in expected}
    assert len(shared) >= 14
    assert shared.items() <= expected.items()
    assert any(title_of(name).startswith("iniconfig ") for name in found)
