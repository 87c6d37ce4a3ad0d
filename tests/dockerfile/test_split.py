import pytest
from uvlayers.dockerfile.split import split_runs

from tests import dockerfiles
from tests.dockerfiles import Bind, Cache, RunMount, Tmpfs

BASE, CONTEXT = dockerfiles.image("python"), dockerfiles.context()
LOCK = Bind("/app/uv.lock", CONTEXT, "/uv.lock")


def parts(command: str, *mounts: RunMount) -> list[str]:
    """The shell texts of the execs that a RUN becomes, the first one first."""
    split = split_runs(dockerfiles.graph(dockerfiles.run(BASE, command, mounts=mounts, line=3)))
    execs = [v for v in split.graph.vertices() if v.op.WhichOneof("op") == "exec"]
    return [vertex.op.exec.meta.args[-1] for vertex in execs]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip install uv && uv sync --frozen", ["pip install uv", "uv sync --frozen"]),
        ("ls &&\\\n  cp 'é' x  &&  X=1 uv sync && c", ["ls &&\\\n  cp 'é' x", "X=1 uv sync && c"]),
        ("ls && uv sync || exit 1", ["ls", "uv sync || exit 1"]),
        # what follows an and-list runs whatever becomes of it
        ("ls; uv sync", ["ls; :", "uv sync"]),
        ("ls || exit 1; uv sync", ["ls || exit 1; :", "uv sync"]),
        ("set -e; ls; uv sync", ["set -e; ls", "set -e\nuv sync"]),
        ("set -ex\nls\nuv sync\n", ["set -ex\nls", "set -ex\nuv sync\n"]),
        # the state of the shell is made again
        ("cd src && ls && uv sync", ["cd src && ls", "cd src && uv sync"]),
        ("ls; cd src; uv sync", ["ls; :", "cd src\nuv sync"]),
        ("ls; cd a && export X=1; Y=2; cd b && uv sync && c",
         ["ls; :", "cd a && export X=1\nY=2\ncd b && uv sync && c"]),
        ("export X=1 && ls $X && uv sync", ["export X=1 && ls $X", "export X=1 && uv sync"]),
        ("ls; X=$(cat f); uv sync", ["ls; :", "X=$(cat f)\nuv sync"]),
        ("ls && cd x || exit 1; uv sync", ["ls && cd x || exit 1; :", "cd x || exit 1\nuv sync"]),
        # a file that the first part may make is read in the second alone
        ("uv venv && . .venv/bin/activate && uv sync",
         ["uv venv", ". .venv/bin/activate && uv sync"]),
        ("set -e; uv venv /v; . /v/bin/activate; uv sync --active",
         ["set -e; uv venv /v", "set -e\n. /v/bin/activate\nuv sync --active"]),
        ("curl u | sh && . $HOME/.local/bin/env && cd x && uv sync && ls",
         ["curl u | sh", ". $HOME/.local/bin/env && cd x && uv sync && ls"]),
        ("uv sync && . .venv/bin/activate && uv sync --active",
         ["uv sync", ". .venv/bin/activate && uv sync --active"]),
        # statements that are not followed, but leave the shell alone
        ("curl u | sh && uv sync", ["curl u | sh", "uv sync"]),
        ("if [ -f x ]; then apt-get install y || exit 1; fi; uv sync",
         ["if [ -f x ]; then apt-get install y || exit 1; fi; :", "uv sync"]),
        # whichever branch runs, it leaves files and nothing else
        ("if [ a = a ]; then sed -i x y; else cp x y; fi; uv sync && ls",
         ["if [ a = a ]; then sed -i x y; else cp x y; fi; :", "uv sync && ls"]),
        ("set -e\nif [ a = b ]; then cp x y; else sed -i x y; fi\nuv sync\n",
         ["set -e\nif [ a = b ]; then cp x y; else sed -i x y; fi", "set -e\nuv sync\n"]),
        ("cp a b && if [ a = a ]; then cp x y; fi && uv sync",
         ["cp a b && if [ a = a ]; then cp x y; fi", "uv sync"]),
        ("(cd ui && npm ci) && uv sync", ["(cd ui && npm ci)", "uv sync"]),
        ("bun install --frozen-lockfile && uv sync",
         ["bun install --frozen-lockfile", "uv sync"]),
        ("uv --version && uv -V && uv sync", ["uv --version && uv -V", "uv sync"]),
        ("python3 --version && python -m uv --version && uv sync",
         ["python3 --version && python -m uv --version", "uv sync"]),
        ("python -m uv venv && python -m uv sync", ["python -m uv venv", "python -m uv sync"]),
        ("echo a > log && uv sync", ["echo a > log", "uv sync"]),
        ("cp a b | tee log && uv sync", ["cp a b | tee log", "uv sync"]),
        # what packages came from and as is cleared in both parts
        ("apt-get update && apt-get install gcc && uv sync && rm -rf /var/lib/apt/lists/*",
         ["apt-get update && apt-get install gcc && rm -rf /var/lib/apt/lists/*",
          "uv sync && rm -rf /var/lib/apt/lists/*"]),
        ("set -e; apt-get install gcc; uv sync; apt-get clean; rm -rf /var/lib/apt/lists/* ",
         ["set -e; apt-get install gcc && apt-get clean && rm -rf /var/lib/apt/lists/*",
          "set -e\nuv sync; apt-get clean; rm -rf /var/lib/apt/lists/* "]),
        ("dnf install x; uv sync && dnf clean all",
         ["dnf install x; : && dnf clean all", "uv sync && dnf clean all"]),
        ("pip install uv && uv sync && rm -rf /root/.cache",
         ["pip install uv && rm -rf /root/.cache", "uv sync && rm -rf /root/.cache"]),
        ("pip install --no-cache-dir uv; uv sync && echo ok && apt-get clean && rm -rf ~/.cache/*",
         ["pip install --no-cache-dir uv; : && apt-get clean && rm -rf ~/.cache/*",
          "uv sync && echo ok && apt-get clean && rm -rf ~/.cache/*"]),
        # what keeps off the environment is a part of its own
        ("uv sync && useradd app && mkdir /data", ["uv sync", "useradd app && mkdir /data"]),
        ("cp a b && cd x && uv sync && mkdir y",
         ["cp a b", "cd x && uv sync", "cd x && mkdir y"]),
        ("set -e; uv sync; rm -r ~/.cache; ln -s a b; chmod 700 c",
         ["set -e; uv sync; rm -r ~/.cache", "set -e\nln -s a b; chmod 700 c"]),
        ("uv sync --no-dev && uv sync && touch x", ["uv sync --no-dev", "uv sync", "touch x"]),
        # in uv's cache there is nothing yet
        ("pip install uv && uv sync && uv cache clean",
         ["pip install uv", "uv sync && uv cache clean"]),
        ("pip install uv && uv venv && uv sync && rm -rf ~/.cache/uv",
         ["pip install uv && uv venv", "uv sync && rm -rf ~/.cache/uv"]),
        # redirections stay with their commands
        ("cp a b 2>/dev/null && uv sync > c && cat d > e && f",
         ["cp a b 2>/dev/null", "uv sync > c && cat d > e && f"]),
        ("set -e && cd x && cp a b > c && uv sync",
         ["set -e && cd x && cp a b > c", "set -e && cd x && uv sync"]),
        ("ls > a && export X=1 2>/dev/null && uv sync || exit 1",
         ["ls > a", "export X=1 2>/dev/null && uv sync || exit 1"]),
        ("ls && curl u | sh > log && uv sync", ["ls && curl u | sh > log", "uv sync"]),
        ("ls && uv sync && cat <<EOF > f\nx\nEOF", ["ls", "uv sync", "cat <<EOF > f\nx\nEOF"]),
        # programs that `uv run` starts, and what their words look like
        ("cp a b && uv sync && uv run python pip cache",
         ["cp a b", "uv sync && uv run python pip cache"]),
        ("cp a b && uv sync && uv -q run --frozen python -m manage",
         ["cp a b", "uv sync && uv -q run --frozen python -m manage"]),
        ("cp a b && uv sync && uv run",
         ["cp a b", "uv sync && uv run"]),
        ("cp a b && uv sync && uv export -o pip", ["cp a b", "uv sync && uv export -o pip"]),
        # several syncs
        ("uv sync && cp a b && uv sync -q", ["uv sync", "cp a b", "uv sync -q"]),
        ("uv sync && cp -r a b && uv sync -q", ["uv sync && cp -r a b", "uv sync -q"]),
        ("uv sync --project a && uv sync --project b && uv sync --project c",
         ["uv sync --project a", "uv sync --project b", "uv sync --project c"]),
        ("cp a b; uv sync; uv sync && c || true",
         ["cp a b; :", "uv sync; uv sync && c || true"]),
        ("uv sync; test -d a || { ls; exit 1; }; (uv sync)",
         ["uv sync; :", "test -d a || { ls; exit 1; }; (uv sync)"]),
        ("uv sync; for i in a b; do uv sync $i; done",
         ["uv sync; :", "for i in a b; do uv sync $i; done"]),
        ("cd a && uv sync; cd b && uv sync && ls",
         ["cd a && uv sync; :", "cd a\ncd b && uv sync && ls"]),
    ],
)  # fmt: skip
def test_where_a_run_is_cut(command: str, expected: list[str]) -> None:
    assert parts(command) == expected


