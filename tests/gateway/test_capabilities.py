from uvlayers.gateway.capabilities import DIFF_OP, EVALUATE, MERGE_OP, parse_capabilities
from uvlayers.pb.caps_pb2 import APICap
from uvlayers.pb.gateway_pb2 import PongResponse
from uvlayers.pb.ops_pb2 import Platform
from uvlayers.pb.worker_pb2 import WorkerRecord


def test_listed_is_not_enabled() -> None:
    capabilities = parse_capabilities(
        PongResponse(
            FrontendAPICaps=[APICap(ID="gateway.evaluate", Enabled=True)],
            LLBCaps=[APICap(ID="mergeop", Enabled=False)],
        )
    )
    assert capabilities.supports(EVALUATE)
    assert not capabilities.supports(MERGE_OP)
    assert not capabilities.supports(DIFF_OP)
    assert capabilities.missing([EVALUATE, MERGE_OP, DIFF_OP]) == (MERGE_OP, DIFF_OP)


def test_build_platform_is_the_first_of_the_first_worker() -> None:
    amd64 = Platform(OS="linux", Architecture="amd64")
    arm64 = Platform(OS="linux", Architecture="arm64")
    workers = [WorkerRecord(platforms=[amd64, arm64]), WorkerRecord(platforms=[arm64])]
    assert parse_capabilities(PongResponse(Workers=workers)).build_platform == amd64
    assert parse_capabilities(PongResponse()).build_platform == Platform()
