"""Whatever comes before, between and after the environments: the rewritten graph means the same.

Random Dockerfiles are evaluated as the frontend delegated them and as they were rewritten, on a
model of BuildKit's file ops.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from posixpath import basename, dirname, join

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from uvlayers.llb.fileop import reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered, State
from uvlayers.llb.reach import Reach
from uvlayers.llb.rewriting import Rewriting

from tests import dockerfiles
from tests.model.solver import Solver
from tests.model.tree import (
    BuildError,
    Directory,
    File,
    Link,
    Node,
    Tree,
    below,
    parents,
    real_path,
    tree,
)

ENVIRONMENTS = ("/app/.venv", "/opt/venv", "/opt/app/venv")
PLACES = ("/", "/app", "/opt", "/opt/app", "/srv", "/venv", *ENVIRONMENTS)
CONTEXT = "local://context"
BASE = "docker-image://docker.io/library/base:latest"
OTHER = "docker-image://docker.io/library/other:latest"


@dataclass(frozen=True)
class Copy:
    source: str
    src: str
    dest: str
    chown: bool


@dataclass(frozen=True)
class Workdir:
    path: str


@dataclass(frozen=True)
class Observe:
    """A RUN that sees everything."""


@dataclass(frozen=True)
class Make:
    """A RUN of which it is known that it does no more than to make a directory and own it."""

    path: str


@dataclass(frozen=True)
class Sync:
    """A RUN that makes an environment, and another file system that it looks at.

    `adds` is a directory that it makes besides.
    """

    path: str
    looks_at_base: bool
    adds: str = ""


Step = Copy | Workdir | Observe | Make | Sync

destinations = st.sampled_from(PLACES).flatmap(
    lambda place: st.sampled_from((place, f"{place.rstrip('/')}/", join(place, "x")))
)
copies = st.builds(
    Copy,
    st.sampled_from((CONTEXT, OTHER)),
    st.sampled_from(("/", "/x", "/x", "/app", "/.venv", "/venv")),
    destinations,
    st.booleans(),
)
made = st.sampled_from(
    ("/srv/made", "/srv/made/x", "/opt/app", "/opt/app/x", "/app", "/venv", "/x")
)
syncs = st.one_of(
    st.builds(Sync, st.sampled_from(ENVIRONMENTS), st.booleans()),
    st.builds(Sync, st.sampled_from(ENVIRONMENTS), st.just(False), made),
)
others = st.one_of(
    copies,
    copies,
    copies,
    syncs,
    syncs,
    st.builds(Workdir, st.sampled_from(PLACES)),
    st.builds(Make, made),
    st.builds(Make, made),
    st.just(Observe()),
)
programs = st.tuples(
    st.lists(copies, max_size=1),
    syncs.map(lambda sync: [sync]),
    st.lists(others, min_size=1, max_size=4),
).map(lambda parts: [step for part in parts for step in part])

ABSENT = st.none()
links = st.builds(Link, st.sampled_from((*ENVIRONMENTS, *ENVIRONMENTS, "/opt", "/srv", "../opt")))
directories = st.builds(Directory, st.sampled_from((0o755, 0o700)), st.sampled_from((0, 1000)))
files = st.builds(File, st.sampled_from((b"", b"data")))


def trees(slots: Mapping[str, st.SearchStrategy[Node | None]]) -> st.SearchStrategy[Tree]:
    """Trees that have something, or nothing, at each of the paths."""
    return st.fixed_dictionaries(slots).map(put)


def put(entries: Mapping[str, Node | None]) -> Tree:
    result: dict[str, Node] = dict(tree({}))
    for path, node in entries.items():
        above = [result.get(parent, Directory()) for parent in parents(path)]
        if node is not None and all(isinstance(each, Directory) for each in above):
            result.update({parent: result.get(parent, Directory()) for parent in parents(path)})
            result[path] = node
    return result


bases = trees(
    {
        "/app": st.one_of(ABSENT, directories, links),
        "/opt": st.one_of(ABSENT, directories, links),
        "/opt/app": st.one_of(ABSENT, ABSENT, directories),
        "/srv": st.one_of(ABSENT, directories, links),
        "/venv": st.one_of(ABSENT, links, links),
    }
)
contexts = trees(
    {
        "/x": st.one_of(ABSENT, files, links, directories),
        "/x/lib": st.one_of(ABSENT, files),
        "/.venv": st.one_of(ABSENT, ABSENT, files, links, directories),
        "/app": st.one_of(ABSENT, ABSENT, links, directories),
        "/app/.venv": st.one_of(ABSENT, ABSENT, links, directories),
        "/venv": st.one_of(ABSENT, ABSENT, links, directories),
    }
)


def delegated(program: list[Step]) -> Output:
    base = state = dockerfiles.image("base")
    for number, step in enumerate(program, 1):
        match step:
            case Copy(source, src, dest, chown):
                local = source == CONTEXT
                whence = dockerfiles.context() if local else dockerfiles.image("other")
                owner = (1000, 1000) if chown else None
                state = dockerfiles.copy(state, whence, src, dest, chown=owner, line=number)
            case Workdir(path):
                state = dockerfiles.workdir(state, path, line=number)
            case Observe():
                state = dockerfiles.run(state, ["observe", str(number)], line=number)
            case Make(path):
                state = dockerfiles.run(state, ["make", path], line=number)
            case Sync(path, looks, adds):
                mounts = [dockerfiles.Bind("/mnt", base)] if looks else []
                state = dockerfiles.run(
                    state, ["sync", f"{path}|{adds}"], mounts=mounts, line=number
                )
    return state


def environment(path: str) -> Tree:
    return tree({f"{path}/bin/python": "/usr/bin/python", f"{path}/lib/x": b"installed"})


def execute(run: Vertex, mounts: Mapping[str, Tree]) -> Mapping[str, Tree]:
    name, argument = run.op.exec.meta.args
    if name == "observe":
        return {"/": noted(mounts["/"], argument, mounts["/"])}
    if name == "make":
        return {"/": make(mounts["/"], argument, 1000)}
    path, _, adds = argument.partition("|")
    root = install(mounts["/"], path)
    root = make(root, adds, 7) if adds else root
    return {"/": noted(root, argument, mounts["/mnt"]) if "/mnt" in mounts else root}


def make(root: Tree, path: str, owner: int) -> Tree:
    """`root` with a directory, and all above it, that belongs to somebody; nothing else is read."""
    real = real_path(root, path)
    if any(not isinstance(root.get(each), Directory | None) for each in (*parents(real), real)):
        raise BuildError(f"something is there: {path}")
    above = {each: root.get(each, Directory()) for each in parents(real)}
    return {**root, **above, real: Directory(0o700, owner)}


def reach_of(run: Vertex) -> Reach | None:
    name, argument = run.op.exec.meta.args
    return Reach((argument,), (), "/") if name == "make" else None


def noted(root: Tree, name: str, seen: Tree) -> Tree:
    """`root` with a file that tells everything of `seen`."""
    digest = sha256(repr(sorted(seen.items())).encode()).digest()
    return {**root, f"/seen-{name.replace('/', '-')}": File(digest)}


def install(root: Tree, path: str) -> Tree:
    """What a sync makes: nothing where it finds its own environment, an error for any other."""
    wanted = environment(path)
    if path in root and all(root.get(name) == wanted[name] for name in below(wanted, path)):
        return root
    require_plain(root, path)
    return {**wanted, **root}


def require_plain(root: Tree, path: str) -> None:
    above = [root.get(parent) for parent in parents(path)]
    if path in root or any(not isinstance(node, Directory | None) for node in above):
        raise BuildError(f"something is there: {path}")


class TreePaths:
    """`llb.rewriting.Paths` on the model."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver

    def real(self, output: Output, path: str) -> str:
        return real_path(self._solver.tree(output), path)

    def exists(self, output: Output, path: str) -> bool:
        return path in self._solver.tree(output)

    def looks(self, output: Output, path: str) -> tuple[int, int, int] | None:
        found = self._solver.tree(output).get(path)
        if isinstance(found, Directory):
            return found.mode, found.uid, found.gid
        return None if found is None else (0, 0, 0)

    def names(self, output: Output, path: str) -> list[str]:
        found = self._solver.tree(output)
        return [basename(each) for each in found if each != "/" and dirname(each) == path]


