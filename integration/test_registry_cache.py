"""A builder that starts with an imported cache: what it fetches, installs, pulls and pushes.

The bytes are those of the registry's own log.
"""

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from secrets import token_hex

import pytest

from integration.bench.work import Work
from integration.build import Build, build
from integration.conftest import prepared
from integration.dockerfiles import RECOMMENDED, STAND_INS
from integration.engine import Engine
from integration.frontends import HOST_NETWORK
from integration.index_server import Index
from integration.machine import Machine
from integration.projects import Project, Projects, pyproject
from integration.pushed import ImageLayer, pushed_layers
from integration.registry import Registry
from integration.traffic import Traffic, Watched, watched
from integration.wheels import Wheel

NAMES = [f"cached-{letter}" for letter in string.ascii_lowercase[:8]]
ADDED = "cached-added"

# Only what the lock says; uv's recommended Dockerfile goes on with the project.
SYNC = """\
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
RUN --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    uv sync --locked --no-install-project
"""
GIVEN = (
    f"{RECOMMENDED}RUN useradd app && chown -R app /app\nRUN rm -rf /usr/share/doc /tmp/* || true\n"
)
TEXTS = {"sync": SYNC, "recommended": RECOMMENDED, "given": GIVEN}

# uv builds such a project itself: no build backend is fetched.
BUILD_SYSTEM = """
[build-system]
requires = ["uv_build>=0.8"]
build-backend = "uv_build"
"""

# How uvlayers/questions.py names the steps that ask the image's own uv and Python.
QUESTIONS = {"[uvlayers] create environment", "[uvlayers] try Python"}


def wheel(name: str) -> Wheel:
    """One whose layer has a size that is worth counting: it can hardly be compressed."""
    letters = random.Random(name).choices(string.ascii_letters + string.digits, k=100_000)
    return Wheel(name, files={f"{name.replace('-', '_')}.py": f'NOISE = "{"".join(letters)}"\n'})


@dataclass(frozen=True)
class Place:
    """A repository of its own for each test, and caches in another."""

    registry: Registry
    prefix: str = field(default_factory=lambda: f"uvlayers-test/cache-{token_hex(3)}/")

    def name(self, repository: str) -> str:
        return f"{self.prefix}{repository}:latest"

    def image_ref(self, repository: str) -> str:
        return self.registry.image_ref(self.name(repository))

    @property
    def mark(self) -> str:
        """A step by which the builds of this test share none with those of others.

        A step that ran twice, as with `--no-cache`, has two results on a builder: the image may
        have the one and an exported cache the other.
        """
        return f"WORKDIR /{self.prefix.rstrip('/')}"

    def layers(self, repository: str) -> list[ImageLayer]:
        return pushed_layers(Watched(self.registry), f"{self.prefix}{repository}")

    def cache(self, kind: str) -> tuple[str, str]:
        """The flags that export and import a cache."""
        if kind == "inline":
            image = f"type=registry,ref={self.image_ref('image')}"
            return "--cache-to=type=inline", f"--cache-from={image}"
        cache = f"type=registry,ref={self.image_ref('cache')}"
        return f"--cache-to={cache},mode={kind}", f"--cache-from={cache}"

    def lazy(self, repository: str = "image") -> str:
        """The output that pushes an image and keeps none of it."""
        return f"--output=type=image,name={self.image_ref(repository)},push=true,store=false"


@pytest.fixture
def place(machine: Machine) -> Place:
    if machine.registry.log is None:
        pytest.skip("the registry is a container: its log is not here")
    return Place(machine.registry)


@pytest.fixture(scope="module")
def project(projects: Projects, index: Index) -> Project:
    index.serve(*map(wheel, [*NAMES, ADDED]))
    text = pyproject("cached", NAMES, build_system=BUILD_SYSTEM, more=index.settings)
    return projects.new("cached", {"pyproject.toml": text, "src/cached/__init__.py": ""})


