"""Base images: made once, kept as archives, loaded into whichever engine lacks them."""

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from integration.cache import Cache, locked
from integration.engine import Engine
from integration.image_makers import (
    DOCKERFILES,
    build_debian,
    build_dockerfile,
    build_for_platforms,
    build_uv,
    pull,
)
from integration.network import CA_BUNDLE, image_environment
from integration.recipes import Built, Debian, ForPlatforms, Recipe, Uv, find_recipe
from integration.steps import step
from integration.venv import uv_version

# Says which state of its recipe an image was made from.
LABEL = "uvlayers.recipe"


@dataclass(frozen=True)
class Images:
    """Brings images into engines; `maker` is the engine that they are built in."""

    cache: Cache
    maker: Engine

    def provide(self, recipe: Recipe | str, engine: Engine | None = None) -> str:
        """Make sure that an engine has an up-to-date image; its name."""
        recipe = find_recipe(recipe) if isinstance(recipe, str) else recipe
        engine = engine or self.maker
        if not self._settled(recipe, engine):
            with locked(self.cache, file_name(recipe)):
                if not self._settled(recipe, engine):
                    self._bring(recipe, engine)
        return recipe.image_ref

    def kept(self, recipe: Recipe) -> bool:
        """Whether the image need not be made again, even if the engine lost it."""
        return self._archive(recipe).exists()

    def _settled(self, recipe: Recipe, engine: Engine) -> bool:
        return self._present(recipe, engine) and (not self.maker.own or self.kept(recipe))

    def _present(self, recipe: Recipe, engine: Engine) -> bool:
        labels = engine.image_labels(recipe.image_ref)
        if labels is None:
            return False
        return self._pullable(recipe) or labels.get(LABEL) == recipe_key(self.cache, recipe)

    def _bring(self, recipe: Recipe, engine: Engine) -> None:
        archive = self._archive(recipe)
        if not archive.exists():
            if not self._present(recipe, self.maker):
                self._make(recipe)
            if self.maker.own:
                with step("images", f"keep {recipe.image_ref}"):
                    self._keep(recipe, archive)
        if not self._present(recipe, engine):
            with step("images", f"load {recipe.image_ref} into the {engine.name} engine"):
                engine.load(archive)

    def _make(self, recipe: Recipe) -> None:
        if self._pullable(recipe):
            pull(self.maker, recipe)
            return
        label = f"{LABEL}={recipe_key(self.cache, recipe)}"
        match recipe:
            case Debian():
                build_debian(self.cache, self.maker, recipe, label)
            case Built():
                self.provide(recipe.base)
                build_dockerfile(self.maker, recipe, label)
            case Uv():
                build_uv(self.cache, self.maker, recipe, label)
            case ForPlatforms():
                build_for_platforms(self.cache, self.maker, recipe, label)

    def _keep(self, recipe: Recipe, archive: Path) -> None:
        self.maker.save(recipe.image_ref, archive)
        for older in archive.parent.glob(f"{file_name(recipe)}-*.tar"):
            if older != archive:
                older.unlink()

    def _archive(self, recipe: Recipe) -> Path:
        name = f"{file_name(recipe)}-{recipe_key(self.cache, recipe)}.tar"
        return self.cache.directory("images") / name

    def _pullable(self, recipe: Recipe) -> bool:
        """With somebody's own engine, images come from where they always come from."""
        return not self.maker.own and recipe.stands_in_for is not None


def file_name(recipe: Recipe) -> str:
    return recipe.image_ref.replace("/", "_").replace(":", "_")


@functools.cache
def recipe_key(cache: Cache, recipe: Recipe) -> str:
    """Changes with everything that an image is made of."""
    parts: list[object]
    match recipe:
        case Debian():
            bundle = CA_BUNDLE.read_bytes() if CA_BUNDLE.exists() else b""
            parts = [recipe.suite, image_environment(), hashlib.sha256(bundle).hexdigest()]
        case Built():
            text = (DOCKERFILES / recipe.dockerfile).read_text(encoding="utf-8")
            parts = [text, recipe.build_args, recipe_key(cache, recipe.base)]
        case Uv():
            text = (DOCKERFILES / "uv.Dockerfile").read_text(encoding="utf-8")
            parts = [text, "musl", recipe.version or uv_version(cache)]
        case ForPlatforms():
            text = (DOCKERFILES / "platforms.Dockerfile").read_text(encoding="utf-8")
            made_of = recipe.packages if recipe.suite else uv_version(cache)
            parts = [text, recipe.suite, made_of, recipe.architectures]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
