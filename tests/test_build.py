"""Whole builds on the model: what is rewritten makes the same, what is not is said to be left."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from uvlayers.build import build
from uvlayers.gateway.capabilities import DIFF_OP, EVALUATE, WARNINGS
from uvlayers.gateway.errors import GatewayError
from uvlayers.gateway.result import Result
from uvlayers.llb.graph import Output, Vertex, walk
from uvlayers.options import Options

from tests import dockerfiles
from tests.dockerfiles import PATH, Bind, Cache, RunMount, Tmpfs, copy, run, workdir
from tests.model.gateway import FakeGateway, delegated_result
from tests.model.solver import Solver
from tests.model.tree import Directory, Link, Tree, tree
from tests.model.uv import PYTHON_IMAGE, Machine, Package, project, pyproject_of

BASE, UV, CONTEXT = dockerfiles.image("python"), dockerfiles.image("uv"), dockerfiles.context()
IDNA, CLICK, ATTRS = Package("idna", "3.6"), Package("click", "8.0"), Package("attrs")
FROZEN = "uv sync --frozen"
SYSTEM = (PATH, "UV_PROJECT_ENVIRONMENT=/usr/local")


def sources(context: Tree, *packages: Package) -> dict[str, Tree]:
    return {
        "docker-image://docker.io/library/python:latest": PYTHON_IMAGE,
        "docker-image://docker.io/library/uv:latest": tree({"/uv": b"\x7fELF uv"}),
        "local://context": context,
        **{each.url: tree({f"/{each.filename}": b"PK"}) for each in packages},
    }


@dataclass
class Built:
    """A build of a Dockerfile, and what uv's own RUN would have made."""

    gateway: FakeGateway
    result: Result
    head: Output | None
    files: Tree
    expected: Tree
    machine: Machine

    @property
    def history(self) -> list[dict[str, Any]]:
        config = json.loads(self.result.metadata["containerimage.config"])
        entries: list[dict[str, Any]] = config.get("history", [])
        return entries

    @property
    def unpacking(self) -> list[dict[str, Any]]:
        """What each exec that unpacked some wheels was told, in the order of the execs."""
        ran = (args for args in self.machine.ran if "guest/unpack.pyc" in str(args))
        return [json.loads(args[-1]) for args in ran]

    @property
    def unpacked(self) -> list[list[str]]:
        """The names of the wheels of each exec that unpacked some, in the order of the execs."""
        return [[wheel["name"] for wheel in each["wheels"]] for each in self.unpacking]

    @property
    def commands(self) -> list[str]:
        """The user's own commands that ran."""
        return [args[-1] for args in self.machine.ran if args[0] == "/bin/sh"]


def build_of(
    head: Output,
    context: Tree,
    *packages: Package,
    history: list[str] | None = None,
    extra: dict[str, Tree] | None = None,
    opts: dict[str, str] | None = None,
    failing: Sequence[str] = (),
) -> Built:
    trees = {**sources(context, *packages), **(extra or {})}
    machine = Machine(failing=failing)
    entries = [{"created_by": name} for name in history or ()]
    config = json.dumps({"history": entries} if history else {}).encode()
    delegated = delegated_result(dockerfiles.graph(head), config)
    gateway = FakeGateway(Solver(trees, machine), delegated)
    result = build(gateway, Options({"cmdline": "uvlayers", **(opts or {})}))
    (ref,) = result.refs.values()
    after = head if ref.id == "delegated" else gateway.head(ref)
    files = gateway.solver.tree(after)
    expected = Solver(trees, Machine()).tree(head)
    return Built(gateway, result, after, files, expected, machine)


def recommended(command: str = FROZEN, *mounts: RunMount, **changes: Any) -> Output:
    """uv's recommended Dockerfile up to its first RUN, on line 4."""
    state = copy(BASE, UV, "/uv", "/bin/", line=2)
    state = workdir(state, "/app", line=3)
    binds = [
        Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
        Bind("/app/pyproject.toml", CONTEXT, "/pyproject.toml"),
    ]
    return run(state, command, mounts=[*binds, *mounts], line=4, **changes)


