"""A network bridge for the main engine that no other engine knows of.

A dockerd without a bridge of its own deletes `docker0` when it starts, whoever uses it.
"""

import hashlib
import ipaddress
import json
import os

from integration.cache import Cache
from integration.commands import run
from integration.errors import SetupError

# Tried in this order; the first that overlaps no route of this machine is taken.
CANDIDATES = tuple(ipaddress.IPv4Network(f"172.{second}.77.0/24") for second in range(31, 15, -1))


def bridge_name(cache: Cache) -> str:
    """One per cache directory; the kernel allows 15 characters."""
    return f"uvl-{hashlib.sha256(os.fsencode(cache.home)).hexdigest()[:8]}"


def make_bridge(cache: Cache) -> str:
    """Create the bridge unless it is there; its name."""
    name = bridge_name(cache)
    if name not in interfaces():
        network = free_network()
        gateway = f"{next(network.hosts())}/{network.prefixlen}"
        run(["ip", "link", "add", "name", name, "type", "bridge"])
        run(["ip", "address", "add", gateway, "dev", name])
    run(["ip", "link", "set", name, "up"])
    return name


def remove_bridge(cache: Cache) -> None:
    name = bridge_name(cache)
    if name in interfaces():
        run(["ip", "link", "delete", name])


def interfaces() -> set[str]:
    return {str(link["ifname"]) for link in json.loads(run(["ip", "-json", "link"]))}


def free_network() -> ipaddress.IPv4Network:
    routes = [
        ipaddress.IPv4Network(route["dst"])
        for route in json.loads(run(["ip", "-4", "-json", "route"]))
        if route["dst"] != "default"
    ]
    for candidate in CANDIDATES:
        if not any(candidate.overlaps(route) for route in routes):
            return candidate
    raise SetupError("no free network for the engine's bridge", hint="see `ip route`")
