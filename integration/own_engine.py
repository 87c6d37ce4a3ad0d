"""Docker Engines of our own on a bare Debian: dockerd in a root made by debootstrap."""

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from integration.bridge import make_bridge, remove_bridge
from integration.cache import Cache, locked
from integration.client import docker_environment
from integration.debian import debootstrap
from integration.engine import Engine
from integration.errors import SetupError
from integration.network import copy_network_files
from integration.own_disk import NO_DISK, make_disk
from integration.processes import PidFile
from integration.steps import say, step

# Debian's newest docker.io, and the oldest one whose containerd store knows MergeOp.
SUITE = "forky"
OLDER_SUITE = "trixie"
PACKAGES = (
    *("ca-certificates", "docker.io", "docker-cli", "docker-buildx"),
    *("containerd", "runc", "iptables", "git"),
)
START_SECONDS = 60.0

# What an engine holds, inside its root.
DATA = "/srv/engine/data"

# The engine's own limit keeps a fifth of the disk free: on a fuller one it forgets steps that have
# just run, and whoever builds them again gets other layers.
COLLECTION = {"defaultMaxUsedSpace": "50GB", "defaultMinFreeSpace": "4GB"}


@dataclass(frozen=True)
class Store:
    """A kind of image store, as dockerd's configuration names it."""

    name: str
    configuration: dict[str, object]
    bridged: bool
    build_flags: tuple[str, ...] = ()
    # The Debian that its dockerd is of.
    suite: str = SUITE
    # Whether it has a file system of its own, where that can be made.
    own_disk: bool = False


CONTAINERD = Store("main", {"features": {"containerd-snapshotter": True}}, bridged=True)
OVERLAY2 = Store(
    "second",
    {
        "features": {"containerd-snapshotter": False},
        "storage-driver": "overlay2",
        # Two engines would fight over the packet filter: builds on this one use the host's network.
        "iptables": False,
        "ip6tables": False,
    },
    bridged=False,
    build_flags=("--network=host",),
)


def unbridged(name: str, suite: str = SUITE, *, own_disk: bool = False) -> Store:
    """A containerd store like the main engine's, on the host's network: there is one bridge."""
    filters = {"iptables": False, "ip6tables": False}
    configuration = {**CONTAINERD.configuration, **filters}
    flags = ("--network=host",)
    return Store(
        name,
        configuration,
        bridged=False,
        build_flags=flags,
        suite=suite,
        own_disk=own_disk,
    )


SPARE = unbridged("spare")
OLDER = unbridged("older", OLDER_SUITE)


def engine_root(cache: Cache, suite: str = SUITE) -> Path:
    return cache.directory("roots") / suite


def pid_file(cache: Cache, store: Store) -> PidFile:
    return PidFile(cache.engine(store.name) / "dockerd.pid")


def make_root(cache: Cache, suite: str = SUITE) -> Path:
    """The tree that dockerd runs in."""
    root = engine_root(cache, suite)
    with locked(cache, "engine-root"):
        if not root.exists():
            debootstrap(cache, suite, PACKAGES, root)
    return root


def describe(cache: Cache, store: Store) -> Engine:
    """The engine as it is addressed, whether it runs or not."""
    socket = cache.engine(store.name) / "docker.sock"
    environment = docker_environment(cache, engine_root(cache), socket)
    return Engine(store.name, environment, own=True, build_flags=store.build_flags)


def start(cache: Cache, store: Store) -> Engine:
    """Start the engine unless it runs; ready to use on return."""
    root = make_root(cache, store.suite)
    engine = describe(cache, store)
    with locked(cache, f"{store.name}-engine"):
        if pid_file(cache, store).pid() is None or not engine.answers():
            with step("engine", f"start {store.name} engine"):
                launch(cache, store, root)
                await_answer(cache, engine, pid_file(cache, store))
    return engine


def launch(cache: Cache, store: Store, root: Path) -> None:
    pid_file(cache, store).stop()
    bridge = make_bridge(cache) if store.bridged else "none"
    directory = cache.engine(store.name)
    directory.mkdir(parents=True, exist_ok=True)
    if store.own_disk and not make_disk(directory):
        say("engine", f"{store.name} shares this machine's disk: {NO_DISK}")
    # A crash leaves its socket behind, and a client would find nobody at it.
    (directory / "docker.sock").unlink(missing_ok=True)
    (directory / "daemon.json").write_text(configuration(store, bridge), encoding="utf-8")
    copy_network_files(root)
    pid_file(cache, store).start(launch_command(root, directory), cache.log(store.name), os.environ)


def configuration(store: Store, bridge: str) -> str:
    """What dockerd reads; paths are those inside its root, and /run there is new at each start."""
    return json.dumps(
        {
            "hosts": ["unix:///srv/engine/docker.sock"],
            "data-root": DATA,
            "exec-root": "/run/docker",
            "pidfile": "/run/docker.pid",
            "bridge": bridge,
            "builder": {"gc": {"enabled": True, **COLLECTION}},
            **store.configuration,
        },
        indent=2,
    )


def launch_command(root: Path, directory: Path) -> list[str]:
    script = Path(__file__).with_name("enter-root.sh")
    return [
        *("unshare", "--mount", "--pid", "--fork", "--kill-child=SIGTERM"),
        *("sh", str(script), str(root), str(directory)),
    ]


def await_answer(cache: Cache, engine: Engine, pid: PidFile) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not engine.answers():
        if pid.pid() is None or time.monotonic() > deadline:
            log = cache.log(engine.name)
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            pid.stop()
            raise SetupError(
                f"the {engine.name} engine did not start:\n{tail}",
                hint=f"the whole log is {log}; a kernel with overlayfs and nftables is needed",
            )
        time.sleep(0.2)


def data(cache: Cache, store: Store) -> Path:
    """All that a running engine holds, as seen with the mounts that its processes have."""
    root = engine_root(cache, store.suite).relative_to("/")
    return Path(f"/proc/{pid_file(cache, store).pid()}/root") / root / DATA.lstrip("/")


def stop(cache: Cache, store: Store) -> bool:
    with locked(cache, f"{store.name}-engine"), step("engine", f"stop {store.name} engine"):
        stopped = pid_file(cache, store).stop()
        if store.bridged and stopped:
            remove_bridge(cache)
        return stopped


def discard(cache: Cache, store: Store) -> None:
    """Stop the engine and delete all that it holds."""
    stop(cache, store)
    shutil.rmtree(cache.engine(store.name), ignore_errors=True)
