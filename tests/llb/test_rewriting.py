"""The fold, step by step; `tests/property/test_rewriting.py` holds that it means the same."""

from collections.abc import Mapping, Sequence
from posixpath import basename, dirname

from uvlayers.llb.graph import Output, Vertex, make_vertex
from uvlayers.llb.layered import Layered, State, whole
from uvlayers.llb.reach import Reach
from uvlayers.llb.rewriting import Rewriting
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles

BASE, LAYER, BULK = (dockerfiles.image(name) for name in ("base", "layer", "bulk"))
CONTEXT = dockerfiles.context()
ADDED = (
    Layered.on(BASE)
    .with_layers([BULK], ["/app/.venv"], bulk=[BULK], programs="/app/.venv/bin")
    .with_layers([LAYER], ["/app/.venv"], added=LAYER, programs="/app/.venv/bin")
)


class Places:
    """`Paths` out of dictionaries; remembers which outputs were asked about."""

    def __init__(self, links: Mapping[str, str] = {}, there: frozenset[str] = frozenset()) -> None:
        self.links, self.there = links, there
        self.asked: list[Output] = []

    def real(self, output: Output, path: str) -> str:
        self.asked.append(output)
        return self.links.get(path, path)

    def exists(self, output: Output, path: str) -> bool:
        self.asked.append(output)
        return path in self.there

    def looks(self, output: Output, path: str) -> tuple[int, int, int] | None:
        return (0o755, 0, 0) if self.exists(output, path) else None

    def names(self, output: Output, path: str) -> tuple[str, ...]:
        self.asked.append(output)
        return ()


def layered(state: Output = BASE) -> Layered:
    return Layered.on(state).with_layers([LAYER, BULK], ["/app/.venv"], bulk=[BULK])


def rewrite(head: Output, run: Vertex, after: Layered, paths: Places) -> Rewriting:
    """Everything visited, the root of `run` replaced by `after`."""
    rewriting = Rewriting(dockerfiles.graph(head), paths)
    for vertex in dockerfiles.graph(head).vertices():
        rewriting.visit(vertex, after if vertex == run else None)
    return rewriting


def test_an_untouched_graph_is_the_same_graph() -> None:
    head = dockerfiles.run(dockerfiles.copy(BASE, CONTEXT, "/", "/app"), "true")
    rewriting = Rewriting(dockerfiles.graph(head), Places())
    for vertex in dockerfiles.graph(head).vertices():
        rewriting.visit(vertex)
    assert rewriting.state(head) is head
    assert rewriting.finish().head is head


def test_scratch_stays_scratch() -> None:
    assert Rewriting(dockerfiles.graph(None), Places()).finish().head is None


def test_a_replaced_root_is_what_follows_stands_on() -> None:
    run = dockerfiles.run(BASE, "uv sync", line=2)
    head = dockerfiles.run(run, "true", line=3)
    rewriting = rewrite(head, run.vertex, layered(), Places())
    after = rewriting.finish().head
    assert after is not None
    assert after.vertex.inputs == (whole(layered()),)
    assert after.vertex.locations == head.vertex.locations
    assert rewriting.state(run) == layered()


def test_layers_at_the_head_are_merged() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    assert rewrite(run, run.vertex, layered(), Places()).finish().head == whole(layered())


def test_a_copy_beside_the_environment_moves_below() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    head = dockerfiles.copy(run, CONTEXT, "/", "/srv")
    paths = Places()
    state = rewrite(head, run.vertex, layered(), paths).state(head)
    assert isinstance(state, Layered)
    assert state.shadow == dockerfiles.copy(BASE, CONTEXT, "/", "/srv")
    assert state.written == ("/srv",)
    assert paths.asked == [BASE]


def test_a_copy_above_the_environment_is_looked_at() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    head = dockerfiles.copy(run, CONTEXT, "/", "/app")
    moved = dockerfiles.copy(BASE, CONTEXT, "/", "/app")
    paths = Places()
    assert isinstance(rewrite(head, run.vertex, layered(), paths).state(head), Layered)
    assert paths.asked == [BASE, moved]


