"""A value that several threads want, and that one of them makes."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from uvlayers.errors import UvlayersError

T = TypeVar("T")


class Once(Generic[T]):
    """Made by whoever asks first; all others wait for it, and hear of the same error."""

    __slots__ = ("_error", "_lock", "_made")

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: tuple[T] | None = None
        self._error: UvlayersError | None = None

    def of(self, make: Callable[[], T]) -> T:
        with self._lock:
            if self._error is not None:
                raise self._error
            if self._made is None:
                try:
                    self._made = (make(),)
                except UvlayersError as error:
                    self._error = error
                    raise
            return self._made[0]