@pytest.fixture(scope="module")
def changed(project: Project) -> Project:
    return project.copy(project.directory.with_name("cached-more")).add(ADDED)


@pytest.fixture(scope="module")
def prepared_engine(machine: Machine) -> Iterator[Engine]:
    with prepared(machine) as engine:
        yield engine


@pytest.fixture
def empty(prepared_engine: Engine) -> Engine:
    """A builder with base images, the frontend, and nothing that was ever built."""
    prepared_engine.docker("buildx", "prune", "--all", "--force")
    return prepared_engine


@dataclass(frozen=True)
class Pushed:
    """A build that pushed an image, and all that went over the wire for it."""

    done: Build
    traffic: Traffic
    work: Work


@dataclass(frozen=True)
class Builder:
    """One of the two engines, building for one place."""

    engine: Engine
    syntax: str
    place: Place

    def push(self, project: Project, text: str, *flags: str) -> Pushed:
        dockerfile = project.directory / "Dockerfile"
        base, rest = text.split("\n", maxsplit=1)
        lines = (f"# syntax={self.syntax}", base, self.place.mark, rest)
        dockerfile.write_text("\n".join(lines), encoding="utf-8")
        with watched(self.place.registry, self.place.prefix) as traffic:
            done = build(
                self.engine,
                project.directory,
                contexts={name: value for name, value in STAND_INS.items() if name in text},
                flags=[HOST_NETWORK, *flags],
            )
        return Pushed(done, traffic, Work.of(done.progress))


@pytest.fixture
def first(engine: Engine, frontend_image: str, place: Place) -> Builder:
    return Builder(engine, frontend_image, place)


@pytest.fixture
def second(empty: Engine, frontend_image: str, place: Place) -> Builder:
    return Builder(empty, frontend_image, place)


def wheel_layers(layers: list[ImageLayer]) -> set[str]:
    """The digests of the layers that are a wheel's."""
    return {each.digest for each in layers if each.made_by.startswith("cached-")}


@dataclass(frozen=True)
class Addition:
    """The image before and after a dependency came, and the build that added it elsewhere."""

    before: list[ImageLayer]
    after: list[ImageLayer]
    pushed: Pushed

    @property
    def layer(self) -> ImageLayer:
        """That of the wheel that came."""
        (layer,) = (each for each in self.after if each.made_by == f"{ADDED} 1.0")
        return layer

    @property
    def new(self) -> set[str]:
        return {each.digest for each in self.after} - {each.digest for each in self.before}

    @property
    def made(self) -> list[str]:
        """What made the layers that are new, lowest first."""
        return [each.made_by.partition(" #")[0] for each in self.after if each.digest in self.new]

    @property
    def uploaded(self) -> set[str]:
        """The layers of which the registry received bytes."""
        return self.pushed.traffic.pushed & {each.digest for each in self.after}

    @property
    def pulled(self) -> set[str]:
        """What made the layers of which the registry sent bytes."""
        sent = self.pushed.traffic.pulled
        return {each.made_by.partition(" #")[0] for each in self.before if each.digest in sent}


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("inline", "sync"),
        ("min", "sync"),
        ("max", "sync"),
        ("max", "recommended"),
        ("max", "given"),
    ],
)
def test_one_more_dependency_on_an_empty_builder(
    first: Builder,
    second: Builder,
    project: Project,
    changed: Project,
    index: Index,
    kind: str,
    shape: str,
) -> None:
    place, text = first.place, TEXTS[shape]
    exported, imported = place.cache(kind)
    first.push(project, text, exported, place.lazy())
    before = place.layers("image")
    assert len(wheel_layers(before)) == len(NAMES)
    asked = len(index.requests)
    pushed = second.push(changed, text, imported, place.lazy())
    found = Addition(before, place.layers("image"), pushed)

    # one wheel is built, all else is found
    filename = wheel(ADDED).filename
    assert index.requests[asked:] == [f"/files/{filename}"]
    assert pushed.work.fetched == (filename,)
    assert pushed.work.installed == (f"{ADDED} 1.0",)
    if kind == "max":
        assert not QUESTIONS & set(pushed.work.executed)

    # its layer is pushed, and those of the COPY, of the project and of the `chown`
    assert found.uploaded == found.new
    assert wheel_layers(found.after) & found.new == {found.layer.digest}
    assert len(found.made) == {"sync": 1, "recommended": 3, "given": 5}[shape], found.made

    # what the sync stands on is pulled, to be read; of the wheels not a byte
    assert not wheel_layers(found.after) & set(pushed.traffic.pulled)
    uv = "COPY /uv /bin/" if shape == "sync" else "COPY /uv /uvx /bin/"
    assert found.pulled == {place.mark, uv, "WORKDIR /app", "virtual environment"}


