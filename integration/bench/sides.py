"""The two sides of a comparison: one Dockerfile, with and without our frontend."""

from dataclasses import dataclass

from integration.machine import FRONTEND_IMAGE

SYNTAX = "# syntax="


@dataclass(frozen=True)
class Side:
    """One way to build; `frontend` is what its Dockerfile names after `# syntax=`."""

    name: str
    title: str
    # None is the Dockerfile frontend that is built into the engine.
    frontend: str | None = None

    def dockerfile(self, text: str) -> str:
        """A Dockerfile as this side has it: the first line is all that differs."""
        lines = text.splitlines()
        if lines and lines[0].startswith(SYNTAX):
            lines.pop(0)
        first = [] if self.frontend is None else [f"{SYNTAX}{self.frontend}"]
        return "\n".join([*first, *lines, ""])


PLAIN = Side("uv", "uv's Dockerfile")
LAYERED = Side("uvlayers", "uvlayers", FRONTEND_IMAGE)
SIDES = (PLAIN, LAYERED)


def order(turn: int) -> tuple[Side, ...]:
    """Who builds first alternates: what warms up or slows down hits both alike."""
    return SIDES if turn % 2 == 0 else SIDES[::-1]
