"""Ops as bytes. Their hash is the vertex, so they must be the bytes that the daemon would write."""

from uvlayers.pb import ops_pb2 as pb


def encode_op(op: pb.Op) -> bytes:
    """The bytes of an op in the order of protobuf-go: a oneof comes after all other fields.

    The daemon encodes every op again (`recomputeDigests` in BuildKit's solver/llbsolver/vertex.go)
    and renames those that come out otherwise, for which source locations are then no longer found.
    `Op` is the one message of ops.proto where that order is not the order of the field numbers.
    """
    kind = op.WhichOneof("op")
    if kind is None:
        return op.SerializeToString(deterministic=True)
    common, arm = pb.Op(), pb.Op()
    common.CopyFrom(op)
    common.ClearField(kind)
    getattr(arm, kind).CopyFrom(getattr(op, kind))
    # Set as present even where it has no field: a merge of nothing is still a merge.
    getattr(arm, kind).SetInParent()
    return common.SerializeToString(deterministic=True) + arm.SerializeToString(deterministic=True)
