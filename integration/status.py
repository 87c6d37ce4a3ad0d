"""`status`: what is there and what runs, changing nothing."""

import argparse
import sys

from integration import own_engine
from integration.cache import Cache, find_cache
from integration.engine import Engine
from integration.found_engine import find_engine
from integration.recipes import ON_DEMAND, STANDARD
from integration.registry import find_registry


def main(argv: list[str]) -> int:
    argparse.ArgumentParser(prog="integration status", description=__doc__).parse_args(argv)
    cache = find_cache()
    engine = find_engine(cache) or own_engine.describe(cache, own_engine.CONTAINERD)
    second = own_engine.describe(cache, own_engine.OVERLAY2)
    older = own_engine.describe(cache, own_engine.OLDER)
    registry = find_registry(cache)
    lines = [
        f"cache     {cache.home}",
        f"venv      {cache.venv.resolve() if cache.venv.exists() else 'none'}",
        f"engine    {describe(cache, engine)}",
        f"second    {describe(cache, second)}",
        f"older     {describe(cache, older)}",
        f"registry  {registry.host if registry else 'stopped'}",
        *image_lines(engine),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def describe(cache: Cache, engine: Engine) -> str:
    host = engine.environment.get("DOCKER_HOST", "the default")
    if not engine.answers():
        return f"stopped ({host}, log {cache.log(engine.name)})"
    version = engine.docker("version", "--format", "{{.Server.Version}}").strip()
    return f"{version}, {'with' if engine.merges() else 'without'} MergeOp, {host}"


def image_lines(engine: Engine) -> list[str]:
    if not engine.answers():
        return []
    present = [
        recipe.image_ref
        for recipe in STANDARD + ON_DEMAND
        if engine.image_labels(recipe.image_ref) is not None
    ]
    return [f"image     {image_ref}" for image_ref in present]
