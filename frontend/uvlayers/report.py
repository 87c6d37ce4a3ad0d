"""What the user sees beside the build's own output: warnings and errors at Dockerfile lines."""

from collections.abc import Sequence

from uvlayers.errors import LineRange, LockError, Unsupported, UvlayersError
from uvlayers.gateway.client import Gateway
from uvlayers.gateway.errors import GatewayError, crash_report, status_of
from uvlayers.installation import Left
from uvlayers.llb.graph import Graph, Vertex, parse_definition
from uvlayers.pb import ops_pb2 as pb

_STORE_HINT = (
    "Docker: switch the containerd image store on (`features.containerd-snapshotter` in "
    "daemon.json), or use a builder of the docker-container driver"
)
_RELOCK = "run `uv lock`"


class Reporter:
    """Speaks about one delegated graph; its source infos hold the Dockerfile.

    Nothing is said twice: a build that is tried again finds the same as before.
    """

    def __init__(self, gateway: Gateway, graph: Graph) -> None:
        self.graph = graph
        self._gateway = gateway
        self._told: set[tuple[str, str]] = set()
        self.reasons: dict[str, str] = {}
        """Why RUNs are left as they are written, by their digests."""

    def left_as_written(self, run: Vertex, reason: Unsupported, what: str = "uv sync") -> None:
        """Say why `what`, a command of `run`, is not split into layers."""
        self.reasons[run.digest] = reason.message
        self._warn(f"uvlayers: `{what}` runs as written: {reason.message}", reason.hint, run)

    def copied_as_one(self, copy: Vertex, reason: Unsupported) -> None:
        """Say why the layers of an environment are not kept where it is copied."""
        self.reasons[copy.digest] = reason.message
        self._warn(
            f"uvlayers: the environment is copied as one layer: {reason.message}", reason.hint, copy
        )

    def crashed(self, vertex: Vertex, error: Exception) -> None:
        """Say that `vertex` stays as it is, since we failed at it, and what is to be reported."""
        reason = f"uvlayers failed: {type(error).__name__}: {error}"
        self.reasons[vertex.digest] = reason
        self._warn(f"uvlayers: it is built as written: {reason}", crash_report(error), vertex)

    def left_to_command(self, run: Vertex, left: Sequence[Left]) -> None:
        """Say which packages the command itself installs; the workspace's are its own business."""
        for each in left:
            if not each.member:
                self._warn(
                    f"uvlayers: `{each.name}` has no layer, the RUN installs it: {each.reason}",
                    None,
                    run,
                )

    def no_merge(self) -> None:
        """Say that the engine cannot merge layers and how to change that."""
        self._warn(
            "uvlayers: the Dockerfile is built as written: this engine cannot merge layers",
            _STORE_HINT,
        )

    def located(self, run: Vertex, error: UvlayersError) -> GatewayError:
        """`error` with the lines of `run` underlined, ready to be returned."""
        lines = tuple(
            LineRange(at.start.line, at.end.line)
            for location in run.locations
            for at in location.ranges
        )
        if isinstance(error, LockError):
            error = UvlayersError(
                f"cannot use uv.lock: {error.message}", hint=error.hint or _RELOCK
            )
        error.lines = error.lines or lines
        return GatewayError(status_of(error, self._info(run)))

    def _warn(self, short: str, detail: str | None, run: Vertex | None = None) -> None:
        about = ("" if run is None else run.digest, short)
        if about in self._told:
            return
        self._told.add(about)
        locations = () if run is None else run.locations
        self._gateway.warn(
            self._digest(),
            short,
            detail=() if detail is None else (detail,),
            info=self._info(run),
            ranges=[at for location in locations for at in location.ranges],
        )

    def _info(self, run: Vertex | None) -> pb.SourceInfo | None:
        infos = self.graph.infos
        index = run.locations[0].sourceIndex if run is not None and run.locations else 0
        return infos[index] if index < len(infos) else None

    def _digest(self) -> str:
        """The vertex that loaded the Dockerfile: clients show warnings of vertices they know."""
        info = self._info(None)
        head = None if info is None else parse_definition(info.definition).head
        if head is None:
            head = self.graph.head
        return "" if head is None else head.vertex.digest
