"""A frontend that puts the gateway to the test: `--build-arg PROBE=NAME` calls `probe_NAME`.

It runs in the frontend image, in place of uvlayers.build.
"""

import json
import sys
from collections.abc import Iterator
from types import ModuleType

sys.path.append("/opt/uvlayers")

from uvlayers.__main__ import main
from uvlayers.errors import LineRange, UvlayersError
from uvlayers.gateway.client import Gateway
from uvlayers.gateway.errors import GatewayError, status_of
from uvlayers.gateway.result import SINGLE, Ref, Result
from uvlayers.llb.encoding import encode_op
from uvlayers.options import Options
from uvlayers.pb import ops_pb2 as pb


def probe_crash(_gateway: Gateway, result: Result) -> Result:
    """An error that nobody foresaw."""
    raise KeyError(len(result.refs))


def probe_error(_gateway: Gateway, result: Result) -> Result:
    """An error of ours at the second line of the Dockerfile."""
    error = UvlayersError("not this line", hint="take another", lines=[LineRange(2, 2)])
    (info,) = only(result).definition.Source.infos
    raise GatewayError(status_of(error, info))


def probe_evaluate(gateway: Gateway, result: Result) -> Result:
    """Errors of the daemon that come through our hands."""
    gateway.evaluate(only(result))
    return result


def probe_warn(gateway: Gateway, result: Result) -> Result:
    """A warning at the second line."""
    (info,) = only(result).definition.Source.infos
    digest = pb.Op.FromString(info.definition.def_[-1]).inputs[0].digest
    ranges = [pb.Range(start=pb.Position(line=2), end=pb.Position(line=2))]
    gateway.warn(digest, "mind this line", detail=["for reasons"], info=info, ranges=ranges)
    return result


def probe_solve(gateway: Gateway, result: Result) -> Result:
    """The delegated definition solved again as ours, and returned with what was delegated."""
    again = gateway.solve(only(result).definition)
    return result.replace({SINGLE: only(again)})


def probe_facts(gateway: Gateway, result: Result) -> Result:
    """What the gateway's calls say, as the message of an error."""
    raise UvlayersError(json.dumps(dict(facts(gateway, only(result)))))


def facts(gateway: Gateway, ref: Ref) -> Iterator[tuple[str, object]]:
    files = gateway.read_dir(ref, "/")
    yield "names", None if files is None else [f"{each.path}:{each.linkname}" for each in files]
    yield "matching", [each.path for each in gateway.read_dir(ref, "/", "b*") or ()]
    yield (
        "missing",
        [
            gateway.read_file(ref, "/none"),
            gateway.read_file(ref, "/small/none"),
            gateway.read_file(ref, "/dangling"),
            gateway.read_dir(ref, "/none"),
            gateway.read_dir(ref, "/small"),
            gateway.stat_file(ref, "/none"),
            gateway.stat_file(ref, "/small/none"),
            gateway.stat_file(ref, "/dangling"),
        ],
    )
    yield "errors", [error_of(gateway, ref, path) for path in ("/directory", "/loop")]
    sized = ("/small", "/big", "/link")
    yield "sizes", [len(gateway.read_file(ref, path) or b"") for path in sized]
    stat = gateway.stat_file(ref, "/link")
    yield "stat", None if stat is None else [stat.path, stat.mode, stat.uid, stat.size]
    yield "scratch", [gateway.read_file(Ref("", pb.Definition()), "/small")]
    ops = list(ref.definition.def_)
    yield "encoded", [encode_op(pb.Op.FromString(data)) == data for data in ops]
    yield "inputs", sorted(gateway.inputs())
    capabilities = gateway.capabilities
    yield "merges", capabilities.supports("mergeop")
    yield "reason", capabilities.listed["mergeop"].DisabledReasonMsg
    yield "platform", capabilities.build_platform.OS


def error_of(gateway: Gateway, ref: Ref, path: str) -> str | None:
    try:
        gateway.read_file(ref, path)
    except GatewayError as error:
        return error.message
    return None


def only(result: Result) -> Ref:
    (ref,) = result.refs.values()
    return ref


def build(gateway: Gateway, options: Options) -> Result:
    opts = {"cmdline": "probe", **options.opts}
    opts.pop("source", None)
    result = gateway.solve(frontend="dockerfile.v0", opts=opts, inputs=gateway.inputs())
    probe = globals()[f"probe_{opts['build-arg:PROBE']}"]
    answer: Result = probe(gateway, result)
    return answer


if __name__ == "__main__":
    module = ModuleType("uvlayers.build")
    module.build = build  # type: ignore[attr-defined]
    sys.modules["uvlayers.build"] = module
    main()
