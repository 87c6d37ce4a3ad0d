"""`golden`: build the layers of well-known wheels, and compare them with the published table.

docs/golden-layers.md has the digest of each wheel's uncompressed layer (its diffID), without and
with bytecode. `--write` puts what was built there.
"""

import argparse
import json
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from integration.bench.work import FETCH
from integration.errors import SetupError
from integration.frontends import Frontends, Image, frontends
from integration.machine import bring_up
from integration.projects import Project, Projects, pyproject
from integration.steps import say
from integration.venv import REPOSITORY

DOCUMENT = REPOSITORY / "docs/golden-layers.md"
BEGIN = "<!-- golden: the table that `python3 -m integration golden --write` writes -->"
END = "<!-- /golden -->"

# What many projects have, some 15 MB of wheels with all that they need; a third is compiled.
WHEELS = (
    *("attrs==25.3.0", "certifi==2025.8.3", "charset-normalizer==3.4.3", "click==8.2.1"),
    *("cryptography==45.0.6", "fastapi==0.116.1", "idna==3.10", "jinja2==3.1.6"),
    *("markupsafe==3.0.2", "packaging==25.0", "pydantic==2.11.7", "pydantic-core==2.33.2"),
    *("python-dateutil==2.9.0.post0", "pyyaml==6.0.2", "requests==2.32.5", "rich==14.1.0"),
    *("six==1.17.0", "sqlalchemy==2.0.43", "typing-extensions==4.14.1", "urllib3==2.5.0"),
)

# One layer for each wheel, however many the wheels of the table need besides.
LAYERS = {"UVLAYERS_LAYERS": "100"}

DOCKERFILE = """\
FROM {base}
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
{bytecode}WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-install-project
"""
BYTECODE = "ENV UV_COMPILE_BYTECODE=1\n"


@dataclass(frozen=True)
class Golden:
    """A wheel's layer: `plain` is its diffID without bytecode, `compiled` the one with it."""

    filename: str
    plain: str
    compiled: str


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="integration golden",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    arguments = parser.parse_args(argv)
    machine = bring_up()
    syntax = machine.frontend_image()
    with (
        TemporaryDirectory() as work,
        frontends(machine.engine, syntax, Path(work) / "builds") as both,
    ):
        uv = machine.cache.venv / "bin/uv"
        projects = Projects(Path(work) / "projects", uv, machine.environment)
        built = build_golden(both, golden_project(projects))
    found = {each.filename: each for each in built}
    text = DOCUMENT.read_text(encoding="utf-8")
    published = read_table(text)
    if arguments.write:
        DOCUMENT.write_text(written(text, built), encoding="utf-8")
    changed = sorted(
        name for name in found.keys() | published if found.get(name) != published.get(name)
    )
    sys.stdout.writelines(f"{name}\n" for name in changed)
    say("golden", f"{len(found)} wheels, {len(changed)} of them other than published")
    return 1 if changed and not arguments.write else 0


def golden_project(projects: Projects) -> Project:
    return projects.new("golden", {"pyproject.toml": pyproject("golden", WHEELS)})


def build_golden(both: Frontends, project: Project) -> list[Golden]:
    """The layers of the table's wheels, as they are made here."""
    plain, compiled = (layer_ids(build(both, project, bytecode=each)) for each in (False, True))
    wanted = {pin.replace("==", " ") for pin in WHEELS}
    names = sorted(name for name in plain if title_of(name) in wanted)
    return [Golden(name, plain[name], compiled[name]) for name in names]


def build(
    both: Frontends,
    project: Project,
    *,
    base: str = "python:3.13-slim",
    bytecode: bool,
    **more: Any,
) -> Image:
    text = DOCKERFILE.format(base=base, bytecode=BYTECODE if bytecode else "")
    return both.ours(project, text, arguments=LAYERS, **more)


def layer_ids(image: Image) -> dict[str, str]:
    """The diffIDs of an image's layers that are one wheel's, by the wheel's file name."""
    layers = dict(titled_layers(image))
    fetched = (vertex.name for vertex in image.done.progress.named(FETCH))
    names = {name.removeprefix(FETCH) for name in fetched}
    return {name: layers[title_of(name)] for name in names}


def titled_layers(image: Image) -> Iterator[tuple[str, str]]:
    """What made each layer, and its diffID."""
    with TemporaryDirectory() as work:
        archive = Path(work) / "image.tar"
        image.engine.save(image.image_ref, archive)
        with tarfile.open(archive) as saved:
            (manifest,) = read_json(saved, "manifest.json")
            config = read_json(saved, manifest["Config"])
    made = [each for each in config["history"] if not each.get("empty_layer")]
    for entry, diff_id in zip(made, config["rootfs"]["diff_ids"], strict=True):
        yield entry.get("created_by", ""), diff_id


def read_json(archive: tarfile.TarFile, name: str) -> Any:
    content = archive.extractfile(name)
    assert content is not None
    return json.load(content)


def title_of(filename: str) -> str:
    """How the history names the layer of a wheel: its normalized name and its version."""
    name, version, *_ = filename.split("-")
    return f"{name.lower().replace('_', '-')} {version}"


def read_table(document: str) -> Mapping[str, Golden]:
    """The published layers by file name."""
    body = document.partition(BEGIN)[2].partition(END)[0]
    rows = [line for line in body.splitlines() if line.startswith("| `")]
    cells = ([cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows)
    return {name: Golden(name, f"sha256:{one}", f"sha256:{two}") for name, one, two in cells}


def written(document: str, golden: list[Golden]) -> str:
    """The document with these layers in its table."""
    head, begin, rest = document.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SetupError(f"{DOCUMENT.name} has no place for the table")
    lines = ["| wheel | without bytecode | with bytecode |", "|---|---|---|"]
    for each in golden:
        ids = (diff_id.removeprefix("sha256:") for diff_id in (each.plain, each.compiled))
        lines.append(f"| `{each.filename}` | {' | '.join(f'`{digest}`' for digest in ids)} |")
    return f"{head}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{tail}"
