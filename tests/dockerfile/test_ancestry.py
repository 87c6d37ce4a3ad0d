import pytest
from uvlayers.dockerfile.ancestry import (
    below_context,
    candidates,
    from_context,
    is_near,
    sensitive_paths,
    without_project,
)
from uvlayers.llb.graph import Output, make_vertex
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles
from tests.dockerfiles import copy, copy_link, run, workdir

BASE, CONTEXT, UV = dockerfiles.image("python"), dockerfiles.context(), dockerfiles.image("uv")
VENV = "/app/.venv"
SENSITIVE = ("/usr", "/opt/python")


def source(identifier: str) -> Output:
    op = pb.Op(source=pb.SourceOp(identifier=identifier))
    return make_vertex(op).output()


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("docker-image://docker.io/library/python:3", False),
        ("oci-layout://name@sha256:0", False),
        ("local://context", True),
        ("git://github.com/org/repo", True),
        ("https://example.org/file", True),
    ],
)
def test_all_sources_but_images_change(identifier: str, expected: bool) -> None:
    state = workdir(source(identifier), "/app")
    assert from_context(copy(BASE, state, "/", "/").vertex) is expected


def test_inline_documents_are_no_context() -> None:
    assert not from_context(copy(BASE, dockerfiles.inline(b"x"), "/EOF", "/x").vertex)


def test_the_projects_files_are_left_out() -> None:
    state = workdir(BASE, "/app")
    state = copy(state, CONTEXT, "/pyproject.toml", "/app/")
    state = copy(state, CONTEXT, "/", "/app")
    state = copy_link(state, CONTEXT, "/uv.lock", "/app/")
    assert below_context(state, SENSITIVE, VENV) == BASE


@pytest.mark.parametrize(
    "state",
    [
        run(copy(BASE, CONTEXT, "/", "/app"), "true"),
        copy(BASE, UV, "/uv", "/app/uv"),
        copy_link(BASE, UV, "/uv", "/app/uv"),
        copy_link(BASE, CONTEXT, "/python", "/opt/python"),
        copy(BASE, CONTEXT, "/python", "/opt/python"),
        copy(BASE, CONTEXT, "/python", "/opt/python/bin"),
        copy(BASE, CONTEXT, "/python", "/opt"),
        copy(BASE, CONTEXT, "/", "/"),
        copy(BASE, CONTEXT, "/", "/app/.venv/lib"),
        copy(BASE, copy(None, CONTEXT, "/", "/"), "/", "/usr/local"),
        copy(None, CONTEXT, "/", "/app"),
        BASE,
    ],
)
def test_what_may_matter_to_uv_stays(state: Output) -> None:
    assert below_context(state, SENSITIVE, VENV) == state


def test_only_what_is_on_top_is_left_out() -> None:
    built = run(copy(BASE, CONTEXT, "/", "/app"), "make")
    assert below_context(workdir(built, "/srv"), SENSITIVE, VENV) == built


def test_the_project_is_taken_out_of_a_state() -> None:
    state = workdir(BASE, "/app")
    head = copy(copy(state, CONTEXT, "/", "/app"), CONTEXT, "/x", "/app/x")
    assert without_project(head, "/app") == BASE
    assert without_project(head, "/") == head
    assert without_project(copy(head, CONTEXT, "/", "/srv"), "/app") == copy(
        head, CONTEXT, "/", "/srv"
    )
    with_uv = copy(head, UV, "/uv", "/app/uv")
    assert without_project(with_uv, "/app") == with_uv
    assert without_project(copy_link(head, CONTEXT, "/", "/app"), "/app") == BASE


def test_system_directories_and_configuration_are_always_sensitive() -> None:
    paths = sensitive_paths({}, VENV)
    assert {"/usr", "/etc", "/lib", "/root/.config", "/root/.local"} <= set(paths)
    assert "/home/app/.config" in sensitive_paths({"HOME": "/home/app"}, VENV)


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"PATH": "/app/.venv/bin:/opt/python/bin"}, "/opt/python"),
        ({"PATH": "/tools"}, "/tools"),
        ({"UV_PYTHON_SEARCH_PATH": "/a/bin:/b/bin"}, "/b"),
        ({"UV_PYTHON": "/opt/py/bin/python3"}, "/opt/py"),
        ({"UV_PYTHON_INSTALL_DIR": "/python/"}, "/python"),
        ({"LD_LIBRARY_PATH": "/x/lib:/y/lib"}, "/y/lib"),
        ({"VIRTUAL_ENV": "/opt/venv"}, "/opt/venv"),
        ({"UV_CONFIG_FILE": "/cfg/uv.toml"}, "/cfg/uv.toml"),
    ],
)
def test_variables_name_sensitive_places(variables: dict[str, str], path: str) -> None:
    assert path in sensitive_paths(variables, VENV)
    assert path not in sensitive_paths({}, VENV)


def test_arguments_name_sensitive_places() -> None:
    assert "/opt/py" in sensitive_paths({}, VENV, ("--python", "/opt/py/bin/python"))
    assert sensitive_paths({}, VENV, ("--python", "3.13", "uv")) == sensitive_paths({}, VENV)


def test_the_environment_to_be_made_is_not_sensitive() -> None:
    variables = {"VIRTUAL_ENV": VENV, "PATH": f"{VENV}/bin", "UV_PYTHON": ".venv/bin/python"}
    assert sensitive_paths(variables, VENV) == sensitive_paths({}, VENV)


def test_near_is_at_below_or_above() -> None:
    assert is_near(["/usr"], SENSITIVE)
    assert is_near(["/usr/local"], SENSITIVE)
    assert is_near(["/opt"], SENSITIVE)
    assert not is_near(["/opt/other"], SENSITIVE)


def test_candidates_are_what_a_state_stands_on() -> None:
    first = workdir(BASE, "/app")
    second = run(first, "true", mounts=[dockerfiles.Bind("/src", CONTEXT)])
    third = dockerfiles.copy_link(second, CONTEXT, "/", "/app")
    assert candidates(third) == (BASE, first, second, third)
    assert candidates(BASE) == (BASE,)


def test_a_chain_may_begin_with_nothing() -> None:
    scratch = copy(None, UV, "/", "/")
    assert candidates(workdir(scratch, "/app")) == (scratch, workdir(scratch, "/app"))
    op = pb.Op()
    op.CopyFrom(run(BASE, "true").vertex.op)
    op.exec.mounts[0].input = -1
    on_nothing = make_vertex(op).output()
    assert candidates(on_nothing) == (on_nothing,)
