"""The generated messages are those of proto/, and proto/ leaves out nothing that an op can hold."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet
from grpc_tools.grpc_version import VERSION
from uvlayers.gateway.client import SERVICE
from uvlayers.pb import caps_pb2, gateway_pb2, ops_pb2, stat_pb2, status_pb2, worker_pb2

from proto.generate import PACKAGE, SOURCES, generate

GOLDEN = Path(__file__).parent / "golden" / "llb"

# Every generator writes its own version into what it generates.
GENERATOR = "1.85.1"

FILES = (caps_pb2, gateway_pb2, ops_pb2, stat_pb2, status_pb2, worker_pb2)


@pytest.mark.skipif(VERSION != GENERATOR, reason=f"needs grpcio-tools {GENERATOR}, not {VERSION}")
def test_generated_files_are_up_to_date(tmp_path: Path) -> None:
    generate(tmp_path)
    generated = {path.name: path.read_bytes() for path in tmp_path.glob("uvlayers/pb/*")}
    checked_in = {path.name: path.read_bytes() for path in PACKAGE.glob("*_pb2.py*")}
    assert len(generated) == 2 * len(FILES)
    assert generated == checked_in


@pytest.mark.parametrize(
    "path", sorted(SOURCES.glob("uvlayers/pb/*.proto")), ids=lambda at: at.stem
)
def test_every_file_says_what_it_was_checked_against(path: Path) -> None:
    opening = path.read_text(encoding="utf-8").split("syntax")[0].replace("\n// ", " ")
    assert re.search(r"moby/buildkit v0\.32 \(73ed6825, 2026-08-21\)|googleapis", opening)


def test_wire_names() -> None:
    packages = {module.DESCRIPTOR.package for module in FILES}
    assert packages == {
        "fsutil.types",
        "google.rpc",
        "moby.buildkit.v1.apicaps",
        "moby.buildkit.v1.frontend",
        "moby.buildkit.v1.types",
        "pb",
    }
    service = gateway_pb2.DESCRIPTOR.services_by_name["LLBBridge"]
    assert f"/{service.full_name}" == SERVICE


def walk(message: Message) -> Iterator[Message]:
    """A message and all that it holds; maps in ops are of strings."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for each in value if field.is_repeated else [value]:
                yield from walk(each)


def test_every_field_of_real_ops_is_known() -> None:
    definition = ops_pb2.Definition.FromString((GOLDEN / "definition.bin").read_bytes())
    messages = [part for data in definition.def_ for part in walk(ops_pb2.Op.FromString(data))]
    messages.extend(definition.metadata.values())
    assert {type(message).__name__ for message in messages} >= {"ExecOp", "SourceOp", "MergeOp"}
    assert [message for message in messages if len(UnknownFieldSet(message))] == []
