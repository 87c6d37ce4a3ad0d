"""What a solve returns.

The daemon's message is kept whole: what we do not replace goes back as it came, attestations too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from uvlayers.pb import gateway_pb2 as pb
from uvlayers.pb.ops_pb2 import Definition

SINGLE = ""  # the key of a result that has one state and no platforms


@dataclass(frozen=True, slots=True)
class Ref:
    """A solved state: its handle in this build and the LLB that makes it."""

    id: str
    definition: Definition

    @property
    def is_scratch(self) -> bool:
        """Whether this is the empty state, which has no handle."""
        return not self.id


@dataclass(frozen=True, slots=True)
class Result:
    """One state, or one for each platform, with the metadata that makes an image of them."""

    message: pb.Result

    @property
    def refs(self) -> dict[str, Ref]:
        """States by platform (`linux/arm64`), or the only one by SINGLE."""
        message = self.message
        if message.WhichOneof("result") == "refs":
            return {key: Ref(ref.id, ref.def_) for key, ref in message.refs.refs.items()}
        return {SINGLE: Ref(message.ref.id, message.ref.def_)}

    @property
    def metadata(self) -> dict[str, bytes]:
        """Values such as `containerimage.config`, suffixed `/<platform>` if there are several."""
        return dict(self.message.metadata)

    def replace(
        self, refs: Mapping[str, Ref] | None = None, metadata: Mapping[str, bytes] | None = None
    ) -> "Result":
        """This result with some of its states and metadata replaced, and all else as it came."""
        message = pb.Result()
        message.CopyFrom(self.message)
        single = message.WhichOneof("result") != "refs"
        for key, ref in (refs or {}).items():
            target = message.ref if single else message.refs.refs[key]
            target.CopyFrom(pb.Ref(id=ref.id, def_=ref.definition))
        for key, value in (metadata or {}).items():
            message.metadata[key] = value
        return Result(message)

    def without_attestations(self) -> "Result":
        """This result without what was attested of its states."""
        message = pb.Result()
        message.CopyFrom(self.message)
        message.attestations.clear()
        return Result(message)

    def without_definitions(self) -> pb.Result:
        """The message to return: the daemon wants handles, and knows the graphs behind them."""
        message = pb.Result()
        message.CopyFrom(self.message)
        refs = [each.ref for group in message.attestations.values() for each in group.attestation]
        refs.extend(message.refs.refs.values())
        refs.append(message.ref)
        for ref in refs:
            if ref.HasField("def_"):
                ref.ClearField("def_")
        return message