def test_a_copy_that_brings_nothing_to_an_environment_that_was_there_is_moved() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    head = dockerfiles.copy(run, CONTEXT, "/src", "/app")
    for brought, moved in (("/src/.venv", False), ("/.venv", True)):
        paths = Places(there=frozenset({"/app/.venv", brought}))
        state = rewrite(head, run.vertex, layered(), paths).state(head)
        assert isinstance(state, Layered) == moved


def test_a_copy_that_brings_an_environment_stays_on_top() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    head = dockerfiles.copy(run, CONTEXT, "/", "/app")
    paths = Places(there=frozenset({"/app/.venv", "/.venv"}))
    assert rewrite(head, run.vertex, layered(), paths).state(head) == dockerfiles.copy(
        whole(layered()), CONTEXT, "/", "/app"
    )


def test_a_copy_into_the_environment_stays_on_top() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    for dest, links in (("/app/.venv/x", {}), ("/v/x", {"/v/x": "/app/.venv/x"})):
        head = dockerfiles.copy(run, CONTEXT, "/x", dest)
        state = rewrite(head, run.vertex, layered(), Places(links)).state(head)
        assert state == dockerfiles.copy(whole(layered()), CONTEXT, "/x", dest)


def test_what_later_steps_wrote_is_looked_at_again() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    first = dockerfiles.copy(run, CONTEXT, "/", "/srv")
    head = dockerfiles.copy(first, CONTEXT, "/x", "/srv/x")
    paths = Places()
    rewrite(head, run.vertex, layered(), paths)
    assert paths.asked == [BASE, dockerfiles.copy(BASE, CONTEXT, "/", "/srv")]


def test_an_op_with_two_outputs_stays_on_top() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    op = pb.Op(file=pb.FileOp(), constraints=pb.WorkerConstraints())
    for index in range(2):
        action = op.file.actions.add(input=0, secondaryInput=-1, output=index)
        action.mkdir.path = f"/{index}"
    vertex = make_vertex(op, [run])
    rewriting = rewrite(vertex.output(1), run.vertex, layered(), Places())
    assert rewriting.finish().head == make_vertex(op, [whole(layered())]).output(1)


def test_all_outputs_of_an_exec_are_carried() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    op = dockerfiles.run(run, "make").vertex.op
    op.exec.mounts.add(input=-1, output=1, dest="/out")
    vertex = make_vertex(op, [run])
    rewriting = rewrite(vertex.output(1), run.vertex, layered(), Places())
    assert rewriting.finish().head == make_vertex(op, [whole(layered())]).output(1)


def test_all_outputs_of_a_passthrough_are_carried() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    op = pb.Op(passthrough=pb.PassthroughOp())
    op.passthrough.outputs.extend((0, 1))
    vertex = make_vertex(op, [run])
    rewriting = rewrite(vertex.output(1), run.vertex, layered(), Places())
    assert rewriting.finish().head == make_vertex(op, [whole(layered())]).output(1)


def test_a_merge_on_layers_is_carried() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    head = dockerfiles.copy_link(run, CONTEXT, "/", "/srv")
    after = rewrite(head, run.vertex, layered(), Places()).finish().head
    assert after == dockerfiles.copy_link(whole(layered()), CONTEXT, "/", "/srv")


def test_a_copy_from_beside_the_environment_need_not_have_the_bulk() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    head = dockerfiles.copy(dockerfiles.image("final"), run, "/etc/x", "/x")
    after = rewrite(head, run.vertex, layered(), Places()).finish().head
    assert after is not None
    assert after.vertex.inputs[1] == layered().without_bulk()


def test_a_copy_of_what_else_was_laid_out_need_not_have_the_bulk() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    python = Layered.on(BASE).with_layers([LAYER], ["/python"], added=LAYER)
    after = python.with_layers([BULK], ["/app/.venv"], bulk=[BULK])
    head = dockerfiles.copy(dockerfiles.image("final"), run, "/python", "/python")
    copied = rewrite(head, run.vertex, after, Places()).finish().head
    assert copied is not None
    assert copied.vertex.inputs[1] == python.output()


def test_a_copy_from_or_above_the_environment_has_all() -> None:
    run = dockerfiles.run(BASE, "uv sync")
    for source, links in (
        ("/app/.venv", {}),
        ("/app", {}),
        ("/tools", {"/tools": "/app/.venv/bin"}),
    ):
        head = dockerfiles.copy(dockerfiles.image("final"), run, source, "/x")
        after = rewrite(head, run.vertex, layered(), Places(links)).finish().head
        assert after is not None
        assert after.vertex.inputs[1] == whole(layered())


