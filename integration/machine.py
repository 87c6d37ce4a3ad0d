"""All that tests, demo and benchmarks need, found or set up: engines, registry, images."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from integration import own_engine
from integration.cache import Cache, find_cache
from integration.client import add_compose
from integration.commands import succeeds
from integration.debian import install_missing_tools, require_debian_root
from integration.engine import Engine
from integration.errors import SetupError
from integration.found_engine import find_engine
from integration.image_makers import make_debian_tree
from integration.images import Images
from integration.recipes import PYTHON, STANDARD, Built, Recipe
from integration.registry import Registry, start_registry
from integration.steps import step
from integration.venv import REPOSITORY, make_venv

# Downloads and compilers side by side on two cores.
WORKERS = 4

FRONTEND_IMAGE = "uvlayers/frontend"

# The image that Dockerfile.frontend names, for which one of ours stands in.
FRONTEND_BASE = "python:3.13-slim"


@dataclass(frozen=True)
class Machine:
    cache: Cache
    engine: Engine
    registry: Registry
    images: Images

    @property
    def environment(self) -> Mapping[str, str]:
        """For any command: the project's tools first, docker leading to the main engine."""
        path = f"{self.cache.venv / 'bin'}:{self.engine.environment['PATH']}"
        return {**self.engine.environment, "PATH": path}

    def image(self, image_ref: str, engine: Engine | None = None) -> str:
        """One of our images (see recipes.py), brought into an engine if it is not there."""
        return self.images.provide(image_ref, engine)

    def second_engine(self) -> Engine:
        """The engine without MergeOp, started when first asked for."""
        if not self.engine.own:
            raise SetupError(
                "there is no second engine beside somebody's own Docker Engine",
                hint="as root on Debian, UVLAYERS_ENGINE=own sets up two",
            )
        return own_engine.start(self.cache, own_engine.OVERLAY2)

    def older_engine(self) -> Engine:
        """An engine like the main one but of an older release, started when first asked for."""
        if not self.engine.own:
            raise SetupError("there is no other engine beside somebody's own Docker Engine")
        own_engine.make_root(self.cache)  # buildx is the newer one's
        return own_engine.start(self.cache, own_engine.OLDER)

    @contextmanager
    def spare_engine(self) -> Iterator[Engine]:
        """An engine like the main one, with nothing in it, that is gone afterwards."""
        if not self.engine.own:
            raise SetupError("there is no other engine beside somebody's own Docker Engine")
        try:
            yield own_engine.start(self.cache, own_engine.SPARE)
        finally:
            own_engine.discard(self.cache, own_engine.SPARE)

    def require_compose(self) -> None:
        """Make sure that there is `docker compose`."""
        if not succeeds(["docker", "compose", "version"], environment=self.engine.environment):
            if not self.engine.own:
                raise SetupError("there is no `docker compose` on this machine")
            add_compose(self.cache, own_engine.make_root(self.cache))

    def frontend_image(self, engine: Engine | None = None) -> str:
        """The frontend, built from this checkout into an engine; the name for `# syntax=`."""
        engine = engine or self.engine
        base = self.images.provide(PYTHON, engine)
        with step("frontend", f"build {FRONTEND_IMAGE} in the {engine.name} engine"):
            engine.docker(
                *("buildx", "build", "--progress=plain", "--provenance=false", "--load"),
                *engine.build_flags,
                f"--build-context={FRONTEND_BASE}=docker-image://{base}",
                f"--file={REPOSITORY / 'Dockerfile.frontend'}",
                f"--tag={FRONTEND_IMAGE}",
                str(REPOSITORY),
            )
        return FRONTEND_IMAGE


def bring_up(cache: Cache | None = None, recipes: Sequence[Recipe] = STANDARD) -> Machine:
    """Find or set up everything; quick when all of it is there."""
    cache = cache or find_cache()
    engine = find_engine(cache)
    if engine is None:
        prepare(cache, recipes)
        engine = own_engine.start(cache, own_engine.CONTAINERD)
    else:
        make_venv(cache)
    machine = Machine(cache, engine, start_registry(cache, engine), Images(cache, engine))
    in_parallel(partial(machine.images.provide, recipe) for recipe in recipes)
    return machine


def prepare(cache: Cache, recipes: Sequence[Recipe]) -> None:
    """All that takes long and needs no engine yet, side by side."""
    require_debian_root()
    install_missing_tools()
    images = Images(cache, own_engine.describe(cache, own_engine.CONTAINERD))
    bases = {
        recipe.base
        for recipe in recipes
        if isinstance(recipe, Built) and not images.kept(recipe) and not images.kept(recipe.base)
    }
    in_parallel(
        [
            partial(own_engine.make_root, cache),
            *(partial(make_debian_tree, cache, base) for base in bases),
            partial(make_venv, cache),
        ]
    )


def in_parallel(tasks: Iterable[Callable[[], object]]) -> None:
    """Run tasks at the same time; the first error, once all of them have ended."""
    with ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()
