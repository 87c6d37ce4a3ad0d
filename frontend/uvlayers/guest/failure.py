"""The one error of the programs that run uv before the user's own command does."""

from __future__ import annotations


class Failure(Exception):
    """A reason to leave everything to the user's own command."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
