"""What the daemon can do, as Ping says it. Test the capability, never the version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from uvlayers.pb.caps_pb2 import APICap
from uvlayers.pb.gateway_pb2 import PongResponse
from uvlayers.pb.ops_pb2 import Platform
from uvlayers.pb.worker_pb2 import WorkerRecord

# The gateway API (BuildKit's frontend/gateway/pb/caps.go).
EVALUATE = "gateway.evaluate"
WARNINGS = "gateway.warnings"

# LLB (BuildKit's solver/pb/caps.go).
DIFF_OP = "diffop"
MERGE_OP = "mergeop"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Every capability that the daemon listed, and its workers (first the default one).

    A capability may be listed and yet be switched off, as `mergeop` is in Docker's graphdriver
    store.
    """

    listed: Mapping[str, APICap]
    workers: tuple[WorkerRecord, ...]

    def supports(self, name: str) -> bool:
        """Whether the daemon lists `name` and has it switched on."""
        return name in self.listed and self.listed[name].Enabled

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that are not supported, in the order given."""
        return tuple(name for name in names if not self.supports(name))

    @property
    def build_platform(self) -> Platform:
        """The platform that execs run on without emulation; empty if the daemon names none."""
        return next(
            (platform for worker in self.workers for platform in worker.platforms), Platform()
        )


def parse_capabilities(pong: PongResponse) -> Capabilities:
    """Capabilities from the answer to Ping; the two kinds share no name."""
    listed = {cap.ID: cap for caps in (pong.FrontendAPICaps, pong.LLBCaps) for cap in caps}
    return Capabilities(listed, tuple(pong.Workers))
