"""Marker text → expression (PEP 508's grammar as uv reads it, `crates/uv-pep508/src/marker`).

Nothing is evaluated here and nothing asks the host: see `environment.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from uvlayers.errors import LockError

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'[^']*'|"[^"]*")
    | (?P<operator>[<>=!~]+|not\s+in(?![\w.])|in(?![\w.]))
    | (?P<bracket>[()])
    | (?P<word>[A-Za-z_][\w.]*)
    )""",
    re.VERBOSE,
)

_OPERATORS = frozenset({"==", "!=", "<", "<=", ">", ">=", "~=", "in", "not in"})

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "in": "has", "not in": "has not"}

# The names of PEP 345, which PEP 508 keeps alive.
_ALIASES = {
    "os.name": "os_name",
    "sys.platform": "sys_platform",
    "platform.version": "platform_version",
    "platform.machine": "platform_machine",
    "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}

VERSION_KEYS = frozenset({"python_version", "python_full_version", "implementation_version"})
STRING_KEYS = frozenset(
    {
        "implementation_name",
        "os_name",
        "platform_machine",
        "platform_python_implementation",
        "platform_release",
        "platform_system",
        "platform_version",
        "sys_platform",
    }
)
KEYS = VERSION_KEYS | STRING_KEYS

_NAMES = KEYS | {"extra", "extras", "dependency_groups"}
_DEPTH = 50  # brackets inside brackets; uv writes disjunctions of conjunctions, two at most


@dataclass(frozen=True, slots=True)
class Comparison:
    """`key operator 'value'`, the key always on the left.

    "has" and "has not" are `in` and `not in` written with the value first. `key` is "" where the
    text compares two keys or two values, which uv ignores with a warning.
    """

    key: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Conjunction:
    """All of the parts."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """Any of the parts."""

    parts: tuple["Expression", ...]


Expression = Comparison | Conjunction | Disjunction

_Token = tuple[str, str]
_END: _Token = ("end", "")


@lru_cache(maxsize=8192)
def parse_marker(text: str) -> Expression:
    """Parse a marker; raises LockError where uv, too, would refuse it."""
    return _Reader(text).marker()


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """Yield every comparison in a marker, in order."""
    if isinstance(expression, Comparison):
        yield expression
    else:
        for part in expression.parts:
            yield from comparisons(part)


class _Reader:
    """Recursive descent: or, and, one comparison or a bracket."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._split()
        self.token = next(self.tokens)
        self.depth = 0

    def marker(self) -> Expression:
        expression = self._disjunction()
        if self.token != _END:
            raise self._refusal()
        return expression

    def _split(self) -> Iterator[_Token]:
        position, end = 0, len(self.text.rstrip())
        while position < end:
            match = _TOKEN.match(self.text, position)
            if match is None or match.lastgroup is None:
                raise self._refusal()
            yield match.lastgroup, match[match.lastgroup]
            position = match.end()
        yield _END

    def _next(self) -> _Token:
        token, self.token = self.token, next(self.tokens, _END)
        return token

    def _refusal(self) -> LockError:
        return LockError(f"invalid marker: {self.text!r}")

    def _disjunction(self) -> Expression:
        parts = [self._conjunction()]
        while self.token == ("word", "or"):
            self._next()
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Disjunction(tuple(parts))

    def _conjunction(self) -> Expression:
        parts = [self._term()]
        while self.token == ("word", "and"):
            self._next()
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else Conjunction(tuple(parts))

    def _term(self) -> Expression:
        if self.token != ("bracket", "("):
            return self._comparison()
        self.depth += 1
        if self.depth > _DEPTH:
            raise LockError("a marker has too many nested brackets")
        self._next()
        inner = self._disjunction()
        if self._next() != ("bracket", ")"):
            raise self._refusal()
        self.depth -= 1
        return inner

    def _comparison(self) -> Comparison:
        left, (kind, operator), right = self._operand(), self._next(), self._operand()
        operator = " ".join(operator.split())
        if kind != "operator" or operator not in _OPERATORS:
            raise self._refusal()
        match left, right:
            case ("word", key), ("text", value):
                return Comparison(key, operator, value)
            case ("text", value), ("word", key) if not (key in VERSION_KEYS and "*" in value):
                return Comparison(key, _MIRRORED.get(operator, operator), value)
            case _:
                return Comparison("", operator, "")

    def _operand(self) -> _Token:
        kind, word = self._next()
        if kind == "text":
            return kind, word[1:-1]
        word = _ALIASES.get(word, word)
        if kind != "word" or word not in _NAMES:
            raise self._refusal()
        return kind, word
