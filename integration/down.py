"""`down`: stop what was started here, and nothing else."""

import argparse
import shutil

from integration import own_engine
from integration.cache import find_cache
from integration.processes import PidFile
from integration.registry import registry_pid_file, stop_registry
from integration.steps import say, step


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="integration down", description=__doc__)
    parser.add_argument("--purge", action="store_true", help="delete the cache directory, too")
    arguments = parser.parse_args(argv)
    cache = find_cache()
    for store in (own_engine.OVERLAY2, own_engine.OLDER, own_engine.CONTAINERD):
        if own_engine.stop(cache, store):
            say("down", f"the {store.name} engine has stopped")
    for pid in sorted(cache.directory("engines").glob("*/dockerd.pid")):
        # A bench that was killed leaves its engines behind.
        if PidFile(pid).stop():
            say("down", f"the {pid.parent.name} engine has stopped")
    for pid in sorted(cache.home.glob("*/registry.pid")):
        if pid != registry_pid_file(cache).path and PidFile(pid).stop():
            say("down", f"{pid.parent.name} has stopped")
    if stop_registry(cache):
        say("down", "the registry has stopped")
    if arguments.purge:
        # Safe: every mount lived in the namespaces of an engine that is gone.
        with step("down", f"delete {cache.home}"):
            shutil.rmtree(cache.home)
    return 0
