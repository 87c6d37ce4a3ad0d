import pytest
from uvlayers.dockerfile.reach import reach_of
from uvlayers.dockerfile.shell.touches import PROGRAMS
from uvlayers.llb.graph import Vertex, make_vertex
from uvlayers.llb.reach import Reach
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles

BASE = dockerfiles.image("base")


def exec_of(text: str, *env: str, user: str = "") -> Vertex:
    run = dockerfiles.run(BASE, text).vertex
    op = pb.Op()
    op.CopyFrom(run.op)
    op.exec.meta.env[:] = env
    op.exec.meta.user, op.exec.meta.cwd = user, "/srv"
    return make_vertex(op, run.inputs, run.metadata, run.locations)


def test_what_is_touched_and_where_programs_are() -> None:
    variables = ("PATH=/opt/bin:/bin:", "LD_LIBRARY_PATH=/lib", "X=/x")
    assert reach_of(exec_of("mkdir $X && chown -R 7 y && chmod -R 7 ~/z", *variables)) == Reach(
        touched=(),
        searched=("/opt/bin", "/bin"),
        cwd="/srv",
        named=("/x",),
        looks=("/srv/y", "/root/z"),
        modes=(("/root/z", "7"),),
        loaded=("/lib",),
        programs=PROGRAMS,
    )


@pytest.mark.parametrize("path", ["bin", "/bin:.", "~/bin"])
def test_programs_that_the_directory_decides_about(path: str) -> None:
    assert reach_of(exec_of("mkdir /x", f"PATH={path}")) is None


def test_a_command_that_may_do_anything() -> None:
    assert reach_of(exec_of("make", "PATH=/bin")) is None


def test_the_home_of_somebody_else() -> None:
    assert reach_of(exec_of("mkdir ~/x", "PATH=/bin", user="app")) is None
    assert reach_of(exec_of("mkdir /x", "PATH=/bin", user="app")) is not None
    home = reach_of(exec_of("mkdir ~/x", "PATH=/bin", "HOME=/home/app", user="app"))
    assert home is not None
    assert home.named == ("/home/app/x",)
