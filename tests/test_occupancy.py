"""What an earlier command did to the directories above an environment; the rest in whole builds."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from uvlayers.errors import Unsupported
from uvlayers.llb.graph import Output
from uvlayers.llb.layered import Layered
from uvlayers.occupancy import installed_before
from uvlayers.pb.stat_pb2 import Stat

from tests import dockerfiles

if TYPE_CHECKING:
    from uvlayers.gateway.states import States
    from uvlayers.recipe import Recipe

BASE, ADDED = dockerfiles.image("base"), dockerfiles.image("added")
DIRECTORY = 1 << 31
PATH = "/app/.venv"


class Directories:
    """Directories of the layer that a command has added, each with its mode."""

    def __init__(self, **modes: int) -> None:
        self.modes = modes

    def entry(self, output: Output, directory: str, name: str) -> Stat | None:
        mode = self.modes.get(name) if output == ADDED else None
        return None if mode is None else Stat(path=name, mode=DIRECTORY | mode)


def occupy(states: Directories) -> None:
    environment = SimpleNamespace(real_path=PATH, existed=False, extraneous=(), virtual=True)
    recipe = SimpleNamespace(
        root=Layered.on(BASE).with_layers([ADDED], ["/opt/venv"], added=ADDED),
        request=SimpleNamespace(environment_path=PATH),
        directories={"/app": (0o755, 0, 0)},
        skeleton=SimpleNamespace(interpreter=SimpleNamespace(environment=environment)),
        installation=SimpleNamespace(wheels=(), names=frozenset()),
    )
    installed_before(cast("Recipe", recipe), [], cast("States", states))


def test_directories_that_a_command_has_left_as_they_were() -> None:
    occupy(Directories())
    occupy(Directories(app=0o755, other=0o700))


@pytest.mark.parametrize(
    ("modes", "path"), [({"app": 0o700}, "/app"), ({"app": 0o755, ".venv": 0o755}, PATH)]
)
def test_directories_that_a_command_has_made_or_changed(modes: dict[str, int], path: str) -> None:
    with pytest.raises(Unsupported, match=f"inside of what an earlier command made: `{path}`"):
        occupy(Directories(**modes))
