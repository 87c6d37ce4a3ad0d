import pytest

from integration.bench.scenarios import GROUPS, SCENARIOS, SHAPES
from integration.bench.shapes import CHOSEN, DOCKERFILES, PLAIN_FILES, Shape
from integration.bench.sides import SYNTAX
from integration.errors import SetupError

OWN = [scenario.shape for scenario in SHAPES if scenario.shape.name is not None]


def test_a_shape_has_a_dockerfile_of_its_own_or_takes_the_chosen_one() -> None:
    assert CHOSEN.dockerfile("FROM scratch") == "FROM scratch"
    names = {f"{shape.name}.Dockerfile" for shape in OWN}
    assert names == {path.name for path in DOCKERFILES.iterdir()}


def test_bytecode_can_be_spared() -> None:
    for text in (
        "ENV UV_COMPILE_BYTECODE=1\nENV UV_LINK_MODE=copy\n",
        "ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy\n",
    ):
        assert PLAIN_FILES.dockerfile(text) == "ENV UV_LINK_MODE=copy\n"
    with pytest.raises(SetupError, match="does not set UV_COMPILE_BYTECODE"):
        PLAIN_FILES.dockerfile("FROM scratch\n")


@pytest.mark.parametrize("shape", OWN, ids=lambda shape: str(shape.name))
def test_a_dockerfile_names_no_frontend(shape: Shape) -> None:
    text = shape.dockerfile("")
    assert "uv sync --locked" in text
    assert SYNTAX not in text


def test_every_scenario_and_group_has_a_name_of_its_own() -> None:
    names = [*GROUPS, *(scenario.name for scenario in SCENARIOS)]
    assert len(set(names)) == len(names)
    assert all(each.wheels == (each.name != "bump-all") for each in SHAPES if not each.cold)
    assert all(measured.aim for scenario in SHAPES for measured in scenario.measured)