@pytest.mark.parametrize(
    "command",
    [
        "uv sync",
        "cd src && uv sync",
        "ls && uv sync || true",
        "ls && uv sync; c",
        "ls && cd x; uv sync",
        "! ls; uv sync",
        "{ ls && uv sync; }",
        "{ ls; }; uv sync",
        # programs that may go on running, and the shell's own ways to do so
        "serve && uv sync",
        "ls & uv sync",
        "sh x.sh && uv sync",
        "uv run x && uv sync",
        "ls | sh && uv sync",
        "python x.py && uv sync",
        "bun run x && uv sync",
        "bun && uv sync",
        "uv --quiet run x && uv sync",
        # state that cannot be made again
        ". ./env && uv sync",
        "ls && . ./settings.sh && uv sync",
        "ls && . env && uv sync",
        "ls && source ./env && uv sync",
        "ls && . ./env > log && uv sync",
        "ls; . ./env && ls && uv sync",
        "ls && . ./env || exit 1; uv sync",
        "eval ls && uv sync",
        "f() { ls; }; ls; uv sync",
        "for i in a b; do touch $i; done; uv sync",
        "ls ${X:=1} && uv sync",
        "ls $((X = 1)) && uv sync",
        "cat <<EOF && uv sync\nx\nEOF",
        "ls && cat <<EOF && uv sync\nx\nEOF",
        "X=$(cat f) && rm f && uv sync",
        "export X=$(make x) && uv sync",
        "exec > log; ls; uv sync",
        "uv sync; X=$?; uv sync; exit $X",
        "uv sync; exit > log && uv sync",
        "uv sync; exit 1>log && uv sync",
        # files of one container only
        "echo 127.0.0.1 x >> /etc/hosts && uv sync",
        "ls && echo 127.0.0.1 x >> /etc/hosts && uv sync",
        "touch /dev/shm/x && uv sync",
        # what the second part deletes would stay in the layer of the first
        "apt-get install gcc && uv sync && apt-get purge gcc",
        "apt-get install gcc && uv sync && apt-get install make && apt-get clean",
        "apt-get install gcc && uv sync && rm -rf /var/lib/apt/lists/* || true",
        "apt-get install gcc && uv sync && apt-get clean > log",
        "apt-get install gcc && uv sync && apt-get clean -y",
        "apt-get install gcc; uv sync; apt-get clean & ls",
        "apt-get install gcc; uv sync; ls x && apt-get clean; c",
        "apt-get install gcc; uv sync && apt-get clean; c",
        "cp a b && uv sync && rm b",
        "cp a b; uv sync; uv sync && rm b || true",
        "cp a b && uv sync && bun install",
        "cp a b && uv sync && (cd x; rm b)",
        "uv pip install --system x && uv sync && uv cache clean",
        "uv sync; uv sync && rm -rf /root/.cache/uv",
        "pip install uv && uv sync && ls && rm -rf /root/.cache",
        "pip install uv && uv sync && rm -rf /root/.cache/x",
        "pip install uv && uv sync && { rm -rf /root/.cache; }",
        "pip install uv && uv sync && uv -q --directory x cache clean",
        "cp a b && uv sync && uv run rm b",
        "cp a b && uv sync && uv run --with x rm b",
        "cp a b && uv sync && uv --directory run run rm b",
        "cp a b && uv sync && uv run -m pip uninstall x",
        "cp a b && uv sync && uv run python -m pip uninstall x",
        "cp a b && uv sync && python -m uv cache clean --force",
        "python script.py && uv sync",
        "cp a b && uv sync && uv run uv cache clean",
        # what removes something is not parted from what it may remove
        "uv sync && mkdir x && rm y",
        "uv sync && rm y && mkdir x",
        "uv sync && useradd -mb /app app",
        "uv sync && mkdir x && ls",
        "uv sync || mkdir x",
        "uv sync; X=$?; mkdir x$X",
        # a branch that does nothing leaves nothing to be parted from
        "if [ a = b ]; then cp x y; fi; uv sync",
        "if [ a = a ]; then X=1; cp x y; fi; uv sync $X",
        "if [ a = a ]; then cd x; cp x y; fi; uv sync",
        "uv sync && if [ a = a ]; then cp x y; fi",
    ],
)
def test_where_a_run_is_left_whole(command: str) -> None:
    assert parts(command) == [command]


