"""Somebody's own Docker Engine, used as it is when it answers."""

import os
import shutil

from integration.cache import Cache
from integration.commands import CommandFailedError, run, succeeds
from integration.engine import Engine
from integration.errors import SetupError


def find_engine(cache: Cache) -> Engine | None:
    """The engine that `docker` leads to without our doing, None if there is none."""
    leads_to_ours = os.environ.get("DOCKER_HOST", "").startswith(f"unix://{cache.home}/")
    if os.environ.get("UVLAYERS_ENGINE") == "own" or leads_to_ours:
        return None
    if shutil.which("docker") is None or not answers():
        return None
    engine = Engine("found", dict(os.environ), own=False)
    if not succeeds(["docker", "buildx", "version"]):
        raise SetupError(
            "the docker command has no buildx",
            hint="install the buildx plugin (docker-buildx or docker-buildx-plugin)",
        )
    if not engine.merges():
        raise SetupError(
            "the running Docker Engine has the old image store, which cannot merge layers",
            hint='set "features": {"containerd-snapshotter": true} in its daemon.json,'
            " or, as root on Debian, UVLAYERS_ENGINE=own to set up another engine",
        )
    return engine


def answers() -> bool:
    try:
        run(["docker", "version", "--format", "{{.Server.Version}}"])
    except CommandFailedError as error:
        if "permission denied" in error.output:
            raise SetupError(
                "a Docker Engine runs, but this user may not use it",
                hint="join the group `docker`, or set DOCKER_HOST to an engine of your own",
            ) from error
        if "DOCKER_HOST" in os.environ:
            raise SetupError(
                f"no Docker Engine answers at DOCKER_HOST={os.environ['DOCKER_HOST']}",
                hint="start it, or unset DOCKER_HOST",
            ) from error
        return False
    return True