@pytest.mark.parametrize("kind", ["min", "max"])
def test_a_bundle_on_an_empty_builder(
    first: Builder, second: Builder, projects: Projects, index: Index, kind: str
) -> None:
    """Layers that are no image's are in the cache of the one mode, and not of the other."""
    place = first.place
    exported, imported = place.cache(kind)
    one = "--build-arg=UVLAYERS_LAYERS=1"
    # none that any builder has made a layer of: `min` exports those that are there
    session = token_hex(3)
    names = [f"cached-{session}-{number}" for number in range(5)]
    index.serve(*map(wheel, names))
    text = pyproject("bundled", names[1:], more=index.settings)
    project = projects.new(f"bundled-{kind}", {"pyproject.toml": text})
    first.push(project, SYNC, exported, one, place.lazy())
    before = place.layers("image")
    pushed = second.push(project.add(names[0]), SYNC, imported, one, place.lazy())
    found = Addition(before, place.layers("image"), pushed)
    built = names if kind == "min" else names[:1]
    assert sorted(pushed.work.installed) == [f"{name} 1.0" for name in built]
    assert found.uploaded == found.new == wheel_layers(found.after)
    assert not wheel_layers([*before, *found.after]) & set(pushed.traffic.pulled)


def test_another_repository_gets_the_other_layers_without_their_bytes(
    first: Builder, second: Builder, project: Project, changed: Project
) -> None:
    place = first.place
    exported, imported = place.cache("max")
    first.push(project, SYNC, exported, place.lazy())
    before = place.layers("image")
    pushed = second.push(changed, SYNC, imported, place.lazy("elsewhere"))
    found = Addition(before, place.layers("elsewhere"), pushed)
    assert wheel_layers(found.after) & found.uploaded == {found.layer.digest}
    assert not wheel_layers(found.after) & set(pushed.traffic.pulled)
    assert wheel_layers(before) <= pushed.traffic.mounted


def test_an_engine_that_keeps_the_image_pulls_its_layers(
    first: Builder, second: Builder, project: Project, changed: Project
) -> None:
    """As docs/caches.md says of Docker Engine's own `--push`: it stores and unpacks the image."""
    place = first.place
    exported, imported = place.cache("max")
    first.push(project, SYNC, exported, place.lazy())
    before = place.layers("image")
    kept = ("--push", f"--tag={place.image_ref('image')}")
    pushed = second.push(changed, SYNC, imported, *kept)
    second.engine.docker("image", "rm", place.image_ref("image"))
    found = Addition(before, place.layers("image"), pushed)
    assert pushed.work.installed == (f"{ADDED} 1.0",)
    assert found.made == [f"{ADDED} 1.0"]
    assert found.uploaded == found.new
    assert wheel_layers(before) <= set(pushed.traffic.pulled)
    # each once
    sizes = {each.digest: each.size for each in before}
    assert all(pushed.traffic.pulled[each] == sizes[each] for each in wheel_layers(before))
