"""The gateway's calls (moby.buildkit.v1.frontend.LLBBridge) as Python methods."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar

import grpc
from google.protobuf.message import Message

from uvlayers.gateway.capabilities import EVALUATE, WARNINGS, Capabilities, parse_capabilities
from uvlayers.gateway.errors import GatewayError, gateway_error
from uvlayers.gateway.result import Ref, Result
from uvlayers.gateway.stdio import Bridge
from uvlayers.pb import gateway_pb2 as pb
from uvlayers.pb.ops_pb2 import Definition, Range, SourceInfo
from uvlayers.pb.stat_pb2 import Stat
from uvlayers.pb.status_pb2 import Status

SERVICE = "/moby.buildkit.v1.frontend.LLBBridge"
MEBIBYTE = 1024 * 1024
MESSAGE_LIMIT = 16 * MEBIBYTE  # BuildKit's own, each way, since v0.14
READ_SIZE = 3 * MEBIBYTE  # a page of a file; daemons before v0.14 send 4 MiB at most

CHANNEL_OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
    # Errors carry the Dockerfile and its LLB in trailers; past 16 KiB grpc would drop them.
    ("grpc.max_metadata_size", MESSAGE_LIMIT),
    ("grpc.absolute_max_metadata_size", MESSAGE_LIMIT),
    ("grpc.default_authority", "localhost"),
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
)

Answer = TypeVar("Answer", bound=Message)


@contextmanager
def connect(incoming: int, outgoing: int) -> Iterator["Gateway"]:
    """A gateway over two pipes, which it owns; leaving flushes what was sent and closes them."""
    bridge = Bridge(incoming, outgoing)
    channel = grpc.insecure_channel(bridge.address, options=CHANNEL_OPTIONS)
    try:
        yield Gateway(channel)
    finally:
        channel.close()
        bridge.close()


class Gateway:
    """One connection to the daemon; any thread may call.

    Every method raises GatewayError with what the daemon said. A path that does not exist is None,
    not an error. Refs are those of earlier solves; a scratch ref holds no files.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel

    def ping(self) -> Capabilities:
        """Ask for the daemon's capabilities; `capabilities` asks once and remembers."""
        return parse_capabilities(self._call("Ping", pb.PingRequest(), pb.PongResponse))

    @cached_property
    def capabilities(self) -> Capabilities:
        return self.ping()

    def solve(
        self,
        definition: Definition | None = None,
        *,
        frontend: str = "",
        opts: Mapping[str, str] | None = None,
        inputs: Mapping[str, Definition] | None = None,
        evaluate: bool = False,
        cache_imports: Iterable[tuple[str, Mapping[str, str]]] = (),
    ) -> Result:
        """Solve a definition, or a frontend with its options and inputs; lazy unless `evaluate`.

        `cache_imports` are (type, attributes) pairs, as in the option `cache-imports`.
        """
        request = pb.SolveRequest(
            Definition=definition,
            Frontend=frontend,
            FrontendOpt=opts,
            FrontendInputs=inputs,
            Evaluate=evaluate,
            CacheImports=[pb.CacheOptionsEntry(Type=kind, Attrs=at) for kind, at in cache_imports],
            allowResultReturn=True,
            allowResultArrayRef=True,
        )
        return Result(self._call("Solve", request, pb.SolveResponse).result)

    def read_file(self, ref: Ref, path: str) -> bytes | None:
        """The whole file at `path`, all symlinks followed inside the ref; evaluates the ref."""
        pages = []
        offset = 0
        while True:
            page = self.read_range(ref, path, offset, READ_SIZE)
            if page is None:
                return None
            pages.append(page)
            offset += len(page)
            if len(page) < READ_SIZE:
                return b"".join(pages)

    def read_range(self, ref: Ref, path: str, offset: int, length: int) -> bytes | None:
        """At most `length` bytes of a file from `offset` on; fewer only where the file ends."""
        request = pb.ReadFileRequest(
            Ref=ref.id, FilePath=path, Range=pb.FileRange(Offset=offset, Length=length)
        )
        answer = self._look(ref, "ReadFile", request, pb.ReadFileResponse)
        return None if answer is None else answer.Data

    def read_dir(self, ref: Ref, path: str, pattern: str = "") -> tuple[Stat, ...] | None:
        """The entries of a directory, by name; symlinks are themselves (`linkname`)."""
        request = pb.ReadDirRequest(Ref=ref.id, DirPath=path, IncludePattern=pattern)
        answer = self._look(ref, "ReadDir", request, pb.ReadDirResponse)
        return None if answer is None else tuple(answer.entries)

    def stat_file(self, ref: Ref, path: str) -> Stat | None:
        """What `path` is, all symlinks followed; `mode` holds the bits of Go's FileMode."""
        request = pb.StatFileRequest(Ref=ref.id, Path=path)
        answer = self._look(ref, "StatFile", request, pb.StatFileResponse)
        return None if answer is None else answer.stat

    def evaluate(self, ref: Ref) -> None:
        """Run everything that `ref` needs, now."""
        if ref.is_scratch:
            return
        if self.capabilities.supports(EVALUATE):
            self._call("Evaluate", pb.EvaluateRequest(Ref=ref.id), pb.EvaluateResponse)
        else:
            self.stat_file(ref, ".")

    def inputs(self) -> dict[str, Definition]:
        """The definitions that the client passed to this build by name."""
        answer = self._call("Inputs", pb.InputsRequest(), pb.InputsResponse)
        return dict(answer.Definitions)

    def warn(
        self,
        digest: str,
        short: str,
        *,
        detail: Sequence[str] = (),
        url: str = "",
        info: SourceInfo | None = None,
        ranges: Sequence[Range] = (),
        level: int = 1,
    ) -> None:
        """Show a warning of one line, `detail` beneath it, at `ranges` of the file `info`.

        `digest` is a vertex that the client knows: warnings for others are not displayed.
        """
        if not self.capabilities.supports(WARNINGS):
            return
        request = pb.WarnRequest(
            digest=digest,
            level=level,
            short=short.encode(),
            detail=[line.encode() for line in detail],
            url=url,
            info=info,
            ranges=ranges,
        )
        self._call("Warn", request, pb.WarnResponse)

    def return_result(self, result: Result) -> None:
        """End the build with a result. The daemon takes one result or one error, once."""
        request = pb.ReturnRequest(result=result.without_definitions())
        self._call("Return", request, pb.ReturnResponse)

    def return_error(self, status: Status) -> None:
        """End the build with an error."""
        self._call("Return", pb.ReturnRequest(error=status), pb.ReturnResponse)

    def _call(self, method: str, request: Message, answer: type[Answer]) -> Answer:
        call: Callable[[Message], Answer] = self._channel.unary_unary(
            f"{SERVICE}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        try:
            return call(request)
        except grpc.RpcError as error:
            raise gateway_error(error) from error

    def _look(self, ref: Ref, method: str, request: Message, answer: type[Answer]) -> Answer | None:
        if ref.is_scratch:
            return None
        try:
            return self._call(method, request, answer)
        except GatewayError as error:
            if error.is_missing:
                return None
            raise
