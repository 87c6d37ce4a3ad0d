"""The daemon's errors about our own vertices, in words that name the wheel."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from uvlayers.errors import Unsupported, UvlayersError
from uvlayers.gateway.client import Gateway
from uvlayers.gateway.errors import GatewayError, status_with_message
from uvlayers.layers.plan import Wheel
from uvlayers.llb.graph import Graph, marshal
from uvlayers.llb.ops import Label, http_source

LOCK_NAME = "uv.lock"
AGAIN = "the build can be run again; what was fetched is kept"

# The RUN may be let in, or find a way, where the daemon is not.
_REFUSED = ("status 401", "status 403", "status 407")
_HIDDEN = "status 404"  # what some indexes say to whom they do not know
_MISMATCH = "digest mismatch"
_TAKEN_NAME = "exit code: 3"  # see guest/unpack.py
_CACHE_KEY = "failed to load cache key: "  # of no interest to whoever waits for a wheel
_UNREACHABLE = (
    "x509:",
    "tls:",
    "no such host",
    "server misbehaving",
    "connection refused",
    "connection reset",
    "network is unreachable",
    "no route to host",
    "i/o timeout",
    "proxyconnect",
)


@dataclass(frozen=True, slots=True)
class Fetch:
    """A wheel that the daemon fetches, and the file name of its lock.

    `private`: the RUN may have credentials for its index.
    """

    wheel: Wheel
    private: bool
    lock: str = LOCK_NAME


def explain(
    error: GatewayError, fetches: Mapping[str, Fetch], installs: Collection[str], gateway: Gateway
) -> UvlayersError:
    """What `error` means, `installs` being the vertices that unpack wheels.

    Unsupported where only the RUN itself can reach the index, and where a wheel brings what must
    not be in a layer; an error in words that name the wheel where that cannot be fetched, its
    Dockerfile lines kept; `error` itself otherwise.
    """
    if error.vertex in installs and error.message.endswith(_TAKEN_NAME):
        return Unsupported("a package brings a file by a name that the system or uv has taken")
    fetch = fetches.get(error.vertex or "")
    if fetch is None:
        return error
    answer = _ask(fetch.wheel, gateway)
    refused = any(sign in answer for sign in (*_REFUSED, *_UNREACHABLE))
    if refused or (fetch.private and _HIDDEN in answer):
        return Unsupported(
            f"the builder cannot fetch `{fetch.wheel.filename}`: {answer}",
            hint="give the builder the credentials as a secret: `HTTP_AUTH_TOKEN_<host>`",
        )
    told = UvlayersError(
        f"cannot fetch `{fetch.wheel.filename}` of `{fetch.wheel}` in {fetch.lock} from "
        f"{fetch.wheel.url}: {answer or error.message}",
        hint=_advice(fetch, answer, error.message),
    )
    return GatewayError(status_with_message(error.status, str(told)))


def _advice(fetch: Fetch, answer: str, message: str) -> str:
    if _HIDDEN in answer:
        again = "lock again"
        if fetch.lock == LOCK_NAME:
            again = f"`uv lock --upgrade-package {fetch.wheel.name}` finds another"
        return f"the index has it no more: {again}"
    if not answer and _MISMATCH in message:
        return "that is not the file that was locked: if it should be, lock again"
    return AGAIN


def _ask(wheel: Wheel, gateway: Gateway) -> str:
    """What is wrong with the index's answer; empty when it serves a file, whichever.

    On its way to a checksum BuildKit does not look at the status: it is asked for any file.
    """
    label = Label(f"[uvlayers] check {wheel.filename}")
    source = http_source(wheel.url, None, wheel.filename, label)
    try:
        result = gateway.solve(marshal(Graph(source.output())))
        for ref in result.refs.values():
            gateway.evaluate(ref)
    except GatewayError as refusal:
        return refusal.message.removeprefix(_CACHE_KEY)
    return ""
