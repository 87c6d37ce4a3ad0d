from integration.bench.sides import LAYERED, PLAIN, SIDES, Side, order
from integration.machine import FRONTEND_IMAGE

DOCKERFILE = "FROM scratch\nCOPY . /\n"


def test_only_the_first_line_differs() -> None:
    assert PLAIN.dockerfile(DOCKERFILE) == DOCKERFILE
    assert LAYERED.dockerfile(DOCKERFILE) == f"# syntax={FRONTEND_IMAGE}\n{DOCKERFILE}"


def test_a_frontend_that_is_named_already_gives_way() -> None:
    named = f"# syntax=docker/dockerfile:1\n{DOCKERFILE}"
    assert PLAIN.dockerfile(named) == DOCKERFILE
    assert Side("other", "other", "x/y").dockerfile(named) == f"# syntax=x/y\n{DOCKERFILE}"


def test_a_side_goes_first_in_every_other_round() -> None:
    assert order(0) == order(2) == SIDES
    assert order(1) == SIDES[::-1]
