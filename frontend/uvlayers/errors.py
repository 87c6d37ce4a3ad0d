"""The one error family: what went wrong, where, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineRange:
    """Lines of the Dockerfile, one-based, both ends included."""

    start: int
    end: int


class UvlayersError(Exception):
    """An error that the user can act on.

    `message` is one sentence; `hint` says what to do; `lines` are the Dockerfile lines to underline
    (the outermost caller that knows them fills them in).
    """

    def __init__(
        self, message: str, *, hint: str | None = None, lines: Sequence[LineRange] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.lines = tuple(lines)

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n\nhint: {self.hint}"


class Unsupported(UvlayersError):
    """Something that we do not understand or cannot do faithfully: the command runs as written.

    Never fatal: the caller turns `message` into a build warning that says why.
    """


class PythonMissing(Unsupported):
    """No Python that is there will do for uv."""


class Unrelated(Unsupported):
    """A command that has nothing to do with a lock, as its files show: nobody is told."""


class LockError(UvlayersError):
    """A uv.lock that cannot be used; `at` is the path inside it, such as `package[3].wheels[0]`."""

    def __init__(self, message: str, *, at: str = "", hint: str | None = None) -> None:
        super().__init__(f"{message} in `{at}`" if at else message, hint=hint)
        self.problem = message
        self.at = at

    def within(self, parent: str) -> "LockError":
        """The same error seen from `parent`: the path grows on the way out."""
        separator = "" if not self.at or self.at.startswith("[") else "."
        return LockError(self.problem, at=f"{parent}{separator}{self.at}", hint=self.hint)


class SelectError(UvlayersError):
    """A selection that uv would refuse: an unknown group, two sides of a conflict, no wheel."""
