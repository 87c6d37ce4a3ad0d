import pytest
from uvlayers.dockerfile.twin import Twins, platform_name
from uvlayers.errors import Unsupported
from uvlayers.llb.graph import Output
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles
from tests.dockerfiles import PATH, PLATFORM, Bind, Cache, copy, run, workdir

ARM = pb.Platform(OS="linux", Architecture="arm64")
ARM_V7 = pb.Platform(OS="linux", Architecture="arm", Variant="v7")
THERE, BACK = Twins(PLATFORM, ARM), Twins(ARM, PLATFORM)


def stage(*entries: str) -> Output:
    base = dockerfiles.image("python")
    state = copy(base, dockerfiles.image("uv"), "/uv", "/bin/", line=2)
    state = copy(workdir(state, "/app", line=3), dockerfiles.context(), "/uv.lock", "/app/", line=4)
    bind = Bind("/x", dockerfiles.image("tools"))
    env = (PATH, *entries)
    return run(state, "make", env=env, mounts=[bind, Cache("/cache")], line=5)


def test_the_twin_has_the_vertices_of_the_other_platform() -> None:
    told = ("TARGETPLATFORM=linux/amd64", "TARGETOS=linux", "TARGETARCH=amd64", "TARGETVARIANT=")
    native = stage(*told)
    foreign = THERE.output(native)
    assert foreign != native
    twin = BACK.output(foreign)
    assert twin == native
    assert twin.vertex.data == native.vertex.data


def test_what_is_for_no_platform_or_another_one_stays() -> None:
    native = stage()
    assert BACK.output(native) is not None
    assert BACK.output(native) == native
    context = dockerfiles.context()
    assert THERE.output(context).vertex is context.vertex


def test_only_what_buildkit_says_of_the_platform_is_replaced() -> None:
    foreign = THERE.output(stage("ARCH=amd64", "TARGETARCH=riscv64", "TARGETARCH=amd64"))
    assert list(foreign.vertex.op.exec.meta.env)[1:] == [
        "ARCH=amd64",
        "TARGETARCH=riscv64",
        "TARGETARCH=arm64",
    ]


def test_a_variant_is_a_platform_of_its_own() -> None:
    seventh = Twins(PLATFORM, ARM_V7).output(stage("TARGETVARIANT="))
    assert seventh.vertex.op.platform.Variant == "v7"
    assert "TARGETVARIANT=v7" in seventh.vertex.op.exec.meta.env
    plain = pb.Platform(OS="linux", Architecture="arm")
    assert Twins(plain, PLATFORM).output(seventh) == seventh
    assert platform_name(ARM_V7) == "linux/arm/v7"


def test_names_say_what_they_are_for() -> None:
    foreign = THERE.output(stage())
    vertices = dockerfiles.graph(foreign).vertices()
    for vertex in vertices:
        name = vertex.metadata.description["llb.customname"]
        vertex.metadata.description["llb.customname"] = f"[linux/arm64 {name}]"
    twin = BACK.output(foreign)
    names = {
        v.metadata.description["llb.customname"].partition(" ")[0]
        for v in dockerfiles.graph(twin).vertices()
        if v.inputs
    }
    assert names == {"[linux/amd64"}


def test_a_cache_for_one_platform_is_not_shared() -> None:
    foreign = THERE.output(run(stage(), "make", mounts=[Cache("/arm64")]))
    with pytest.raises(Unsupported, match="keeps a cache of its own: `/arm64`"):
        BACK.output(foreign)
    assert BACK.run(foreign.vertex).op.platform == PLATFORM
