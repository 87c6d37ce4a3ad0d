"""An image registry on this machine, with everything that it sends and receives in its log."""

import http.client
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from integration.cache import Cache, locked
from integration.debian import unpacked_package
from integration.engine import Engine
from integration.errors import SetupError
from integration.processes import PidFile
from integration.steps import step

# Its directory, its lock, its log.
NAME = "registry"
PORT = 5055
CONTAINER = "uvlayers-registry"
CONTAINER_IMAGE = "registry:2"
START_SECONDS = 20.0

CONFIGURATION = """\
version: 0.1
log:
  accesslog:
    disabled: false
  level: info
storage:
  filesystem:
    rootdirectory: {storage}
  delete:
    enabled: true
http:
  addr: 127.0.0.1:{port}
"""


@dataclass(frozen=True)
class Registry:
    """A registry that answers; `host` begins the names of its images."""

    host: str
    # The access log; None where the registry is a container and keeps its own.
    log: Path | None

    def image_ref(self, name: str) -> str:
        return f"{self.host}/{name}"

    def answers(self) -> bool:
        address, _, port = self.host.partition(":")
        connection = http.client.HTTPConnection(address, int(port), timeout=2)
        try:
            connection.request("GET", "/v2/")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


def registry_pid_file(cache: Cache, name: str = NAME) -> PidFile:
    return PidFile(cache.directory(name) / "registry.pid")


def start_registry(cache: Cache, engine: Engine) -> Registry:
    """Start the registry unless it runs: Debian's beside our own engine, else a container."""
    with locked(cache, NAME):
        if engine.own:
            return start_process(cache)
        return start_container(engine)


@contextmanager
def spare_registry(cache: Cache, name: str) -> Iterator[Registry]:
    """A registry with nothing in it, that is gone afterwards."""
    try:
        discard_registry(cache, name)
        with locked(cache, name):
            registry = start_process(cache, name)
        yield registry
    finally:
        discard_registry(cache, name)


def discard_registry(cache: Cache, name: str) -> None:
    """Stop a registry of our own and delete all that it holds."""
    with locked(cache, name):
        registry_pid_file(cache, name).stop()
        shutil.rmtree(cache.directory(name), ignore_errors=True)


def find_registry(cache: Cache, name: str = NAME) -> Registry | None:
    """The registry of our own, if it runs."""
    address = cache.directory(name) / "address"
    if registry_pid_file(cache, name).pid() is None or not address.exists():
        return None
    registry = Registry(address.read_text(encoding="ascii"), cache.log(name))
    return registry if registry.answers() else None


def start_process(cache: Cache, name: str = NAME) -> Registry:
    running = find_registry(cache, name)
    if running is not None:
        return running
    directory, log = cache.directory(name), cache.log(name)
    pid = registry_pid_file(cache, name)
    with step(name, "start"):
        pid.stop()
        program = unpacked_package(cache, "docker-registry") / "usr/bin/docker-registry"
        port = free_port()
        configuration = directory / "config.yml"
        configuration.write_text(
            CONFIGURATION.format(storage=directory / "storage", port=port), encoding="utf-8"
        )
        pid.start([str(program), "serve", str(configuration)], log, {})
        registry = Registry(f"127.0.0.1:{port}", log)
        (directory / "address").write_text(registry.host, encoding="ascii")
        await_registry(registry, f"see {log}")
    return registry


def start_container(engine: Engine) -> Registry:
    registry = Registry(f"127.0.0.1:{PORT}", None)
    if not registry.answers():
        with step("registry", "start a container"):
            publish = f"--publish=127.0.0.1:{PORT}:5000"
            environment = "--env=REGISTRY_STORAGE_DELETE_ENABLED=true"
            name = f"--name={CONTAINER}"
            engine.docker("container", "rm", "--force", CONTAINER)
            engine.docker("run", "--detach", name, publish, environment, CONTAINER_IMAGE)
            await_registry(registry, f"see `docker logs {CONTAINER}`")
    return registry


def stop_registry(cache: Cache) -> bool:
    with locked(cache, NAME):
        return registry_pid_file(cache).stop()


def await_registry(registry: Registry, hint: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not registry.answers():
        if time.monotonic() > deadline:
            raise SetupError("the registry did not start", hint)
        time.sleep(0.1)


def free_port() -> int:
    """Always the same port, if nobody else has it: its number is part of image names."""
    for port in (PORT, 0):
        with socket.socket() as probe:
            # A port that a stopped registry held a moment ago is free for the next one.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SetupError("no free port on 127.0.0.1 for the registry")