def reaching(*touched: str, searched: tuple[str, ...] = ("/bin",), cwd: str = "/") -> Reach:
    return Reach(touched, searched, cwd)


def run_after(
    reach: Reach | None,
    paths: Places | None = None,
    after: Layered | None = None,
    mounts: Sequence[dockerfiles.Bind] = (),
) -> tuple[State, Vertex]:
    """What has become of a RUN after the environment, and the RUN."""
    first = dockerfiles.run(BASE, "uv sync", line=2)
    head = dockerfiles.run(first, "mkdir /data", line=3, mounts=mounts)
    rewriting = Rewriting(dockerfiles.graph(head), paths or Places(), lambda _: reach)
    for vertex in dockerfiles.graph(head).vertices():
        rewriting.visit(vertex, (after or layered()) if vertex == first.vertex else None)
    return rewriting.state(head), head.vertex


def test_a_command_whose_reach_is_known_is_run_below_the_environment() -> None:
    state, run = run_after(reaching("/data"))
    assert isinstance(state, Layered)
    assert state.written == ("/data",)
    assert state.shadow.vertex.inputs == (BASE,)
    assert state.shadow.vertex.op.exec == run.op.exec
    assert state.segments == layered().segments


def test_a_command_that_may_do_anything_is_run_on_all() -> None:
    state, _ = run_after(None)
    assert isinstance(state, Output)
    assert state.vertex.inputs == (whole(layered()),)


def test_a_command_near_the_environment_is_run_on_all() -> None:
    for reach in (
        reaching("/app/.venv"),
        reaching("/app/.venv/bin/x"),
        reaching("/app"),
        reaching("/data", "/"),
        reaching("/data", searched=("/app/.venv/bin", "/bin")),
        reaching("/data", cwd="/app/.venv/lib"),
    ):
        assert isinstance(run_after(reach)[0], Output)
    for link in ("/data", "/bin"):
        links = Places({link: "/app/.venv/bin"})
        assert isinstance(run_after(reaching("/data"), links)[0], Output)


def test_a_command_that_sees_the_state_twice_is_run_on_all() -> None:
    first = dockerfiles.run(BASE, "uv sync", line=2)
    state, _ = run_after(reaching("/data"), mounts=[dockerfiles.Bind("/before", first)])
    assert isinstance(state, Output)
    state, _ = run_after(reaching("/data"), mounts=[dockerfiles.Bind("/src", CONTEXT)])
    assert isinstance(state, Layered)
    assert state.shadow.vertex.inputs == (BASE, CONTEXT)


class Trees(Places):
    """Paths of the base and of what a command has added."""

    def __init__(self, *added: str) -> None:
        super().__init__()
        self.added = added

    def exists(self, output: Output, path: str) -> bool:
        return path in (self.added if output == LAYER else ("/srv", "/srv/old"))

    def looks(self, output: Output, path: str) -> tuple[int, int, int] | None:
        if path == "/srv" and "/srv!" in self.added and output == LAYER:
            return (0o700, 0, 0)
        return super().looks(output, path)

    def names(self, output: Output, path: str) -> tuple[str, ...]:
        return tuple(basename(each) for each in self.added if dirname(each) == path)


def is_below_all(state: State) -> bool:
    """Whether a step is done below what a command has added, not only below the bulk."""
    assert isinstance(state, Layered)
    (target, *_) = state.shadow.vertex.inputs
    assert target in (BASE, ADDED.with_bulk_alone().shadow)
    assert state.segments == (ADDED if target == BASE else ADDED.with_bulk_alone()).segments
    return target == BASE


def test_what_a_command_has_added_is_not_changed_below_it() -> None:
    cases: tuple[tuple[str, tuple[str, ...], bool], ...] = (
        ("/srv/old", (), True),
        ("/srv/old", ("/srv", "/srv/other"), True),
        ("/srv/old", ("/srv", "/srv/old"), False),
        ("/srv/new/x", ("/srv", "/srv/other"), True),
        ("/srv/new/x", ("/srv", "/srv/new"), False),
        ("/srv/new", ("/srv", "/srv!"), False),
    )
    for path, added, below in cases:
        state, _ = run_after(reaching(path), Trees(*added), ADDED)
        assert is_below_all(state) is below, (path, added)
    state, _ = run_after(reaching("/data", cwd="/made"), Trees("/made"), ADDED)
    assert not is_below_all(state)


