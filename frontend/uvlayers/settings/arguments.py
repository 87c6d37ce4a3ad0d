"""The words after `uv` to flags and values, as clap reads them for uv."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from uvlayers.errors import Unsupported
from uvlayers.lock.names import normalize_name
from uvlayers.settings.releases import Requirement
from uvlayers.uv_flags import GLOBAL, SYNC, Arity, Flag, Syntax


@dataclass(frozen=True, slots=True)
class Arguments:
    """The flags of a command line; a switch has no values, delimited values are apart.

    `operands` are the words that are neither flags nor their values.
    """

    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    operands: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        return name in self.values

    def one(self, name: str) -> str | None:
        """The value of a flag that takes one; None where it is not given."""
        found = self.values.get(name)
        return found[0] if found else None

    def many(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())


def parse_arguments(
    words: Sequence[str], requirement: Requirement, syntax: Syntax = SYNC
) -> Arguments:
    """Read the words after `uv`; raises Unsupported where uv would refuse or we cannot follow."""
    return _Parser(words, requirement, syntax).parse()


class _Parser:
    def __init__(self, words: Sequence[str], requirement: Requirement, syntax: Syntax) -> None:
        self.pending = list(words)
        self.requirement = requirement
        self.syntax = syntax
        self.values: dict[str, list[str]] = {}
        self.operands: list[str] = []
        self.unseen = list(syntax.words)

    def parse(self) -> Arguments:
        while self.pending:
            word = self.pending.pop(0)
            if word == "--":
                self._end()
            elif word.startswith("--"):
                self._long(word[2:])
            elif word.startswith("-") and len(word) > 1:
                self._cluster(word[1:])
            elif self.unseen[:1] == [word]:
                self.unseen.pop(0)
            else:
                self._operand(word)
        self._refuse_conflicts()
        values = {name: tuple(values) for name, values in self.values.items()}
        return Arguments(values, tuple(self.operands))

    def _end(self) -> None:
        while self.pending:
            self._operand(self.pending.pop(0))

    def _operand(self, word: str) -> None:
        if self.unseen or not self.syntax.operands:
            raise Unsupported(f"uv does not take the argument `{word}`")
        self.operands.append(word)

    def _long(self, text: str) -> None:
        name, equals, value = text.partition("=")
        flag = self.syntax.long.get(name)
        if flag is None:
            raise Unsupported(f"unknown flag: `--{name}`")
        self._take(flag, value if equals else None)

    def _cluster(self, letters: str) -> None:
        """`-qn`, `-p3.12`, `-p=3.12`, `-p 3.12`."""
        for index, letter in enumerate(letters):
            flag = self.syntax.short.get(letter)
            if flag is None:
                raise Unsupported(f"unknown flag: `-{letter}`")
            if flag.arity in (Arity.ONE, Arity.MANY):
                rest = letters[index + 1 :]
                self._take(flag, rest.removeprefix("=") if rest else None)
                return
            self._take(flag, None)

    def _take(self, flag: Flag, value: str | None) -> None:
        if self.unseen and flag.name not in GLOBAL:
            raise Unsupported(f"uv does not take `--{flag.name}` before `{self.unseen[0]}`")
        if flag.refused:
            raise Unsupported(f"`--{flag.name}` is set: {flag.refused}")
        self.requirement.at_least(flag.since, f"`--{flag.name}`")
        if flag.arity in (Arity.SWITCH, Arity.COUNT):
            self._switch(flag, value)
            return
        if value is None:
            value = self._following(flag)
        if flag.arity is Arity.ONE and flag.name in self.values:
            raise Unsupported(f"uv takes `--{flag.name}` only once")
        split = value.split(flag.delimiter) if flag.delimiter else [value]
        if len(split) > 1 and flag.delimited:
            self.requirement.at_least(flag.delimited, f"a list after `--{flag.name}`")
        if flag.names:
            split = normalized(split, f"--{flag.name}")
        if flag.values and value not in flag.values:
            raise Unsupported(f"`--{flag.name}` has an unknown value: `{value}`")
        self.values.setdefault(flag.name, []).extend(split)

    def _switch(self, flag: Flag, value: str | None) -> None:
        if value is not None:
            raise Unsupported(f"`--{flag.name}` takes no value")
        if flag.arity is Arity.SWITCH and flag.name in self.values:
            raise Unsupported(f"uv takes `--{flag.name}` only once")
        for opposite in flag.opposite:
            self.values.pop(opposite, None)
        self.values[flag.name] = []

    def _following(self, flag: Flag) -> str:
        if not self.pending or (self.pending[0].startswith("-") and self.pending[0] != "-"):
            raise Unsupported(f"`--{flag.name}` lacks its value")
        return self.pending.pop(0)

    def _refuse_conflicts(self) -> None:
        for name in self.values:
            for other in _present(self.syntax.long[name].conflicts, self.values):
                raise Unsupported(f"uv does not take `--{name}` together with `--{other}`")


def normalized(names: Iterable[str], origin: str) -> list[str]:
    """Names in their normal form; raises Unsupported for one that uv would refuse."""
    found = []
    for name in names:
        normal = normalize_name(name)
        if normal is None:
            raise Unsupported(f"`{origin}` has an invalid name: `{name}`")
        found.append(normal)
    return found


def split_index(text: str) -> tuple[str | None, str]:
    """The name and the URL of `name=url`, or None and the URL of `url`, which may have a `=`."""
    name, equals, url = text.partition("=")
    named = bool(equals) and all(c.isalnum() or c in "-_." for c in name)
    return (name, url) if named else (None, text)


def _present(names: Iterable[str], values: dict[str, list[str]]) -> list[str]:
    return [name for name in names if name in values]
