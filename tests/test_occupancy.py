"""What is in an environment before a sync, of one state and in whole builds on the model."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from uvlayers.errors import Unsupported
from uvlayers.llb.graph import Output
from uvlayers.llb.layered import Layered
from uvlayers.occupancy import installed_before
from uvlayers.pb.stat_pb2 import Stat

from tests import dockerfiles
from tests.builds import ATTRS, CLICK, CONTEXT, FROZEN, IDNA, PACKAGED, PLAIN, build_of, recommended
from tests.dockerfiles import PATH, copy, run
from tests.model.tree import tree
from tests.model.uv import Package, project

if TYPE_CHECKING:
    from uvlayers.gateway.states import States
    from uvlayers.recipe import Recipe

BASE, ADDED = dockerfiles.image("base"), dockerfiles.image("added")
DIRECTORY = 1 << 31
ENVIRONMENT = "/app/.venv"


class Directories:
    """Directories of the layer that a command has added, each with its mode."""

    def __init__(self, **modes: int) -> None:
        self.modes = modes

    def entry(self, output: Output, directory: str, name: str) -> Stat | None:
        mode = self.modes.get(name) if output == ADDED else None
        return None if mode is None else Stat(path=name, mode=DIRECTORY | mode)


def occupy(states: Directories) -> None:
    environment = SimpleNamespace(real_path=ENVIRONMENT, existed=False, extraneous=(), virtual=True)
    recipe = SimpleNamespace(
        root=Layered.on(BASE).with_layers([ADDED], ["/opt/venv"], added=ADDED),
        request=SimpleNamespace(environment_path=ENVIRONMENT),
        directories={"/app": (0o755, 0, 0)},
        skeleton=SimpleNamespace(interpreter=SimpleNamespace(environment=environment)),
        installation=SimpleNamespace(wheels=(), names=frozenset()),
    )
    installed_before(cast("Recipe", recipe), [], cast("States", states))


def test_directories_that_a_command_has_left_as_they_were() -> None:
    occupy(Directories())
    occupy(Directories(app=0o755, other=0o700))


@pytest.mark.parametrize(
    ("modes", "path"), [({"app": 0o700}, "/app"), ({"app": 0o755, ".venv": 0o755}, ENVIRONMENT)]
)
def test_directories_that_a_command_has_made_or_changed(modes: dict[str, int], path: str) -> None:
    with pytest.raises(Unsupported, match=f"inside of what an earlier command made: `{path}`"):
        occupy(Directories(**modes))


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
