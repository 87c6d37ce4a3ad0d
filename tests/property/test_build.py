"""Random Dockerfiles with syncs, built as rewritten and as written: the same files.

The model's uv stands in for the real one; the real one is asked by the integration tests.
"""

from dataclasses import dataclass
from posixpath import dirname, join

from hypothesis import event, given, settings
from hypothesis import strategies as st
from uvlayers.build import build
from uvlayers.llb.graph import Output
from uvlayers.options import Options

from tests import dockerfiles
from tests.dockerfiles import PATH, Bind, copy, copy_link, run, workdir
from tests.model.gateway import FakeGateway, delegated_result
from tests.model.solver import Solver
from tests.model.tree import BuildError, Link, Node, Tree, tree
from tests.model.uv import PYTHON_IMAGE, Machine, Package, project

ENVIRONMENTS = (".venv", "/opt/venv", "/opt/app/venv", "/usr/local")
A, B, C = Package("idna", "3.6"), Package("click", "8.0"), Package("attrs")
PROJECTS = {
    "plain": project(A, B),
    "more": project(A, B, C),
    "other": project(A, Package("click", "9.0")),
    "packaged": project(A, B, packaged=True, code=b"1"),
    "changed": project(A, B, packaged=True, code=b"2"),
    "leaving": project(A, B, C, packaged=True, code=b"egg"),
}
NAME = "llb.customname"
LINKS: dict[str, Node | bytes] = {
    "/venv": Link("/app/.venv"),
    "/link": Link("/opt/venv"),
    "/app/.venv": Link("/srv/elsewhere"),
    "/x": b"x",
}


@dataclass(frozen=True)
class Sync:
    project: str
    environment: str
    flags: str
    user: str
    bound: bool
    before: str = ""


@dataclass(frozen=True)
class Copy:
    source: str
    src: str
    dest: str
    link: bool


@dataclass(frozen=True)
class Simple:
    """`path` is a directory that is searched before those of the system."""

    kind: str
    path: str = ""


# What precedes a sync in its RUN.
BEFORE = (
    "",
    "",
    "touch /y && ",
    "make; ",
    "serve; ",
    "cd / && touch /y; cd app && ",
    "uv sync --frozen --no-install-project && ",
    "make; uv sync --frozen && touch /y && ",
    "uv venv {environment} && ",
    "mkdir -m 750 {environment} && ",
)


# What follows a sync, and gives files to others.
OWNING = (
    "chown -R 1000:1000 {path}",
    "chown -R 1000:1000 {path}",
    "touch /y && chown -R 7 {path}",
    "chown -R 7:8 {path} && chown -R 0:8 /app",
    "chown -R 7:8 {path} && touch /app/proj.py",
    "chmod 710 {path}",
    "chmod -R 770 {path}",
    "chmod -R 750 {path} && chown -R 7:8 {path} && chmod -R 751 /app",
    "chmod 710 /app && chown -R 7 {path} && chmod 711 /app",
)


# What goes on with an environment, on top of its layers.
GOING_ON = (
    "look && touch {path}/made",
    "look && mkdir -m 700 {path}/made",
    "look && chmod 710 {path}",
    "look && rm -r {path}/pyvenv.cfg",
    "look && chown -R 9 {path}",
)


@dataclass(frozen=True)
class Stage:
    """A last stage that copies from the first, and may sync as well."""

    src: str
    dest: str
    chown: bool
    link: bool
    links: bool
    after: Sync | None


def syncs(environment: st.SearchStrategy[str]) -> st.SearchStrategy[Sync]:
    flags = ("", "", "", " --no-install-project", " --inexact", " && touch /z", " && look")
    return st.builds(
        Sync,
        st.sampled_from(tuple(PROJECTS)),
        environment,
        st.sampled_from(flags),
        st.sampled_from(("", "", "app")),
        st.booleans(),
        st.sampled_from(BEFORE),
    )


