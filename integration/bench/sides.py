"""The two sides of a comparison: one Dockerfile, with and without our frontend."""

from collections.abc import Mapping
from dataclasses import dataclass

from integration.machine import FRONTEND_IMAGE

SYNTAX = "# syntax="


@dataclass(frozen=True)
class Side:
    """One way to build."""

    name: str
    title: str


PLAIN = Side("uv", "uv's Dockerfile")
LAYERED = Side("uvlayers", "uvlayers")
SIDES = (PLAIN, LAYERED)


def frontends_of_sides(docker: str | None = None) -> Mapping[str, str]:
    """Which image each side's Dockerfile names; `docker`, if any, in place of the built-in one."""
    plain = {} if docker is None else {PLAIN.name: docker}
    return {LAYERED.name: FRONTEND_IMAGE, **plain}


def with_syntax(text: str, frontend: str | None) -> str:
    """A Dockerfile as a side has it: the first line is all that differs."""
    lines = text.splitlines()
    if lines and lines[0].startswith(SYNTAX):
        lines.pop(0)
    first = [] if frontend is None else [f"{SYNTAX}{frontend}"]
    return "\n".join([*first, *lines, ""])


def order(turn: int) -> tuple[Side, ...]:
    """Who builds first alternates: what warms up or slows down hits both alike."""
    return SIDES if turn % 2 == 0 else SIDES[::-1]
