from integration.bench.sides import LAYERED, PLAIN, SIDES, frontends_of_sides, order, with_syntax
from integration.machine import FRONTEND_IMAGE

DOCKERFILE = "FROM scratch\nCOPY . /\n"


def test_only_the_first_line_differs() -> None:
    assert with_syntax(DOCKERFILE, None) == DOCKERFILE
    assert with_syntax(DOCKERFILE, "x/y") == f"# syntax=x/y\n{DOCKERFILE}"


def test_a_frontend_that_is_named_already_gives_way() -> None:
    named = f"# syntax=docker/dockerfile:1\n{DOCKERFILE}"
    assert with_syntax(named, None) == DOCKERFILE
    assert with_syntax(named, "x/y") == f"# syntax=x/y\n{DOCKERFILE}"


def test_uv_is_built_by_what_is_in_the_engine_unless_an_image_is_named() -> None:
    assert frontends_of_sides() == {LAYERED.name: FRONTEND_IMAGE}
    assert frontends_of_sides("docker/dockerfile:1") == {
        LAYERED.name: FRONTEND_IMAGE,
        PLAIN.name: "docker/dockerfile:1",
    }


def test_a_side_goes_first_in_every_other_round() -> None:
    assert order(0) == order(2) == SIDES
    assert order(1) == SIDES[::-1]
