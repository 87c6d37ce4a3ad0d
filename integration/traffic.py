"""What builders pull from a registry and push to it, as its own log tells."""

import http.client
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from integration.errors import SetupError
from integration.registry import Registry

# A log is complete when it has not grown for so long.
STILL = 0.2
TIMEOUT = 30.0

MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)

FIELD = re.compile(r'(http\.[a-z.]+)=("(?:[^"\\]|\\.)*"|\S*)')


@dataclass(frozen=True)
class Request:
    """One that the registry has answered; `written` counts the bytes of its answer."""

    method: str
    uri: str
    status: int
    written: int


@dataclass(frozen=True)
class Watched:
    """A registry with its log, and what it says of the images it holds."""

    registry: Registry

    def mark(self) -> int:
        """Where the log ends."""
        log = self.registry.log
        if log is None:
            raise SetupError("the registry keeps its log to itself")
        return log.stat().st_size

    def since(self, mark: int) -> list[Request]:
        """What was asked of the registry after a mark; waits until all of it is written down."""
        end = self.mark()
        while True:
            time.sleep(STILL)
            if end == (now := self.mark()):
                break
            end = now
        assert self.registry.log is not None
        with self.registry.log.open("rb") as log:
            log.seek(mark)
            return list(requests(log.read().decode(errors="replace")))

    def pushed(self, mark: int, repository: str) -> dict[str, int]:
        """Bytes of all that was uploaded since a mark, by its path in the repository."""
        return {path: self.size(repository, path) for path in uploads(self.since(mark), repository)}

    def size(self, repository: str, path: str) -> int:
        _, headers = self._ask("HEAD", repository, path)
        return int(headers["content-length"])

    def read(self, repository: str, path: str) -> Any:
        """A manifest or a configuration, as JSON."""
        body, _ = self._ask("GET", repository, path)
        return json.loads(body)

    def _ask(self, method: str, repository: str, path: str) -> tuple[bytes, Mapping[str, str]]:
        connection = http.client.HTTPConnection(self.registry.host, timeout=TIMEOUT)
        try:
            headers = {"Accept": ", ".join(MANIFESTS)} if path.startswith("manifests/") else {}
            connection.request(method, f"/v2/{repository}/{path}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except OSError as error:
            raise SetupError(f"the registry does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise SetupError(f"the registry answers {answer.status} to {method} {path}")
        return body, {name.lower(): value for name, value in answer.getheaders()}


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

    def add(self, found: Iterable[Request], prefix: str) -> None:
        for request in found:
            if request.uri.startswith(f"/v2/{prefix}"):
                self.requests += 1
                self._count(request)

    def _count(self, request: Request) -> None:
        url = urlsplit(request.uri)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        match (request.method, request.status):
            case ("GET", http.client.OK | http.client.PARTIAL_CONTENT) if "/blobs/" in url.path:
                digest = url.path.rpartition("/")[2]
                self.pulled[digest] = self.pulled.get(digest, 0) + request.written
            case ("PUT", http.client.CREATED) if "/uploads/" in url.path:
                self.pushed.add(query["digest"])
            case ("POST", http.client.CREATED) if "mount" in query:
                self.mounted.add(query["mount"])


@contextmanager
def watched(registry: Registry, prefix: str) -> Iterator[Traffic]:
    """What happens during the block in the repositories whose names begin with `prefix`."""
    traffic, log = Traffic(), Watched(registry)
    mark = log.mark()
    yield traffic
    traffic.add(log.since(mark), prefix)


def requests(log: str) -> Iterator[Request]:
    """The lines of the log of Docker's registry that say that an answer is complete."""
    for line in log.splitlines():
        if 'msg="response completed' not in line:
            continue
        found = {name: value.strip('"') for name, value in FIELD.findall(line)}
        yield Request(
            found["http.request.method"],
            found["http.request.uri"],
            int(found["http.response.status"]),
            int(found["http.response.written"]),
        )


def uploads(found: Sequence[Request], repository: str) -> list[str]:
    """Paths of blobs and manifests whose bytes were sent: not of those that were there already."""
    paths: dict[str, None] = {}
    for request in found:
        url = urlsplit(request.uri)
        _, inside, path = url.path.partition(f"/v2/{repository}/")
        if request.method != "PUT" or request.status != http.client.CREATED or not inside:
            continue
        digests = parse_qs(url.query).get("digest")
        paths[f"blobs/{digests[0]}" if digests else path] = None
    return list(paths)


def pulled(found: Sequence[Request], repository: str) -> int:
    """Bytes that the registry sent from a repository."""
    return sum(
        request.written
        for request in found
        if request.method == "GET" and request.uri.startswith(f"/v2/{repository}/")
    )