PLAIN = tree(project(IDNA, CLICK))
PACKAGED = tree(project(IDNA, CLICK, packaged=True, code=b"1"))


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


def test_a_command_that_fails_below_the_layers_is_run_on_them() -> None:
    head = run(recommended(), "touch /x", line=9)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == ["touch /x"]
    assert built.gateway.warnings == []
    with pytest.raises(GatewayError, match="exit code 1: touch /x"):
        build_of(head, PLAIN, IDNA, CLICK, failing=["touch /x"])


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


def test_a_run_that_was_cut_in_vain_is_in_one_piece_again() -> None:
    later = copy(recommended(), dockerfiles.context("more"), "/", "/app", line=5)
    more = {"local://more": tree(project(IDNA))}
    names = ["base", "COPY", "WORKDIR", "sync", "COPY", "RUN"]
    head = run(later, f"make && {FROZEN}", line=7)
    built = build_of(head, PLAIN, IDNA, CLICK, history=names, extra=more)
    assert built.files == built.expected
    assert built.commands[-1] == f"make && {FROZEN}"
    (warned,) = built.gateway.warnings
    assert warned.lines == (7,)
    assert built.history[-1]["created_by"] == "RUN"


def test_a_stage_that_copies_the_environment_keeps_its_layers() -> None:
    builder = copy(recommended(), CONTEXT, "/", "/app", line=5)
    head = copy(workdir(BASE, "/app", line=7), builder, "/app", "/app", line=8)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == []
    head = copy(BASE, recommended(), "/app/.venv", "/app/.venv", chown=(1000, 1000), line=8)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected


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


def name_of(vertex: Vertex) -> str:
    return vertex.metadata.description.get("llb.customname", "")


