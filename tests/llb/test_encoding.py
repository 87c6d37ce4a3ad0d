from hashlib import sha256
from pathlib import Path

import pytest
from uvlayers.llb.encoding import encode_op
from uvlayers.pb import ops_pb2 as pb

GOLDEN = Path(__file__).parents[1] / "golden" / "llb"

# What BuildKit made of a Dockerfile that uses every kind of op, mount and file action.
DEFINITION = pb.Definition.FromString((GOLDEN / "definition.bin").read_bytes())
OPS = list(DEFINITION.def_)


@pytest.mark.parametrize("data", OPS, ids=lambda data: f"{sha256(data).hexdigest()[:8]}")
def test_ops_of_a_dockerfile_keep_their_bytes(data: bytes) -> None:
    assert encode_op(pb.Op.FromString(data)) == data


def test_golden_ops_have_many_kinds() -> None:
    ops = [pb.Op.FromString(data) for data in OPS]
    assert {op.WhichOneof("op") for op in ops} == {"exec", "file", "merge", "source", None}
    mounts = {mount.mountType for op in ops for mount in op.exec.mounts}
    assert mounts == set(pb.MountType.values())


def test_the_oneof_comes_last() -> None:
    op = pb.Op(diff=pb.DiffOp(), platform=pb.Platform(OS="linux"), inputs=[pb.Input(digest="x")])
    assert encode_op(op) == (
        pb.Op(inputs=op.inputs).SerializeToString()
        + pb.Op(platform=op.platform).SerializeToString()
        + pb.Op(diff=pb.DiffOp()).SerializeToString()
    )
    assert op.WhichOneof("op") == "diff"


def test_an_empty_op_is_still_of_its_kind() -> None:
    op = pb.Op(merge=pb.MergeOp())
    assert pb.Op.FromString(encode_op(op)).WhichOneof("op") == "merge"


def test_the_terminal_op_only_has_inputs() -> None:
    op = pb.Op(inputs=[pb.Input(digest="sha256:1", index=2)])
    assert encode_op(op) == op.SerializeToString()
