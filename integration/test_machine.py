"""The machine itself: what every other integration test takes for granted."""

from pathlib import Path

import pytest

from integration import own_engine
from integration.bench.builders import disk_used
from integration.build import BuildFailedError, build
from integration.engine import Engine
from integration.machine import Machine
from integration.own_disk import NO_DISK, make_disk
from integration.recipes import OLD_UV, PYTHON, UV, Recipe
from integration.tree import differences, image_layers, image_tree

DOCKERFILE = f"""\
FROM {PYTHON.image_ref}
RUN --mount=from={UV.image_ref},source=/uv,target=/bin/uv \\
    uv pip install --system --no-cache --no-compile six && python -Bc 'import six'
RUN echo said && rm /usr/local/bin/idle && ln /etc/passwd /etc/linked
"""


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    return tmp_path


def test_the_engines_differ_in_what_they_can_do(engine: Engine, second_engine: Engine) -> None:
    assert engine.merges()
    assert not second_engine.merges()


def test_a_build_reaches_the_package_index(machine: Machine, context: Path) -> None:
    first = build(machine.engine, context, image_ref="uvlayers-test/try", flags=["--no-cache"])
    assert first.progress.log("echo said") == "said\n"
    assert {name[:15] for name in first.progress.executed()} >= {
        "[stage-0 2/3] R",
        "[stage-0 3/3] R",
    }
    again = build(machine.engine, context, image_ref="uvlayers-test/try")
    assert again.progress.executed() == frozenset()
    assert again.progress.cached() == first.progress.executed()


def test_the_second_engine_builds_the_same_files(
    machine: Machine, second_engine: Engine, context: Path
) -> None:
    for recipe in (PYTHON, UV):
        machine.image(recipe.image_ref, second_engine)
    for engine in (machine.engine, second_engine):
        build(engine, context, image_ref="uvlayers-test/try")
    tree = image_tree(machine.engine, "uvlayers-test/try")
    assert differences(tree, image_tree(second_engine, "uvlayers-test/try")) == []
    assert "usr/local/bin/idle" not in tree
    assert tree["etc/linked"].sha256 == tree["etc/passwd"].sha256
    assert tree["usr/local/bin/python"].link == "python3"


def test_an_engine_that_is_thrown_away_has_its_own_disk(machine: Machine) -> None:
    if not machine.engine.own:
        pytest.skip("engines are not ours to start here")
    store = own_engine.unbridged("own-disk", own_disk=True)
    directory = machine.cache.engine(store.name)
    directory.mkdir(parents=True, exist_ok=True)
    if not make_disk(directory):
        own_engine.discard(machine.cache, store)
        pytest.skip(NO_DISK)
    try:
        engine = own_engine.start(machine.cache, store)
        machine.image(UV.image_ref, engine)
        data = own_engine.data(machine.cache, store)
        assert data.stat().st_dev != directory.stat().st_dev
        assert disk_used(data) > 10**6
        assert not (directory / "data").exists() or list((directory / "data").iterdir()) == []
    finally:
        own_engine.discard(machine.cache, store)
    assert not directory.exists()


def test_layers_hold_what_they_change(machine: Machine, context: Path) -> None:
    build(machine.engine, context, image_ref="uvlayers-test/try")
    *_, installed, changed = image_layers(machine.engine, "uvlayers-test/try", keep=is_metadata)
    (metadata,) = [entry for entry in installed.values() if is_metadata(entry.path)]
    assert metadata.data is not None
    assert b"Name: six" in metadata.data
    assert "usr/local/bin/.wh.idle" in changed


def is_metadata(path: str) -> bool:
    return path.endswith("/METADATA")


def test_a_failing_build_says_where(machine: Machine, tmp_path: Path) -> None:
    text = f"FROM {PYTHON.image_ref}\nRUN echo broken && false\n"
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    with pytest.raises(BuildFailedError, match="broken") as caught:
        build(machine.engine, tmp_path)
    assert ">>> RUN echo broken" in caught.value.build.messages
    assert len(caught.value.build.progress.failed()) == 1


def test_the_registry_takes_and_gives_images(machine: Machine) -> None:
    image_ref = machine.registry.image_ref("uv:try")
    machine.engine.docker("image", "tag", UV.image_ref, image_ref)
    machine.engine.docker("image", "push", "--quiet", image_ref)
    machine.engine.docker("image", "rm", image_ref)
    machine.engine.pull(image_ref)


@pytest.mark.parametrize("recipe", [UV, OLD_UV], ids=lambda recipe: recipe.tag)
def test_the_uv_images_hold_uv(machine: Machine, recipe: Recipe) -> None:
    image_ref = machine.image(recipe.image_ref)
    said = machine.engine.docker("run", "--rm", image_ref, "--version")
    assert said.startswith("uv ")
