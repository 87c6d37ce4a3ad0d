"""Whole builds on the model: what is rewritten makes the same, what is not is said to be left."""

from dataclasses import replace
from typing import Any

import pytest
from uvlayers.build import build
from uvlayers.gateway.errors import GatewayError
from uvlayers.llb.graph import walk
from uvlayers.options import Options

from tests import dockerfiles
from tests.builds import (
    BASE,
    CLICK,
    CONTEXT,
    FROZEN,
    IDNA,
    PACKAGED,
    PLAIN,
    SYSTEM,
    build_of,
    name_of,
    recommended,
    sources,
)
from tests.dockerfiles import PATH, Bind, Cache, RunMount, Tmpfs, copy, run, workdir
from tests.model.gateway import FakeGateway, delegated_result
from tests.model.solver import Solver
from tests.model.tree import Directory, Link, Tree, tree
from tests.model.uv import PYTHON_IMAGE, Machine, project


def test_wheels_become_layers_and_the_command_does_not_run() -> None:
    built = build_of(recommended(), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert built.commands == []
    assert built.gateway.warnings == []


def test_the_project_is_installed_beside_the_wheels() -> None:
    first = recommended(f"{FROZEN} --no-install-project")
    head = run(copy(first, CONTEXT, "/", "/app", line=5), FROZEN, line=6)
    built = build_of(head, PACKAGED, IDNA, CLICK)
    assert built.files == built.expected
    (command,) = built.commands
    assert command.startswith(f"{FROZEN} --inexact --no-install-package=click")
    assert len(built.unpacked) == 2
    assert built.gateway.warnings == []


def test_what_follows_the_sync_runs_on_top() -> None:
    built = build_of(recommended(f"{FROZEN} && look"), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == [f"{FROZEN} && look"]


def test_what_keeps_off_the_environment_runs_below_the_layers() -> None:
    built = build_of(recommended(f"{FROZEN} && touch /x"), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == ["touch /x"]
    inside = build_of(recommended(f"{FROZEN} && touch /app/.venv/x"), PLAIN, IDNA, CLICK)
    assert inside.files == inside.expected
    assert inside.commands == ["touch /app/.venv/x"]


def test_what_follows_a_sync_that_stays_is_not_parted_from_it() -> None:
    head = recommended(f"{FROZEN} --reinstall && touch /x")
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.head == head
    (warned,) = built.gateway.warnings
    assert "`--reinstall` is set" in warned.short


def test_what_clears_a_cache_runs_beside_the_layers() -> None:
    built = build_of(recommended(f"{FROZEN} && rm -rf /root/.cache"), PLAIN, IDNA, CLICK)
    (command,) = built.commands
    assert command.startswith(f"{FROZEN} --inexact --no-install-package=click")
    assert command.endswith(" && rm -rf /root/.cache")


def test_a_system_prefix_is_filled_in_place() -> None:
    built = build_of(recommended(env=SYSTEM), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == []
    assert len(built.unpacked) == 2


def test_history_names_the_layers() -> None:
    names = ["base", "COPY uv", "WORKDIR", "RUN uv sync"]
    built = build_of(recommended(), PLAIN, IDNA, CLICK, history=names)
    assert [each["created_by"] for each in built.history] == [
        "base",
        "COPY uv",
        "WORKDIR",
        "virtual environment",
        "click 8.0",
        "idna 3.6",
        "RUN uv sync",
    ]
    assert built.history[-1]["empty_layer"] is True


@pytest.mark.parametrize("packaged", [False, True])
def test_the_projects_files_lie_above_the_layers(packaged: bool) -> None:
    state = copy(workdir(BASE, "/app", line=2), CONTEXT, "/", "/app", line=3)
    head = run(state, FROZEN, line=4)
    names = ["base", "WORKDIR", "COPY", "RUN uv sync"]
    files = PACKAGED if packaged else PLAIN
    built = build_of(head, files, IDNA, CLICK, history=names)
    assert built.files == built.expected
    assert built.gateway.warnings == []
    added = ["virtual environment", "click 8.0", "idna 3.6"]
    expected = ["base", "WORKDIR", *added, "COPY", "RUN uv sync"]
    assert [each["created_by"] for each in built.history] == expected
    assert built.history[-1].get("empty_layer", False) is not packaged
    assert built.head is not None
    whole = next(v for v in built.head.vertex.inputs if v.vertex.op.WhichOneof("op") == "diff")
    assert whole.vertex.inputs[1] == state


def test_what_comes_before_the_sync_is_a_step_of_its_own() -> None:
    names = ["base", "COPY uv", "WORKDIR", "RUN pip install uv && uv sync"]
    built = build_of(recommended(f"pip install uv && {FROZEN}"), PLAIN, IDNA, CLICK, history=names)
    assert built.files == built.expected
    assert built.commands == ["pip install uv"]
    assert built.gateway.warnings == []
    added = [each["created_by"] for each in built.history[3:]]
    assert added == ["pip install uv", "virtual environment", "click 8.0", "idna 3.6", names[-1]]


@pytest.mark.parametrize("stages", [1, 2])
def test_a_cache_export_of_the_result_has_what_uv_and_python_answered(stages: int) -> None:
    head = recommended()
    if stages == 2:
        head = copy(BASE, head, "/app/.venv", "/app/.venv", line=8)
    after = build_of(head, PLAIN, IDNA, CLICK).head
    assert after is not None
    used = {output for vertex in walk(after.vertex) for output in vertex.inputs}
    named = {(name_of(output.vertex), output.index) for output in used}
    assert ("[uvlayers] create environment", 2) in named
    assert ("[uvlayers] try Python", 0) in named


def test_a_file_copied_to_where_only_the_environment_makes_a_directory() -> None:
    synced = recommended(env=(PATH, "UV_PROJECT_ENVIRONMENT=/opt/app/venv"))
    head = copy(synced, CONTEXT, "/proj.py", "/opt/app", line=5)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert "/opt/app/proj.py" in built.files


def test_a_file_copied_through_a_link_into_the_environment() -> None:
    linked = copy(BASE, dockerfiles.image("links"), "/", "/", line=2)
    synced = run(
        workdir(linked, "/app"),
        FROZEN,
        mounts=[
            Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
            Bind("/app/pyproject.toml", CONTEXT, "/pyproject.toml"),
        ],
        line=4,
    )
    links = {"docker-image://docker.io/library/links:latest": tree({"/venv": "/app/.venv"})}
    head = copy(synced, CONTEXT, "/proj.py", "/venv", line=5)
    built = build_of(head, PLAIN, IDNA, CLICK, extra=links)
    assert built.files == built.expected
    assert "/app/.venv/proj.py" in built.files


@pytest.mark.parametrize(
    "mount",
    [
        Cache("/app/.venv"),
        Cache("/app/.venv/lib"),
        Tmpfs("/app"),
        Bind("/app", CONTEXT, readonly=False),
    ],
)
def test_an_environment_in_a_mount_leaves_nothing_behind(mount: RunMount) -> None:
    built = build_of(recommended(FROZEN, mount), PLAIN, IDNA, CLICK)
    assert built.head == recommended(FROZEN, mount)
    (warned,) = built.gateway.warnings
    assert "mount" in warned.short
    assert warned.lines == (4,)


def test_a_changed_owner_of_the_prefix_is_kept() -> None:
    chowned = {
        path: node if isinstance(node, Link) else _owned(node)
        for path, node in PYTHON_IMAGE.items()
        if path.startswith("/usr/local")
    }
    owned = {**PYTHON_IMAGE, **chowned}
    head = run(
        workdir(run(BASE, ["chown"], line=2), "/app", line=3),
        FROZEN,
        env=SYSTEM,
        user="app",
        mounts=[
            Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
            Bind("/app/pyproject.toml", CONTEXT, "/pyproject.toml"),
        ],
        line=4,
    )
    machine = Chowning(owned)
    trees = sources(PLAIN, IDNA, CLICK)
    gateway = FakeGateway(Solver(trees, machine), delegated_result(dockerfiles.graph(head)))
    result = build(gateway, Options({"cmdline": "x"}))
    files = gateway.tree(result.refs[""])
    assert files == Solver(trees, Chowning(owned)).tree(head)
    assert files["/usr/local/lib"] == Directory(uid=1000, gid=1000)


def _owned(node: Any) -> Any:
    return replace(node, uid=1000, gid=1000)


class Chowning(Machine):
    """A machine on which `chown` gives the prefix to another owner."""

    def __init__(self, after: Tree) -> None:
        super().__init__()
        self.after = after

    def __call__(self, run: Any, mounts: Any) -> Any:
        if list(run.op.exec.meta.args) == ["chown"]:
            return {"/": self.after}
        return super().__call__(run, mounts)


def test_a_link_in_the_place_of_the_environment_is_something() -> None:
    dangling = {**PLAIN, "/.venv": Link("/home/me/venv")}
    head = run(copy(workdir(BASE, "/app"), CONTEXT, "/", "/app", line=3), FROZEN, line=4)
    built = build_of(head, dangling, IDNA, CLICK)
    assert built.head == head
    (warned,) = built.gateway.warnings
    assert "the environment's path goes through a symbolic link: `/app/.venv`" in warned.short


def test_an_environment_inside_another_runs_as_written() -> None:
    first = recommended(env=(PATH, "UV_PROJECT_ENVIRONMENT=/opt/app"))
    mounts = [
        Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
        Bind("/app/pyproject.toml", CONTEXT, "/pyproject.toml"),
    ]
    inside = (PATH, "UV_PROJECT_ENVIRONMENT=/opt/app/inner")
    built = build_of(run(first, FROZEN, env=inside, mounts=mounts, line=5), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert "it is inside of what an earlier command made" in built.gateway.warnings[0].short


@pytest.mark.parametrize("mount", [Cache("/root/.local/share/uv"), Tmpfs("/usr/local")])
def test_pythons_that_only_the_run_sees_are_left_to_it(mount: RunMount) -> None:
    built = build_of(recommended(FROZEN, mount), PLAIN, IDNA, CLICK)
    assert built.head == recommended(FROZEN, mount)
    (warned,) = built.gateway.warnings
    assert "in a mount that only the RUN has" in warned.short


def test_links_lead_from_the_root_into_a_mount() -> None:
    links = tree({"/app/uv.lock": "/src/uv.lock", "/app/pyproject.toml": "/src/pyproject.toml"})
    state = copy(BASE, dockerfiles.image("links"), "/", "/", line=2)
    head = run(state, FROZEN, mounts=[Bind("/src", CONTEXT)], line=3)
    built = build_of(
        head, PLAIN, IDNA, CLICK, extra={"docker-image://docker.io/library/links:latest": links}
    )
    assert built.files == built.expected
    assert built.commands == []


def test_the_mount_of_the_state_below_stays_as_it_is() -> None:
    state = workdir(copy(BASE, CONTEXT, "/", "/app", line=2), "/app", line=3)
    head = run(state, f"{FROZEN} && touch /x", mounts=[Bind("/before", state)], line=4)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected


def test_a_dockerfile_without_a_sync_is_returned_as_it_came() -> None:
    built = build_of(run(BASE, "pip install x"), PLAIN)
    assert built.result.message == built.gateway.delegated
    assert built.gateway.heads == []


@pytest.mark.parametrize("opts", [{"requestid": "frontend.outline"}, {"build-arg:UVLAYERS": "off"}])
def test_nothing_is_done_when_nothing_is_asked(opts: dict[str, str]) -> None:
    built = build_of(recommended(), PLAIN, opts=opts)
    assert built.result.message == built.gateway.delegated
    assert built.gateway.heads == []
    assert [name for name, _ in built.gateway.frontends] == ["dockerfile.v0"]


def test_a_sync_that_is_not_understood_is_left_with_a_warning() -> None:
    built = build_of(recommended("for i in 1; do uv sync; done"), PLAIN)
    assert built.result.message == built.gateway.delegated
    (warned,) = built.gateway.warnings
    assert warned.short == "uvlayers: `uv sync` runs as written: it runs in a loop"
    assert warned.lines == (4,)


def test_a_missing_lock_ends_the_build_at_its_line() -> None:
    with pytest.raises(GatewayError) as error:
        build_of(
            run(copy(BASE, CONTEXT, "/", "/app"), FROZEN, line=4),
            tree({"/pyproject.toml": project(IDNA)["/pyproject.toml"]}),
        )
    assert "unable to find lockfile at `/app/uv.lock`" in str(error.value)
    (source,) = error.value.details("errdefs.Source+json")
    assert source["ranges"] == [{"start": {"line": 4}, "end": {"line": 4}}]