def rewritten(head: Output, sources: dict[str, Tree]) -> Output | None:
    """The graph with layers in the place of every sync; the layers are added to `sources`."""
    solver = Solver(sources, execute)
    rewriting = Rewriting(dockerfiles.graph(head), TreePaths(solver), reach_of)
    for vertex in dockerfiles.graph(head).vertices():
        arguments = vertex.op.exec.meta.args
        taken = None
        if arguments and arguments[0] == "sync":
            taken = taken_over(arguments[1], rewriting.state(vertex.inputs[0]), sources, solver)
        if taken is None:
            rewriting.visit(vertex)
        elif len(vertex.op.exec.mounts) > 1:
            rewriting.visit_on(vertex, 0, taken)
        else:
            rewriting.visit(vertex, taken)
    event("layered at the end" if isinstance(rewriting.state(head), Layered) else "plain")
    return rewriting.finish().head


def taken_over(
    argument: str, state: State, sources: dict[str, Tree], solver: Solver
) -> Layered | None:
    """The layers of one environment, under the conditions that the build makes."""
    path, _, adds = argument.partition("|")
    root = Layered.on(state)
    shadow = solver.tree(root.shadow)
    if any(reaches([path], prefix) for prefix in root.prefixes):
        return None
    try:
        require_plain(shadow, path)
    except BuildError:
        return None
    top = next(each for each in (*parents(path), path) if each not in shadow)
    for added in root.added:
        changed = solver.tree(added)
        if any(changed.get(p, shadow.get(p)) != shadow.get(p) for p in (*parents(path), path)):
            return None
    shared = {parent: shadow[parent] for parent in parents(path) if parent in shadow}
    layers = [layer({**environment(path), **shared}, sources)]
    root_with = root.with_layers(layers, [top], bulk=layers, programs=f"{path}/bin")
    if not adds:
        return root_with
    # uv does nothing to another environment, nor to what an earlier uv has made
    if root.added or any(reaches([real_path(shadow, adds)], prefix) for prefix in root.prefixes):
        return None
    before = {**environment(path), **shadow}
    try:
        after = make(before, adds, 7)
    except BuildError:
        return None
    new = {each for each, node in after.items() if before.get(each) != node}
    kept = new | {parent for each in new for parent in parents(each)}
    made_besides = layer({each: after[each] for each in kept}, sources)
    return root_with.with_layers([made_besides], [top], added=made_besides)


