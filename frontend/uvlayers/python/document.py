"""A JSON object that is checked while it is read."""

import json
from typing import TYPE_CHECKING, TypeVar

from uvlayers.errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class JsonObject:
    """The members of one JSON object; a missing or wrongly typed one raises Unsupported.

    `at` is the object's own path, named in the message.
    """

    __slots__ = ("_at", "_members")

    def __init__(self, value: object, at: str) -> None:
        if not isinstance(value, dict):
            raise Unsupported(f"expected an object in `{at}`")
        self._members: dict[str, object] = value
        self._at = at

    def names(self) -> tuple[str, ...]:
        return tuple(self._members)

    def raw(self, key: str) -> object:
        """The member as it is; None where it is missing."""
        return self._members.get(key)

    def text(self, key: str) -> str:
        return self._member(key, str)

    def flag(self, key: str) -> bool:
        return self._member(key, bool)

    def number(self, key: str) -> int:
        """A non-negative integer."""
        number = self._member(key, int)
        if number < 0:
            raise Unsupported(f"expected no negative number in `{self._at}.{key}`: {number}")
        return number

    def texts(self, key: str) -> tuple[str, ...]:
        values: list[object] = self._member(key, list)
        texts = tuple(value for value in values if isinstance(value, str))
        if len(texts) != len(values):
            raise Unsupported(f"expected only str in `{self._at}.{key}`")
        return texts

    def table(self, key: str) -> "JsonObject":
        return JsonObject(self._members.get(key), f"{self._at}.{key}")

    def path(self, key: str) -> str:
        """An absolute path that UTF-8 can encode."""
        path = self.text(key)
        if not path.startswith("/"):
            raise Unsupported(f"expected an absolute path in `{self._at}.{key}`: `{path}`")
        if any("\ud800" <= character <= "\udfff" for character in path):
            raise Unsupported(f"expected a path in UTF-8 in `{self._at}.{key}`: {path!r}")
        return path

    def optional(self, key: str, read: "Callable[[JsonObject, str], T]") -> T | None:
        """What `read` makes of the member; None where it is null or missing."""
        return None if self._members.get(key) is None else read(self, key)

    def _member(self, key: str, kind: type[T]) -> T:
        value = self._members.get(key)
        if type(value) is not kind:  # exact, for JSON's true is no number
            raise Unsupported(f"expected {kind.__name__} in `{self._at}.{key}`")
        return value


def read_report(json_text: bytes, at: str, subject: str) -> JsonObject:
    """What a guest program has written, named `at` in messages.

    Raises Unsupported for an error that it reports, and where the `subject` ("the facts are") is
    no JSON.
    """
    try:
        document = json.loads(json_text)
    except ValueError as error:
        raise Unsupported(f"{subject} not JSON: {error}") from error
    report = JsonObject(document, at)
    if report.text("result") != "success":
        raise Unsupported(report.text("message"))
    return report
