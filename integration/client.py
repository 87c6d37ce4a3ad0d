"""The docker command and its plugins, where the machine lacks one of them."""

import json
import os
import shutil
from pathlib import Path

from integration.cache import Cache
from integration.debian import unpacked_package
from integration.network import docker_proxies

# Each of these would lead docker or buildx to another engine.
MISLEADING = ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "BUILDX_BUILDER")

BUILDX = "usr/libexec/docker/cli-plugins/docker-buildx"

COMPOSE = "usr/libexec/docker/cli-plugins/docker-compose"

# The root's programs need a newer C library than the machine may have: its own loader brings it.
WRAPPER = """#!/bin/sh
exec '{loader}' --library-path '{libraries}' '{program}' "$@"
"""


def docker_environment(cache: Cache, root: Path, socket: Path) -> dict[str, str]:
    """The environment that leads docker commands to an engine of our own."""
    environment = {key: value for key, value in os.environ.items() if key not in MISLEADING}
    environment["DOCKER_HOST"] = f"unix://{socket}"
    environment["DOCKER_CONFIG"] = str(write_configuration(cache, root))
    if shutil.which("docker") is None and root.exists():
        write_wrapper(cache.directory("bin") / "docker", root, root / "usr/bin/docker")
        environment["PATH"] = f"{cache.scripts}:{environment['PATH']}"
    return environment


def write_configuration(cache: Cache, root: Path) -> Path:
    """A DOCKER_CONFIG of our own, with buildx; the user's stays as it is."""
    plugins = cache.directory("docker/cli-plugins")
    if root.exists():
        write_wrapper(plugins / "docker-buildx", root, root / BUILDX)
    proxies = docker_proxies()
    configuration = {"proxies": {"default": proxies}} if proxies else {}
    (cache.docker_config / "config.json").write_text(json.dumps(configuration), encoding="utf-8")
    return cache.docker_config


def add_compose(cache: Cache, root: Path) -> None:
    """`docker compose` beside buildx, from the Debian that the root is of."""
    package = unpacked_package(cache, "docker-compose", root)
    write_wrapper(cache.directory("docker/cli-plugins") / "docker-compose", root, package / COMPOSE)


def write_wrapper(path: Path, root: Path, program: Path) -> None:
    (loader,) = root.glob("usr/lib*/ld-linux-*.so.*")
    (libraries,) = root.glob("usr/lib/*-linux-gnu")
    text = WRAPPER.format(loader=loader, libraries=libraries, program=program)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    # Another command may be running the old one.
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.chmod(0o755)
    partial.rename(path)
