"""A double of the gateway whose daemon solves on the model; for what a build asks and is told."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import ClassVar

from uvlayers.gateway.capabilities import DIFF_OP, EVALUATE, MERGE_OP, WARNINGS, Capabilities
from uvlayers.gateway.client import Gateway
from uvlayers.gateway.errors import DETAIL_PREFIX, VERTEX, GatewayError
from uvlayers.gateway.result import Ref, Result
from uvlayers.llb.graph import Graph, Output, marshal, parse_definition
from uvlayers.pb import gateway_pb2 as pb
from uvlayers.pb.caps_pb2 import APICap
from uvlayers.pb.ops_pb2 import Definition, Platform, Range, SourceInfo
from uvlayers.pb.stat_pb2 import Stat
from uvlayers.pb.status_pb2 import Status
from uvlayers.pb.worker_pb2 import WorkerRecord

from tests.dockerfiles import PLATFORM
from tests.model.solver import Solver
from tests.model.tree import (
    BuildError,
    Directory,
    File,
    Link,
    Node,
    Removed,
    Tree,
    children,
    real_path,
)

GO_DIRECTORY, GO_LINK, GO_STICKY = 1 << 31, 1 << 27, 1 << 20
DEFAULT_CAPABILITIES = (DIFF_OP, MERGE_OP, EVALUATE, WARNINGS)


@dataclass
class Warned:
    """One call of `Warn`."""

    digest: str
    short: str
    detail: tuple[str, ...]
    lines: tuple[int, ...]
    filename: str | None


@dataclass
class FakeGateway(Gateway):
    """`delegated` is what every frontend returns; what was asked is remembered.

    A warning of a fault of ours fails the test, unless we `may_fail`.
    """

    may_fail: ClassVar[bool] = False

    solver: Solver
    delegated: pb.Result = field(default_factory=pb.Result)
    enabled: tuple[str, ...] = DEFAULT_CAPABILITIES
    platforms: tuple[Platform, ...] = (PLATFORM,)
    warnings: list[Warned] = field(default_factory=list)
    frontends: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    heads: list[Output | None] = field(default_factory=list)
    infos: list[tuple[SourceInfo, ...]] = field(default_factory=list)
    cache_imports: list[object] = field(default_factory=list)
    evaluated: list[Output | None] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)

    def ping(self) -> Capabilities:
        caps = {name: APICap(ID=name, Enabled=True) for name in self.enabled}
        return Capabilities(caps, (WorkerRecord(platforms=self.platforms),))

    def inputs(self) -> dict[str, Definition]:
        return {}

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
        self.cache_imports.append(cache_imports)
        if frontend:
            self.frontends.append((frontend, dict(opts or {})))
            return Result(self.delegated)
        assert definition is not None
        solved = parse_definition(definition)
        with self.lock:
            self.heads.append(solved.head)
            self.infos.append(solved.infos)
            ref = pb.Ref(id=str(len(self.heads) - 1) if solved.head else "", def_=definition)
        return Result(pb.Result(ref=ref))

    def head(self, ref: Ref) -> Output | None:
        return self.heads[int(ref.id)] if ref.id else None

    def tree(self, ref: Ref) -> Tree:
        """The files of a ref; raises GatewayError, as the daemon does."""
        try:
            with self.lock:
                nodes = self.solver.tree(self.head(ref))
        except BuildError as error:
            status = Status(code=2, message=str(error))
            if error.vertex is not None:
                value = json.dumps({"digest": error.vertex}).encode()
                status.details.add(type_url=DETAIL_PREFIX + VERTEX, value=value)
            raise GatewayError(status) from error
        # nobody sees what a difference by itself takes away
        return {path: node for path, node in nodes.items() if not isinstance(node, Removed)}

    def evaluate(self, ref: Ref) -> None:
        self.evaluated.append(self.head(ref))
        self.tree(ref)

    def read_file(self, ref: Ref, path: str) -> bytes | None:
        nodes = self.tree(ref)
        node = nodes.get(real_path(nodes, path))
        return node.data if isinstance(node, File) else None

    def read_dir(self, ref: Ref, path: str, pattern: str = "") -> tuple[Stat, ...] | None:
        nodes = self.tree(ref)
        directory = real_path(nodes, path)
        if not isinstance(nodes.get(directory), Directory):
            return None
        found = [(name.rpartition("/")[2], nodes[name]) for name in children(nodes, directory)]
        return tuple(stat_of(name, node) for name, node in found if pattern in ("", name))

    def stat_file(self, ref: Ref, path: str) -> Stat | None:
        nodes = self.tree(ref)
        node = nodes.get(real_path(nodes, path))
        return None if node is None else stat_of(path, node)

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
        if "uvlayers failed" in short and not self.may_fail:
            raise AssertionError("\n".join(detail))
        lines = tuple(each.start.line for each in ranges)
        name = None if info is None else info.filename
        self.warnings.append(Warned(digest, short, tuple(detail), lines, name))


def stat_of(path: str, node: Node) -> Stat:
    match node:
        case Directory(mode=mode, uid=uid, gid=gid):
            special = GO_STICKY if mode & 0o1000 else 0
            return Stat(path=path, mode=mode & 0o777 | GO_DIRECTORY | special, uid=uid, gid=gid)
        case Link(target=target):
            return Stat(path=path, mode=0o777 | GO_LINK, linkname=target)
        case File(mode=mode, uid=uid, gid=gid):
            return Stat(path=path, mode=mode, uid=uid, gid=gid)
        case _:
            raise AssertionError(node)


def delegated_result(graph: Graph, config: bytes = b"{}") -> pb.Result:
    """What the Dockerfile frontend returns for one platform."""
    ref = pb.Ref(id="delegated", def_=marshal(graph))
    return pb.Result(ref=ref, metadata={"containerimage.config": config})
