"""The layers of an image: which there are, what is in each, and that they can be made again."""

import json
import tarfile
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from integration.frontends import HOST_NETWORK, Frontends, Image
from integration.index_server import Index
from integration.projects import Project, Projects, pyproject
from integration.tree import Tree, parents, read_layer, read_nothing
from integration.wheels import Wheel

NAMES = ("alpha", "beta", "gamma", "delta")
MADE = [f"{name} 1.0" for name in NAMES]
DESCRIBED = ("entry_points.txt", "INSTALLER", "METADATA", "RECORD", "REQUESTED", "WHEEL")
SITE = "app/.venv/lib/python3.13/site-packages"

DOCKERFILE = """\
FROM python:3.13-slim AS final
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen
COPY main.py .
ENV PATH="/app/.venv/bin:$PATH"
CMD ["alpha"]
"""


@dataclass(frozen=True)
class Layer:
    """A layer and the entry of the image's history that stands for it."""

    made_by: str
    tree: Tree


def wheel(name: str) -> Wheel:
    files = {f"{name}/__init__.py": "", f"{name}/data.txt": name * 1000}
    return Wheel(name, files=files, scripts={name: f"{name}:main"})


@pytest.fixture(scope="module")
def project(projects: Projects, index: Index) -> Project:
    index.serve(*map(wheel, NAMES))
    text = pyproject("layered", NAMES, more=index.settings)
    return projects.new("layered", {"pyproject.toml": text, "main.py": ""})


@pytest.fixture(scope="module")
def image(both: Frontends, project: Project) -> Image:
    return both.ours(project, DOCKERFILE, flags=[HOST_NETWORK])


@pytest.fixture(scope="module")
def layers(image: Image, tmp_path_factory: pytest.TempPathFactory) -> list[Layer]:
    archive = tmp_path_factory.mktemp("layers") / "image.tar"
    image.engine.save(image.image_ref, archive)
    return read_layers(archive)


def read_layers(archive: Path) -> list[Layer]:
    """The layers of an image, each with the entry that has its place among those with a layer."""
    with tarfile.open(archive) as image:
        (manifest,) = read_json(image, "manifest.json")
        history = read_json(image, manifest["Config"])["history"]
        entries = [entry for entry in history if not entry.get("empty_layer")]
        names = manifest["Layers"]
        assert len(entries) == len(names)
        return [
            Layer(entry.get("created_by", ""), read_layer(image, name, read_nothing))
            for entry, name in zip(entries, names, strict=True)
        ]


def read_json(image: tarfile.TarFile, name: str) -> Any:
    content = image.extractfile(name)
    assert content is not None
    return json.load(content)


def own_paths(layer: Layer) -> set[str]:
    """What a layer holds, but for the directories that lead there."""
    return set(layer.tree) - {parent for path in layer.tree for parent in parents(path)}


def test_every_wheel_is_the_layer_that_its_entry_names(layers: list[Layer]) -> None:
    found = {layer.made_by: own_paths(layer) for layer in layers}
    for name in NAMES:
        assert found[f"{name} 1.0"] == {
            f"app/.venv/bin/{name}",
            *(f"{SITE}/{name}/{file}" for file in ("__init__.py", "data.txt")),
            *(
                f"{SITE}/{name}-1.0.dist-info/{file}"
                for file in (
                    "entry_points.txt",
                    "INSTALLER",
                    "METADATA",
                    "RECORD",
                    "REQUESTED",
                    "WHEEL",
                )
            ),
        }
    assert {"app/.venv/pyvenv.cfg", "app/.venv/bin/python"} <= found["virtual environment"]
    assert own_paths(layers[-1]) == {"app/main.py"}
    assert layers[-1].made_by.startswith("COPY main.py")


def test_there_are_no_other_layers(image: Image, both: Frontends, project: Project) -> None:
    docker = both.docker(project, DOCKERFILE, flags=[HOST_NETWORK])
    # the layer of the RUN is now one of each wheel and one of the environment
    assert len(image.layers()) == len(docker.layers()) - 1 + len(NAMES) + 1
    assert len(set(image.layers())) == len(image.layers())


def test_a_layer_is_made_again_bit_for_bit(image: Image, both: Frontends, project: Project) -> None:
    again = both.ours(project, DOCKERFILE, flags=[HOST_NETWORK, "--no-cache-filter=final"])
    assert any("install alpha" in name for name in again.done.progress.executed())
    # the last two are copies
    added = slice(-len(NAMES) - 3, -2)
    assert again.layers()[added] == image.layers()[added]
    assert again.layers()[-1] != image.layers()[-1]


def test_other_layers_stay_when_a_dependency_comes_or_goes(
    both: Frontends, project: Project, index: Index
) -> None:
    image = both.ours(project, DOCKERFILE, flags=[HOST_NETWORK])
    index.serve(wheel("newcomer"))
    changed = project.copy(project.directory.with_name("layered-more")).add("newcomer")
    more = both.ours(changed, DOCKERFILE, flags=[HOST_NETWORK])
    new = set(more.layers()) - set(image.layers())
    # the wheel, and the two copies: a layer has the time of the directory that it writes to
    assert len(new) == 3
    assert more.run("-c", "import newcomer, alpha", flags=["--entrypoint=python"]) == ""
    changed.run_uv("remove", "--no-sync", "beta")
    fewer = both.ours(changed, DOCKERFILE, flags=[HOST_NETWORK])
    assert len(set(fewer.layers()) - set(more.layers())) == 2
    assert len(fewer.layers()) == len(image.layers())