def test_with_a_secret_in_reach_nothing_may_be_deleted_later() -> None:
    secret = dockerfiles.Secret("/run/secrets/netrc")
    copied = "cp /run/secrets/netrc .netrc && uv sync"
    assert len(parts(copied, secret)) == 2
    assert len(parts(f"{copied} && chown x .netrc", secret)) == 3
    for after in (
        "clean",
        "echo > .netrc",
        "rm .netrc",
        "uv run x",
        "echo x > .netrc /dev/null",
        "echo > .netrc && ls",
    ):
        assert len(parts(f"{copied} && {after}", secret)) == 1
    exported = "export X=$(cat /run/secrets/x) && pip install uv && uv sync"
    assert parts(exported, secret)[1] == "export X=$(cat /run/secrets/x) && uv sync"


def test_the_script_of_a_heredoc_is_cut() -> None:
    command = "<<EOF bash -xe\nls\ncd x\nuv sync\nEOF"
    first, second = "<<EOF bash -xe\nls\nEOF", "<<EOF bash -xe\ncd x\nuv sync\n\nEOF"
    assert parts(command) == [first, second]


def test_only_the_text_of_a_shell_is_cut() -> None:
    for args in (["sh", "-c", "ls && uv sync", "name"], ["sh", "ls && uv sync"]):
        graph = dockerfiles.graph(dockerfiles.run(BASE, args))
        assert split_runs(graph).graph == graph
    args = ["bash", "-o", "pipefail", "-ec", "ls && uv sync"]
    assert len(split_runs(dockerfiles.graph(dockerfiles.run(BASE, args))).parts) == 1