def layer(files: Tree, sources: dict[str, Tree]) -> Output:
    name = f"layer-{len(sources)}"
    sources[f"docker-image://docker.io/library/{name}:latest"] = files
    return dockerfiles.image(name)


NOTHING = put({})
IN_OPT = Sync("/opt/app/venv", looks_at_base=False)
IN_APP = Sync("/app/.venv", looks_at_base=False)


@settings(max_examples=500, deadline=None)
@given(programs, bases, contexts, contexts)
@example(  # a directory that only the environment's layers bring is a directory all the same
    [IN_OPT, Copy(CONTEXT, "/x", "/opt/app", chown=False)], NOTHING, put({"/x": File()}), NOTHING
)
@example(  # and it keeps its owner
    [IN_OPT, Copy(CONTEXT, "/x", "/opt/app/y", chown=True)], NOTHING, put({"/x": File()}), NOTHING
)
@example(  # a link of the base leads into the environment
    [IN_APP, Copy(CONTEXT, "/x", "/venv", chown=False)],
    put({"/venv": Link("/app/.venv"), "/app": Directory()}),
    put({"/x": File()}),
    NOTHING,
)
@example(  # a link that came after the environment does
    [
        IN_APP,
        Copy(CONTEXT, "/", "/srv", chown=False),
        Copy(CONTEXT, "/x", "/srv/venv", chown=False),
    ],
    put({"/app": Directory(), "/srv": Directory()}),
    put({"/x": File(), "/venv": Link("/app/.venv")}),
    NOTHING,
)
@example(  # the copied directory holds an environment, or just a link in its place
    [IN_APP, Copy(CONTEXT, "/", "/app", chown=False), Observe()],
    put({"/app": Directory()}),
    put({"/.venv": Directory()}),
    NOTHING,
)
@example(
    [IN_APP, Copy(CONTEXT, "/", "/app", chown=False), Observe()],
    put({"/app": Directory()}),
    put({"/.venv": Link("/nowhere")}),
    NOTHING,
)
@example(  # a mount of the state below the environment does not show the environment
    [Sync("/app/.venv", looks_at_base=True)], NOTHING, NOTHING, NOTHING
)
def test_the_rewritten_graph_makes_the_same_files(
    program: list[Step], base: Tree, local: Tree, other: Tree
) -> None:
    sources = {BASE: base, CONTEXT: local, OTHER: other}
    head = delegated(program)
    try:
        expected = Solver(sources, execute).tree(head)
    except BuildError:
        event("does not build")
        with pytest.raises(BuildError):
            Solver(sources, execute).tree(rewritten(head, sources))
        return
    after = rewritten(head, sources)
    assert Solver(sources, execute).tree(after) == expected