@pytest.mark.parametrize(
    ("src", "dest"), [("/app/.venv", "/other"), ("/app/.venv/lib", "/x"), ("/app", "/srv")]
)
def test_an_environment_that_is_copied_elsewhere_is_a_plain_copy(src: str, dest: str) -> None:
    built = build_of(copy(BASE, recommended(), src, dest, line=8), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert len(built.unpacked) == 2


def test_an_environment_that_is_linked_keeps_its_layers() -> None:
    head = dockerfiles.copy_link(BASE, recommended(), "/app/.venv", "/app/.venv", line=8)
    built = build_of(head, PLAIN, IDNA, CLICK, history=["base", "COPY --link"])
    assert built.files == built.expected
    names = [each["created_by"] for each in built.history]
    assert names == ["base", "click 8.0", "idna 3.6", "COPY --link"]


def test_an_environment_copied_over_a_link_follows_it() -> None:
    links = {"docker-image://docker.io/library/links:latest": tree({"/app/.venv": "/srv/venv"})}
    onto = copy(BASE, dockerfiles.image("links"), "/", "/", line=7)
    head = copy(onto, recommended(), "/app/.venv", "/app/.venv", line=8)
    built = build_of(head, PLAIN, IDNA, CLICK, extra=links)
    assert built.files == built.expected
    assert "/srv/venv/pyvenv.cfg" in built.files


def test_a_later_sync_adds_what_is_missing() -> None:
    first = recommended()
    later = copy(first, dockerfiles.context("more"), "/", "/app", line=5)
    head = run(later, FROZEN, line=6)
    more = tree(project(IDNA, CLICK, ATTRS))
    built = build_of(head, PLAIN, IDNA, CLICK, ATTRS, extra={"local://more": more})
    assert built.files == built.expected
    assert built.commands == []
    assert sorted(built.unpacked) == [["attrs"], ["click"], ["idna"]]


@pytest.mark.parametrize(
    ("variable", "warnings"),
    [
        ("PYTHONPATH=/app", []),
        ("UV_NO_EDITABLE=1", []),
        ("UV_COMPILE_BYTECODE=1", ["an earlier command made its environment in another way"]),
    ],
)
def test_a_later_sync_with_other_variables(variable: str, warnings: list[str]) -> None:
    later = copy(recommended(), dockerfiles.context("more"), "/", "/app", line=5)
    head = run(later, FROZEN, env=(PATH, variable), line=6)
    more = {"local://more": tree(project(IDNA, CLICK, ATTRS))}
    built = build_of(head, PLAIN, IDNA, CLICK, ATTRS, extra=more)
    assert built.files == built.expected
    assert [each.short.rpartition(": ")[2] for each in built.gateway.warnings] == warnings


@pytest.mark.parametrize(
    ("packages", "reason"),
    [
        ((IDNA,), "it removes what an earlier command installed: `click`"),
        ((IDNA, Package("click", "9.0")), "it changes what an earlier command installed: `click`"),
    ],
)
def test_a_later_sync_that_takes_away_runs_as_written(
    packages: tuple[Package, ...], reason: str
) -> None:
    later = copy(recommended(), dockerfiles.context("more"), "/", "/app", line=5)
    more = {"local://more": tree(project(*packages))}
    built = build_of(run(later, FROZEN, line=6), PLAIN, IDNA, CLICK, *packages, extra=more)
    assert built.files == built.expected
    (warned,) = built.gateway.warnings
    assert reason.split(":")[0] in warned.short or "changes" in warned.short
    assert warned.lines == (6,)


def test_a_project_that_is_installed_twice_is_replaced_by_uv() -> None:
    """Its first version would else stay below the second one's files."""
    first = copy(recommended("true"), dockerfiles.context("old"), "/", "/app", line=5)
    second = copy(run(first, FROZEN, line=6), CONTEXT, "/", "/app", line=7)
    old = {"local://old": tree(project(IDNA, CLICK, packaged=True, code=b"0"))}
    built = build_of(run(second, FROZEN, line=8), PACKAGED, IDNA, CLICK, extra=old)
    assert built.files == built.expected
    assert built.commands[-1] == FROZEN


# Dockerfiles in which a layer, or a copy below it, would make another image.


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


VENV = "uv venv /opt/venv"
INTO_VENV = (PATH, "UV_PROJECT_ENVIRONMENT=/opt/venv")
PROJECT_FILES = (
    Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
    Bind("/app/pyproject.toml", CONTEXT, "/pyproject.toml"),
)


def same_files(built: Built) -> bool:
    return not built.gateway.warnings and built.files == built.expected


def into_venv(state: Output, command: str = FROZEN, line: int = 4) -> Output:
    return run(state, command, env=INTO_VENV, mounts=PROJECT_FILES, line=line)


def test_an_environment_that_uv_made_before_is_filled() -> None:
    head = into_venv(run(workdir(BASE, "/app"), VENV, line=3))
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert same_files(built)
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert "/opt/venv/.lock" in built.files


def test_an_environment_in_the_project_stays_below_what_is_copied() -> None:
    made = run(workdir(BASE, "/app"), "uv venv .venv", line=3)
    first = run(made, FROZEN, mounts=PROJECT_FILES, line=4)
    head = run(copy(first, CONTEXT, "/", "/app", line=5), FROZEN, line=6)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert same_files(built)


def test_files_that_are_copied_into_an_environment_are_seen() -> None:
    made = run(workdir(BASE, "/app"), "uv venv .venv", line=3)
    stray = {**PLAIN, **tree({"/.venv/share/x": b""})}
    head = run(copy(made, CONTEXT, "/", "/app", line=4), FROZEN, line=5)
    built = build_of(head, stray, IDNA, CLICK)
    assert built.head == head
    (warned,) = built.gateway.warnings
    assert "files are copied into the environment that is there: `/app/.venv`" in warned.short


def test_an_empty_directory_keeps_its_looks() -> None:
    head = into_venv(run(workdir(BASE, "/app"), "mkdir -m 750 /opt/venv", line=3))
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert same_files(built)
    assert built.files["/opt/venv"] == Directory(0o750)


def test_a_directory_with_files_is_left_to_uv() -> None:
    head = run(workdir(BASE, "/app"), "mkdir -m 755 /opt/venv && touch /opt/venv/x", line=3)
    built = build_of(into_venv(head), PLAIN, IDNA, CLICK)
    assert built.head == into_venv(head)
    (warned,) = built.gateway.warnings
    assert "something exists already at the environment's path: `/opt/venv`" in warned.short


def test_an_environment_with_packages_is_left_to_uv() -> None:
    synced = into_venv(run(workdir(BASE, "/app"), VENV, line=3))
    head = into_venv(run(synced, ["observe"], line=5), line=6)
    built = build_of(head, PLAIN, IDNA, CLICK)
    (warned,) = built.gateway.warnings
    assert "the environment that is there has packages of its own: `click`" in warned.short
    assert built.files == built.expected


def test_a_copy_of_an_environment_that_was_there_keeps_the_looks_of_its_directories() -> None:
    made = into_venv(run(workdir(BASE, "/app"), "mkdir -m 750 /opt/venv", line=3))
    head = copy(workdir(BASE, "/srv"), made, "/opt", "/opt", line=7)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert same_files(built)
    assert built.files["/opt/venv"] == Directory(0o750)


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


# What is not taken over.


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


def test_an_engine_that_cannot_merge_builds_as_written() -> None:
    delegated = delegated_result(dockerfiles.graph(recommended()))
    gateway = FakeGateway(
        Solver(sources(PLAIN), Machine()), delegated, enabled=(DIFF_OP, EVALUATE, WARNINGS)
    )
    assert build(gateway, Options({})).message == delegated
    (warned,) = gateway.warnings
    assert "this engine cannot merge layers" in warned.short
    assert "containerd-snapshotter" in warned.detail[0]
    assert warned.filename == "Dockerfile"


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


def test_a_failing_sync_does_not_end_a_build_that_goes_on() -> None:
    state = copy(BASE, CONTEXT, "/", "/app", line=3)
    head = run(state, "uv sync --frozen; true", line=4)
    broken = tree({**project(IDNA), "/uv.lock": b"version = 9\npackage = []"})
    built = build_of(head, broken)
    assert built.head == head
    assert "runs as written" in built.gateway.warnings[0].short


@pytest.mark.parametrize(
    "command",
    [
        f"{FROZEN} || uv sync",
        f"{FROZEN} 2>/dev/null || uv pip install .",
        f"{FROZEN} || uv sync || echo none",
    ],
)
def test_the_other_side_does_not_run_where_the_sync_cannot_fail(command: str) -> None:
    built = build_of(recommended(command), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert built.commands == []
    assert built.gateway.warnings == []


def test_what_follows_an_alternative_runs_on_top() -> None:
    command = f"{FROZEN} || uv sync && touch /x"
    built = build_of(recommended(command), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == [command]
    assert len(built.unpacked) == 2


def test_the_other_side_may_run_where_the_project_is_built() -> None:
    head = run(copy(recommended("true"), CONTEXT, "/", "/app", line=5), f"{FROZEN} || :", line=6)
    built = build_of(head, PACKAGED, IDNA, CLICK)
    assert built.head == head
    (warned,) = built.gateway.warnings
    assert warned.short.endswith("its alternative runs where `proj` cannot be installed")


def test_the_other_side_may_run_where_the_lock_is_not_known_to_fit() -> None:
    other = tree({**project(IDNA, CLICK), "/pyproject.toml": pyproject_of(IDNA, ATTRS)})
    head = recommended("uv sync --locked || uv sync --frozen")
    built = build_of(head, other, IDNA, CLICK)
    assert built.head == head
    assert "runs as written" in built.gateway.warnings[0].short


@pytest.mark.parametrize("command", [f"{FROZEN} || uv sync", f"{FROZEN}; touch /x"])
def test_a_wheel_that_cannot_be_had_does_not_end_a_build_that_goes_on(command: str) -> None:
    head = recommended(command)
    built = build_of(head, PLAIN, IDNA)
    assert built.files == built.expected
    assert built.commands == [command]
    (warned,) = built.gateway.warnings
    assert "the RUN goes on where it fails: cannot fetch `click" in warned.short


def test_a_run_that_fails_in_parts_is_run_whole() -> None:
    command = f"touch /x && {FROZEN} && touch /y"
    built = build_of(recommended(command), PLAIN, IDNA, CLICK, failing=["touch /x"])
    assert built.files == built.expected
    assert built.commands == ["touch /x", command]
    (warned,) = built.gateway.warnings
    assert warned.short.endswith("in another form it fails: exit code 1: touch /x")


def test_a_command_that_fails_beside_the_layers_is_run_as_it_is_written() -> None:
    command = f"{FROZEN} && rm -rf /root/.cache"
    left = command.replace(
        " &&", " --inexact --no-install-package=click --no-install-package=idna &&"
    )
    built = build_of(recommended(command), PLAIN, IDNA, CLICK, failing=[left])
    assert built.files == built.expected
    assert built.commands == [left, command]
    with pytest.raises(GatewayError, match=f"exit code 1: {command}"):
        build_of(recommended(command), PLAIN, IDNA, CLICK, failing=[left, command])


def test_a_condition_on_the_environments_own_place() -> None:
    text = f"if [ ! -e .venv/bin ]; then {FROZEN}; fi"
    built = build_of(recommended(text), PLAIN, IDNA, CLICK)
    assert built.unpacked == []
    (warned,) = built.gateway.warnings
    assert (
        "a condition depends on what is at its environment's place: `/app/.venv/bin`"
        in warned.short
    )


def test_a_condition_on_files() -> None:
    text = f"if [ -f uv.lock ]; then {FROZEN}; fi"
    built = build_of(recommended(text), PLAIN, IDNA, CLICK)
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert built.commands == []
    assert built.gateway.warnings == []


ON_PATH = b"""\
case ":${PATH}:" in
    *:"$HOME/.local/bin":*)
        ;;
    *)
        export PATH="$HOME/.local/bin:$PATH"
        ;;
esac
"""


def with_files(**files: bytes) -> dict[str, Tree]:
    """The image of Python with an environment and more files in it."""
    environment: dict[str, bytes | Link] = {
        "/app/.venv/pyvenv.cfg": b"home = /usr/local/bin",
        "/app/.venv/bin/python": Link("/usr/local/bin/python3.13"),
        "/app/.venv/lib/python3.13/site-packages/_virtualenv.py": b"",
    }
    image = {**PYTHON_IMAGE, **tree({**environment, **files})}
    return {"docker-image://docker.io/library/python:latest": image}


@pytest.mark.parametrize("place", ["/opt/env", "/app/.venv/bin/activate"])
def test_a_file_that_is_sourced(place: str) -> None:
    extra = with_files(**{place: ON_PATH})
    built = build_of(recommended(f". {place} && {FROZEN}"), PLAIN, IDNA, CLICK, extra=extra)
    assert built.files == built.expected
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert built.commands == []
    assert built.gateway.warnings == []


def test_a_file_that_is_sourced_after_other_commands() -> None:
    extra = with_files(**{"/opt/env": ON_PATH})
    command = f"touch /x && . /opt/env && {FROZEN}"
    built = build_of(recommended(command), PLAIN, IDNA, CLICK, extra=extra)
    assert built.files == built.expected
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert built.commands == ["touch /x"]


@pytest.mark.parametrize(
    ("place", "text", "user", "reason"),
    [
        ("/app/.venv/bin/env", ON_PATH, "", "a file is sourced that is in its environment: `/app/"),
        ("/opt/env", b"umask 077", "", "it comes after a sourced file"),
        ("/opt/env", ON_PATH, "app", "it comes after a sourced file"),
    ],
)
def test_a_file_that_is_not_followed(place: str, text: bytes, user: str, reason: str) -> None:
    command = f"touch /x && . {place} && {FROZEN}"
    head = recommended(command, user=user)
    built = build_of(head, PLAIN, IDNA, CLICK, extra=with_files(**{place: text}))
    assert built.head == head
    assert built.unpacked == []
    assert reason in built.gateway.warnings[-1].short


def test_a_file_in_an_environment_of_layers_is_not_read() -> None:
    first = recommended(f"{FROZEN} --no-install-project")
    command = f". .venv/bin/activate && {FROZEN}"
    head = run(copy(first, CONTEXT, "/", "/app", line=5), command, line=6)
    built = build_of(head, PACKAGED, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == [command]
    (warned,) = built.gateway.warnings
    assert "it comes after a sourced file" in warned.short