def test_both_parts_have_the_mounts_and_the_lines_of_the_run() -> None:
    command = "pip install uv && uv sync"
    run = dockerfiles.run(BASE, command, mounts=[LOCK, Cache("/c")], user="app", line=3)
    split = split_runs(dockerfiles.graph(run))
    assert split.graph.head is not None
    after = split.graph.head.vertex
    before = after.inputs[0].vertex
    for half in (before, after):
        assert half.locations == run.vertex.locations
        assert half.op.exec.meta.user == "app"
        assert [m.dest for m in half.op.exec.mounts] == ["/", "/app/uv.lock", "/c"]
    assert before.inputs == run.vertex.inputs
    assert before.metadata.description["llb.customname"].endswith("pip install uv")
    assert after.metadata == run.vertex.metadata
    assert split.origins[after.digest] == run.vertex.digest
    assert split.parts == {run.vertex.digest: [before, after]}


def test_what_both_parts_must_share_keeps_them_together() -> None:
    assert len(parts("ls && uv sync", Tmpfs("/tmp"))) == 1
    writable = Bind("/app/src", CONTEXT, "/src", readonly=False)
    assert len(parts("ls && uv sync", writable)) == 1


def test_a_run_that_must_stay_whole() -> None:
    run = dockerfiles.run(BASE, "ls && uv sync")
    graph = dockerfiles.graph(dockerfiles.workdir(run, "/x"))
    assert split_runs(graph, {run.vertex.digest}).graph == graph
    split = split_runs(graph)
    assert split.graph.head is not None
    assert split.origins[split.graph.head.vertex.digest] == graph.vertices()[-1].digest


def test_a_graph_without_such_a_run_is_the_same() -> None:
    graph = dockerfiles.graph(dockerfiles.run(BASE, "make && make install"))
    split = split_runs(graph)
    assert split.graph == graph
    assert split.parts == {}
    assert split_runs(dockerfiles.graph(None)).graph.head is None
