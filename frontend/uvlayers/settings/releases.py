"""Which releases of uv read a command as we do."""

from dataclasses import dataclass, field

Release = tuple[int, ...]

KNOWN: Release = (0, 13)
"""The newest series whose flags, variables and settings the tables here cover."""


def parse_release(text: str) -> Release:
    """`0.13.9` to (0, 13, 9); what follows the numbers is dropped."""
    numbers: list[int] = []
    for part in text.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


@dataclass(slots=True)
class Requirement:
    """Collects what a reading relies on: the oldest uv that agrees with it, and why."""

    release: Release = ()
    reasons: list[str] = field(default_factory=list)

    def at_least(self, release: str, reason: str) -> None:
        """Rely on something that means what we take it for since `release`."""
        if parse_release(release) > self.release:
            self.release = parse_release(release)
            self.reasons.append(reason)