Program = tuple[list[Copy | Simple], Sync, list[Sync | Copy | Simple], Stage | None]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Steps that are mostly about one environment, which a last stage may copy."""
    environment = draw(st.sampled_from(ENVIRONMENTS))
    place = join("/app", environment)
    around = (place, dirname(place), f"{place}/bin", "/venv", "/link", "/app", "/srv", "/")
    dests = st.sampled_from(around).flatmap(
        lambda near: st.sampled_from((near, f"{near.rstrip('/')}/y"))
    )
    copies = st.builds(
        Copy,
        st.sampled_from((*PROJECTS, "links")),
        st.sampled_from(("/", "/", "/proj.py", "/x")),
        dests,
        st.booleans(),
    )
    same = syncs(st.just(environment))
    others = st.one_of(
        copies,
        same,
        same,
        syncs(st.sampled_from(ENVIRONMENTS)),
        st.sampled_from(("workdir", "observe")).map(Simple),
        st.just(Simple(f"uv venv {environment}")),
        st.sampled_from(GOING_ON).map(lambda text: Simple(text.format(path=place))),
        st.sampled_from((place, dirname(place), f"{place}/bin", "/app", "/venv", "/srv")).flatmap(
            lambda path: st.builds(
                lambda text, first: Simple(text.format(path=path), first),
                st.sampled_from(OWNING),
                st.sampled_from(("", f"{place}/bin", "/opt/venv/bin")),
            )
        ),
    )
    sources = st.sampled_from((place, place, dirname(place), dirname(place), "/", "/srv", "/venv"))
    stage = None
    if draw(st.booleans()):
        src = draw(sources)
        dest = src if draw(st.integers(0, 3)) else draw(dests)
        chown, link, links = (draw(st.booleans()) for _ in range(3))
        stage = Stage(src, dest, chown, link, links, draw(st.none() | same))
    above = st.sampled_from((place, dirname(place), "/app/proj.py", "/srv", "/app"))
    commands = st.one_of(
        above.map(lambda path: Simple(f"rm -r {path}")),
        above.map(lambda path: Simple(f"rm -r {path} && mkdir -m 755 {path}")),
        st.sampled_from(("observe", "workdir", "touch /y", "touch x", "make")).map(Simple),
    )
    early = draw(st.lists(st.one_of(copies, copies, commands), max_size=3))
    return early, draw(same), draw(st.lists(others, max_size=3)), stage


def delegated(program: Program) -> Output:
    early, first, later, stage = program
    base = dockerfiles.image("python")
    state = workdir(base, "/app", line=2)
    for line, step in enumerate((*early, first, *later), 3):
        match step:
            case Sync():
                state = sync(state, step, line)
            case Copy(source, src, dest, link):
                place = copy_link if link else copy
                state = place(state, dockerfiles.context(source), src, dest, line=line)
            case Simple("workdir"):
                state = workdir(state, "/opt/app/sub", line=line)
            case Simple("observe"):
                state = run(state, ["observe"], line=line)
            case Simple(command, path):
                env = (PATH.replace("=", f"={path}:") if path else PATH,)
                state = run(state, f"cd /app && {command}", env=env, line=line)
    if stage is None:
        return state
    onto = workdir(base, "/srv", line=11)
    if stage.links:
        onto = copy(onto, dockerfiles.context("links"), "/", "/", line=11)
    if stage.link:
        onto = copy_link(onto, state, stage.src, stage.dest, line=12)
    else:
        owner = (1000, 1000) if stage.chown else None
        onto = copy(onto, state, stage.src, stage.dest, chown=owner, line=12)
    return onto if stage.after is None else sync(onto, stage.after, 10)


def sync(state: Output, step: Sync, line: int) -> Output:
    source = dockerfiles.context(step.project)
    files = ("/uv.lock", "/pyproject.toml", "/proj.py")
    mounts = [Bind(f"/app{each}", source, each) for each in files] if step.bound else []
    if not step.bound:
        state = copy(state, source, "/", "/app", line=line)
    env = (PATH, f"UV_PROJECT_ENVIRONMENT={step.environment}")
    before = step.before.format(environment=step.environment)
    command = f"{before}uv sync --frozen{step.flags}"
    return run(state, command, env=env, user=step.user, mounts=mounts, line=line)


def sources() -> dict[str, Tree]:
    packages = (A, B, C, Package("click", "9.0"))
    return {
        "docker-image://docker.io/library/python:latest": PYTHON_IMAGE,
        **{f"local://{name}": tree(files) for name, files in PROJECTS.items()},
        "local://links": tree(LINKS),
        **{each.url: tree({f"/{each.filename}": b"PK"}) for each in packages},
    }


@settings(max_examples=200, deadline=None)
@given(programs())
def test_the_build_makes_the_same_files(program: Program) -> None:
    head = delegated(program)
    try:
        expected = Solver(sources(), Machine()).tree(head)
    except BuildError:
        event("does not build")
        return
    gateway = FakeGateway(Solver(sources(), Machine()), delegated_result(dockerfiles.graph(head)))
    result = build(gateway, Options({"cmdline": "x"}))
    (ref,) = result.refs.values()
    event("as written" if ref.id == "delegated" else "rewritten")
    for warned in gateway.warnings:
        event(warned.short.removeprefix("uvlayers: `uv sync` runs as written: ").split("`")[0])
    after = head if ref.id == "delegated" else gateway.head(ref)
    whole = after.vertex.inputs if after is not None else ()
    if any("steps after" in each.vertex.metadata.description.get(NAME, "") for each in whole):
        event("steps above the environment")
    assert gateway.solver.tree(after) == expected