def test_programs_of_the_environment_are_not_those_of_the_system() -> None:
    venv = Layered.on(BASE).with_layers(
        [LAYER, BULK], ["/app/.venv"], bulk=[BULK], programs="/app/.venv/bin"
    )
    for directory, harmless in (("bin", True), ("lib", False), ("", False)):
        reach = reaching("/data", searched=(f"/app/.venv/{directory}".rstrip("/"), "/bin"))
        assert isinstance(run_after(reach, after=venv)[0], Layered) is harmless
    linked = Places({"/tools": "/app/.venv/bin"})
    assert isinstance(run_after(reaching("/data", searched=("/tools",)), linked, venv)[0], Layered)
    loading = Reach(("/data",), ("/bin",), "/", loaded=("/app/.venv/bin",))
    assert isinstance(run_after(loading, after=venv)[0], Output)


def test_a_program_that_a_command_has_added_is_seen() -> None:
    for added, below in (("/app/.venv/bin/shop", True), ("/app/.venv/bin/mkdir", False)):
        reach = Reach(("/data",), ("/app/.venv/bin",), "/", programs=frozenset(("mkdir",)))
        assert is_below_all(run_after(reach, Trees(added), ADDED)[0]) is below


def test_a_directory_above_the_environment_may_be_changed_itself() -> None:
    for path, below in (("/app", True), ("/app/.venv", False), ("/app/.venv/x", False)):
        reach = Reach((), ("/bin",), "/", named=(path,))
        state, _ = run_after(reach)
        assert isinstance(state, Layered) is below


def test_what_gets_other_looks_is_written_to() -> None:
    changed = Reach((), ("/bin",), "/", looks=("/data",))
    state, _ = run_after(changed)
    assert isinstance(state, Layered)
    assert state.written == ("/data",)
    for path in ("/app", "/app/.venv", "/app/.venv/bin"):
        assert isinstance(run_after(Reach((), ("/bin",), "/", looks=(path,)))[0], Output)


def test_a_copy_makes_no_directory_that_a_command_has_added() -> None:
    run = dockerfiles.run(BASE, "uv sync", line=2)
    for dest, added, below in (
        ("/srv/old", ("/srv", "/srv/old"), True),
        ("/srv/old", ("/srv", "/srv/old", "/srv/old/x"), False),
        ("/srv/new/x", ("/srv",), True),
        ("/srv/new/x", ("/srv", "/srv/new"), False),
        ("/", ("/app", "/app/.venv", "/app/.venv/x"), True),
        ("/", ("/app", "/app/.venv", "/app/build"), False),
    ):
        head = dockerfiles.copy(run, CONTEXT, "/", dest)
        state = rewrite(head, run.vertex, ADDED, Trees(*added)).state(head)
        assert is_below_all(state) is below, (dest, added)


def test_the_command_stays_on_prepared_layers() -> None:
    run = dockerfiles.run(BASE, "uv sync && more", mounts=[dockerfiles.Bind("/src", CONTEXT)])
    rewriting = Rewriting(dockerfiles.graph(run), Places())
    rewriting.visit_on(run.vertex, 0, layered())
    head = rewriting.finish().head
    assert head is not None
    assert head.vertex.inputs == (whole(layered()), CONTEXT)
    assert head.vertex.op.exec == run.vertex.op.exec
    assert head.vertex.metadata == run.vertex.metadata


def test_a_mount_of_the_same_state_stays_as_it_is() -> None:
    run = dockerfiles.run(BASE, "uv sync && more", mounts=[dockerfiles.Bind("/base", BASE)])
    assert run.vertex.inputs == (BASE,)
    rewriting = Rewriting(dockerfiles.graph(run), Places())
    rewriting.visit_on(run.vertex, 0, layered())
    head = rewriting.finish().head
    assert head is not None
    assert head.vertex.inputs == (BASE, whole(layered()))
    assert [(m.dest, m.input) for m in head.vertex.op.exec.mounts] == [("/", 1), ("/base", 0)]
