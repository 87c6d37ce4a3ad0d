"""`env`: shell commands for `eval "$(python3 -m integration env)"`; sets up nothing."""

import argparse
import shlex
import sys

from integration import own_engine
from integration.cache import find_cache
from integration.found_engine import find_engine

NAMES = ("DOCKER_HOST", "DOCKER_CONFIG")


def main(argv: list[str]) -> int:
    argparse.ArgumentParser(prog="integration env", description=__doc__).parse_args(argv)
    cache = find_cache()
    engine = find_engine(cache) or own_engine.describe(cache, own_engine.CONTAINERD)
    lines = [
        f"export {name}={shlex.quote(engine.environment[name])}"
        for name in NAMES
        if name in engine.environment
    ]
    path = f"{cache.venv / 'bin'}:{cache.scripts}"
    sys.stdout.write("\n".join([*lines, f"export PATH={shlex.quote(path)}:$PATH", ""]))
    return 0
