from google.protobuf.unknown_fields import UnknownFieldSet
from uvlayers.gateway.result import SINGLE, Ref, Result
from uvlayers.pb import gateway_pb2 as pb
from uvlayers.pb.ops_pb2 import Definition

GRAPH = Definition(def_=[b"op"])
OTHER = Definition(def_=[b"other"])
# Field 99, a string: what a newer daemon may add.
FUTURE = b"\x9a\x06\x06future"


def make_attestations(graph: Definition | None = None) -> dict[str, pb.Attestations]:
    ref = pb.Ref(id="sbom", def_=graph)
    attestation = pb.Attestation(kind=pb.Bundle, ref=ref, path="/sbom", metadata={"a": b"b"})
    return {"linux/amd64": pb.Attestations(attestation=[attestation])}


def make_single() -> pb.Result:
    return pb.Result(ref=pb.Ref(id="one", def_=GRAPH), metadata={"containerimage.config": b"{}"})


def make_multiple() -> pb.Result:
    refs = {name: pb.Ref(id=name, def_=GRAPH) for name in ("linux/amd64", "linux/arm64")}
    return pb.Result(
        refs=pb.RefMap(refs=refs),
        metadata={"refs.platforms": b"{}"},
        attestations=make_attestations(GRAPH),
    )


def test_single_result() -> None:
    result = Result(make_single())
    assert result.refs == {SINGLE: Ref("one", GRAPH)}
    assert result.metadata == {"containerimage.config": b"{}"}


def test_result_of_many_platforms() -> None:
    result = Result(make_multiple())
    assert result.refs == {
        "linux/amd64": Ref("linux/amd64", GRAPH),
        "linux/arm64": Ref("linux/arm64", GRAPH),
    }


def test_scratch() -> None:
    (scratch,) = Result(pb.Result(ref=pb.Ref())).refs.values()
    assert scratch == Ref("", Definition())
    assert scratch.is_scratch


def test_replace_in_a_single_result() -> None:
    result = Result(make_single())
    replaced = result.replace({SINGLE: Ref("two", OTHER)}, {"containerimage.config": b"[]"})
    assert replaced.refs == {SINGLE: Ref("two", OTHER)}
    assert replaced.metadata == {"containerimage.config": b"[]"}
    assert result.message == make_single()


def test_replace_keeps_everything_else() -> None:
    result = Result(make_multiple()).replace({"linux/arm64": Ref("new", OTHER)})
    expected = make_multiple()
    expected.refs.refs["linux/arm64"].CopyFrom(pb.Ref(id="new", def_=OTHER))
    assert result.message == expected
    assert result.replace().message == expected


def test_without_attestations() -> None:
    expected = make_multiple()
    expected.ClearField("attestations")
    result = Result(make_multiple())
    assert result.without_attestations().message == expected
    assert result.message == make_multiple()


def test_definitions_are_not_returned() -> None:
    message = Result(make_multiple()).without_definitions()
    refs = {name: pb.Ref(id=name) for name in ("linux/amd64", "linux/arm64")}
    assert message == pb.Result(
        refs=pb.RefMap(refs=refs),
        metadata={"refs.platforms": b"{}"},
        attestations=make_attestations(),
    )
    single = Result(make_single()).without_definitions()
    assert single == pb.Result(ref=pb.Ref(id="one"), metadata={"containerimage.config": b"{}"})


def test_result_of_no_state_stays_one() -> None:
    message = pb.Result(metadata={"result.txt": b"lint"})
    assert Result(message).without_definitions() == message
    assert Result(message).without_definitions().WhichOneof("result") is None


def test_what_a_newer_daemon_adds_survives() -> None:
    message = pb.Result.FromString(make_multiple().SerializeToString() + FUTURE)
    for kept in (Result(message).replace().message, Result(message).without_definitions()):
        assert UnknownFieldSet(kept)[0].data == b"future"