@pytest.mark.parametrize(
    "steps",
    [
        ["RUN uv sync --frozen", "RUN useradd --uid 1007 --gid 0 app && chown -R app /app"],
        ["RUN uv sync --frozen", "RUN useradd -u 1007 -g 0 -d /app app; chown -R app /app"],
        ["RUN uv sync --frozen && chown -R 1007 /app"],
        ["RUN uv sync --frozen", "FROM final", "RUN chown -R 1007 .venv && mkdir /app/x"],
        ["RUN uv sync --frozen", "RUN chgrp -R 7 /app", "RUN chown -R 1007:0 /app"],
        ["RUN uv sync --frozen", "RUN chown -R 1007 /app && chmod -R 775 /app"],
    ],
    ids=["user", "user with a home", "one command", "another stage", "twice", "permissions"],
)
def test_an_environment_that_gets_another_owner_is_stored_once(
    both: Frontends, project: Project, tmp_path: Path, steps: list[str]
) -> None:
    head, _, _ = DOCKERFILE.partition("COPY pyproject.toml")
    path = 'ENV PATH="/app/.venv/bin:$PATH"'
    dockerfile = "\n".join((head + path, "COPY pyproject.toml uv.lock ./", *steps, ""))
    image = both.ours(project, dockerfile, flags=[HOST_NETWORK])
    archive = tmp_path / "image.tar"
    image.engine.save(image.image_ref, archive)
    layers = read_layers(archive)
    for name in NAMES:
        holders = [layer for layer in layers if f"{SITE}/{name}/data.txt" in layer.tree]
        assert [layer.made_by for layer in holders] == [f"{name} 1.0"]
        entries = [holders[0].tree[path] for path in own_paths(holders[0])]
        assert {(entry.uid, entry.gid) for entry in entries} == {(1007, 0)}


@pytest.mark.parametrize(
    "steps",
    [
        ["COPY pyproject.toml uv.lock ./", "RUN uv sync --frozen"],
        ["COPY --link pyproject.toml uv.lock ./", "RUN uv sync --frozen"],
        ["COPY . .", "RUN uv sync --frozen"],
        ["COPY --chown=1000 . .", "RUN chown -R 1000 /app", "RUN uv sync --frozen"],
        ["COPY . .", 'RUN python -c \'open("/srv/made", "w")\'', "RUN uv sync --frozen"],
        [
            "COPY . .",
            "RUN touch /srv/made && uv sync --frozen && uv run --no-sync python -c 'import alpha'",
        ],
        [
            "COPY . .",
            "RUN uv sync --frozen",
            "ENV PATH=/app/.venv/bin:$PATH",
            "RUN useradd app && mkdir /app/made && chown -R app:app /app",
        ],
        ["COPY . .", "RUN uv sync --frozen && chgrp -R 7 /app"],
        [
            "COPY . .",
            "RUN uv sync --frozen",
            "RUN if ! getent group app > /dev/null; then groupadd app; fi",
            "RUN id app || useradd -g app app",
            "RUN install -d -o app /made && rm -rf /var/lib/apt/lists/* /usr/share/doc/uv",
        ],
        [
            "COPY . .",
            "RUN uv sync --frozen",
            "RUN echo one > /etc/made && sed -i s/one/two/ /etc/made && cp /etc/made /etc/more",
            "RUN cat > /start <<EOF\n#!/bin/sh\nEOF",
        ],
    ],
    ids=[
        "lock",
        "link",
        "all",
        "known command",
        "other command",
        "one command",
        "owner",
        "group in one command",
        "conditions and removals",
        "files",
    ],
)
def test_a_changed_lock_leaves_the_layers_of_other_wheels_where_they_are(
    both: Frontends, project: Project, index: Index, tmp_path: Path, steps: list[str]
) -> None:
    """What lies above a layer that changed is unpacked again by whoever has the image."""
    head, _, _ = DOCKERFILE.partition("COPY pyproject.toml")
    dockerfile = "\n".join((head.rstrip(), *steps, ""))
    index.serve(wheel("newcomer"))
    image = both.ours(project, dockerfile, flags=[HOST_NETWORK])
    changed = project.copy(tmp_path / "changed")
    more = both.ours(changed.add("newcomer"), dockerfile, flags=[HOST_NETWORK])
    names = [entry for entry in reversed(more.history()) if "newcomer" in entry or entry in MADE]
    assert names == [*sorted(MADE), "newcomer 1.0"]
    assert len(more.layers()) == len(image.layers()) + 1
    pairs = zip(image.layers(), more.layers(), strict=False)
    kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    archive = tmp_path / "image.tar"
    more.engine.save(more.image_ref, archive)
    made_by = [layer.made_by for layer in read_layers(archive)]
    assert made_by[kept] == "newcomer 1.0"
    assert set(MADE) <= set(made_by[:kept])
