import pytest
from uvlayers.dockerfile.uv_mounts import uv_mounts
from uvlayers.errors import Unsupported
from uvlayers.llb.ops import Mount

from tests import dockerfiles
from tests.dockerfiles import Bind, Cache, RunMount, Secret, Tmpfs

BASE, CONTEXT, UV = dockerfiles.image("base"), dockerfiles.context(), dockerfiles.image("uv")
ENVIRONMENT = {"PATH": "/usr/local/bin::/usr/bin"}


def mounts_of(*mounts: RunMount, uv: str = "uv", sensitive: tuple[str, ...] = ()) -> list[str]:
    run = dockerfiles.run(BASE, "uv sync", mounts=mounts).vertex
    return [mount.dest for mount in uv_mounts(run, uv, ENVIRONMENT, sensitive)]


def test_mounts_of_images_are_kept_and_cannot_be_written() -> None:
    run = dockerfiles.run(BASE, "uv sync", mounts=[Bind("tools/", UV, "/x", readonly=False)])
    assert uv_mounts(run.vertex, "uv", ENVIRONMENT, ()) == (
        Mount("/tools", UV, "/x", readonly=True),
    )


def test_files_of_the_context_are_left_out() -> None:
    assert mounts_of(Bind("/app/uv.lock", CONTEXT, "/uv.lock"), Bind("/src", CONTEXT)) == []


@pytest.mark.parametrize(
    ("uv", "dest"),
    [
        ("uv", "/usr/local/bin/uv"),
        ("uv", "/usr/bin"),
        ("/tools/bin/uv", "/tools"),
        ("/tools/bin/uv", "/tools/bin/uv"),
    ],
)
def test_uv_may_come_from_the_context(uv: str, dest: str) -> None:
    assert mounts_of(Bind(dest, CONTEXT, "/uv"), uv=uv) == [dest]


def test_places_of_interpreters_may_come_from_the_context() -> None:
    assert mounts_of(Bind("/opt/python", CONTEXT), sensitive=("/opt/python",)) == ["/opt/python"]


@pytest.mark.parametrize("mount", [Cache("/root/.local/share/uv"), Tmpfs("/root")])
def test_places_of_interpreters_must_be_seen(mount: RunMount) -> None:
    with pytest.raises(Unsupported, match=r"uv may find a Python in a mount that only the RUN has"):
        mounts_of(mount, sensitive=("/root/.local",))


def test_other_mounts_are_of_no_use() -> None:
    assert mounts_of(Cache("/root/.cache"), Secret("/x"), Tmpfs("/tmp"), Bind("/y", None)) == []


def test_without_a_path_uv_is_nowhere() -> None:
    run = dockerfiles.run(BASE, "uv sync", mounts=[Bind("/usr/bin", CONTEXT)]).vertex
    assert uv_mounts(run, "uv", {}, ()) == ()


@pytest.mark.parametrize(
    ("cache", "alone"),
    [
        ("/usr/local/share/uv/cache", True),
        ("/usr/local/share/uv/cache/", True),
        ("/usr/local", False),  # the interpreter's own files would be in it
        ("/root/.local/share/uv", False),  # and here Pythons that uv has installed
        ("/usr/local/share/other", False),
    ],
)
def test_in_its_own_cache_uv_looks_for_no_python(cache: str, alone: bool) -> None:
    dest = "/usr/local/share/uv/cache" if cache.endswith("other") else cache.rstrip("/")
    run = dockerfiles.run(BASE, "uv sync", mounts=[Cache(dest)]).vertex
    sensitive = ("/usr", "/usr/local", "/root/.local")
    environment = {**ENVIRONMENT, "UV_CACHE_DIR": cache}
    if alone:
        assert uv_mounts(run, "uv", environment, sensitive) == ()
    else:
        with pytest.raises(Unsupported):
            uv_mounts(run, "uv", environment, sensitive)
