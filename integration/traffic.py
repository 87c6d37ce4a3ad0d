"""What builders pull from the registry and push to it, from the registry's own access log."""

import http.client
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from integration.errors import SetupError
from integration.registry import Registry

# The common log format; the registry writes lines of another form between.
REQUEST = re.compile(
    r'"(?P<method>[A-Z]+) (?P<url>/v2/\S+) HTTP/[^"]*" (?P<status>\d+) (?P<sent>\d+)'
)

ACCEPT = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in (
        "oci.image.index.v1",
        "oci.image.manifest.v1",
        "docker.distribution.manifest.list.v2",
        "docker.distribution.manifest.v2",
    )
)


@dataclass
class Traffic:
    """What one side did in the repositories whose names begin alike; `requests` are all of it.

    `pulled` are the bytes that the registry sent of each blob, `pushed` the blobs that it received
    and `mounted` those that it took over from another repository, without any bytes.
    """

    requests: int = 0
    pulled: dict[str, int] = field(default_factory=dict)
    pushed: set[str] = field(default_factory=set)
    mounted: set[str] = field(default_factory=set)

    def add(self, method: str, url: str, status: int, sent: int) -> None:
        self.requests += 1
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        match (method, status):
            case ("GET", http.client.OK | http.client.PARTIAL_CONTENT) if "/blobs/" in parts.path:
                digest = parts.path.rpartition("/")[2]
                self.pulled[digest] = self.pulled.get(digest, 0) + sent
            case ("PUT", http.client.CREATED) if "/uploads/" in parts.path:
                self.pushed.add(query["digest"])
            case ("POST", http.client.CREATED) if "mount" in query:
                self.mounted.add(query["mount"])


@dataclass(frozen=True)
class PushedLayer:
    """A layer in the registry; `made_by` is its entry in the image's history."""

    made_by: str
    digest: str
    size: int


@contextmanager
def watched(registry: Registry, prefix: str) -> Iterator[Traffic]:
    """What happens during the block in the repositories whose names begin with `prefix`."""
    if registry.log is None:
        raise SetupError("the registry is a container: its log is not here")
    traffic = Traffic()
    begin = registry.log.stat().st_size
    yield traffic
    with registry.log.open("rb") as log:
        log.seek(begin)
        for line in log.read().decode(errors="replace").splitlines():
            found = REQUEST.search(line)
            if found and found["url"].startswith(f"/v2/{prefix}"):
                numbers = int(found["status"]), int(found["sent"])
                traffic.add(found["method"], found["url"], *numbers)


def pushed_layers(registry: Registry, name: str) -> list[PushedLayer]:
    """The layers of an image in the registry, `repository:tag`, lowest first."""
    repository, _, tag = name.rpartition(":")
    manifest = get(registry, f"/v2/{repository}/manifests/{tag}")
    if "manifests" in manifest:
        # beside the image there is what attests it, for no platform at all
        (image,) = (m for m in manifest["manifests"] if m["platform"]["os"] != "unknown")
        manifest = get(registry, f"/v2/{repository}/manifests/{image['digest']}")
    config = get(registry, f"/v2/{repository}/blobs/{manifest['config']['digest']}")
    made = [each for each in config["history"] if not each.get("empty_layer")]
    return [
        PushedLayer(entry.get("created_by", ""), layer["digest"], layer["size"])
        for entry, layer in zip(made, manifest["layers"], strict=True)
    ]


def get(registry: Registry, path: str) -> Mapping[str, Any]:
    address, _, port = registry.host.partition(":")
    connection = http.client.HTTPConnection(address, int(port), timeout=30)
    try:
        connection.request("GET", path, headers={"Accept": ACCEPT})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    assert answer.status == http.client.OK, (path, answer.status)
    found: Mapping[str, Any] = json.loads(body)
    return found
