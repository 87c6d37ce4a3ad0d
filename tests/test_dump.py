"""What `UVLAYERS_DEBUG` shows of a build on the model."""

import json
from typing import Any

from uvlayers.options import STAGES

from tests.builds import CLICK, CONTEXT, FROZEN, IDNA, build_of, recommended
from tests.dockerfiles import Bind
from tests.model.tree import File, tree
from tests.model.uv import Machine, project

PACKAGED = tree(project(IDNA, CLICK, packaged=True, code=b"1"))
CODE = Bind("/app/proj.py", CONTEXT, "/proj.py")


def shown(command: str, stages: str = "all") -> tuple[dict[str, Any], Machine]:
    opts = {"build-arg:UVLAYERS_DEBUG": stages}
    built = build_of(recommended(command, CODE), PACKAGED, IDNA, CLICK, opts=opts)
    files = {
        path.strip("/"): json.loads(node.data)
        for path, node in built.files.items()
        if isinstance(node, File)
    }
    return files, built.machine


def test_only_the_stages_that_were_named_are_shown() -> None:
    files, _ = shown(FROZEN)
    assert set(files) == {f"{stage}.json" for stage in STAGES}
    files, _ = shown(FROZEN, "plan")
    assert set(files) == {"plan.json"}


def test_nothing_is_installed() -> None:
    _, machine = shown(FROZEN)
    assert not any("guest/unpack.pyc" in str(args) or args[0] == "/bin/sh" for args in machine.ran)


def test_the_plan_of_a_sync() -> None:
    files, _ = shown(FROZEN)
    (found,) = files["plan.json"]
    assert found["lines"] == [[4, 4]]
    assert found["environment"] == "/app/.venv"
    assert list(found["left to the command"]) == ["proj"]
    assert {name for each in found["layers"] for name in each["wheels"]} == {"click", "idna"}


def test_the_plan_says_why_a_run_is_as_written() -> None:
    files, _ = shown("for i in 1; do uv sync; done")
    (found,) = files["plan.json"]
    assert found["as written"] == "it runs in a loop"


def test_a_run_that_is_cut_is_shown_in_its_parts() -> None:
    files, _ = shown(f"touch /x && {FROZEN}")
    (found,) = files["cut.json"]
    assert found["arguments"][-1] == FROZEN
    delegated = {each["digest"] for each in files["delegated.json"]}
    assert found["delegated"] in delegated
    assert found["digest"] not in delegated


def test_the_graph_is_the_one_that_is_built() -> None:
    files, _ = shown(FROZEN)
    digests = [each["digest"] for each in files["llb.json"]]
    for position, vertex in enumerate(files["llb.json"]):
        assert all(each.partition("#")[0] in digests[:position] for each in vertex["inputs"])
    opts = {"build-arg:UVLAYERS_DEBUG": ""}
    built = build_of(recommended(FROZEN, CODE), PACKAGED, IDNA, CLICK, opts=opts)
    assert built.head is not None
    assert digests[-1] == built.head.vertex.digest
