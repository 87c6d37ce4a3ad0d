"""Reading files of states: each state is solved once, lazily, and only when asked for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import join
from typing import Any, TypeVar

from uvlayers.gateway.client import Gateway
from uvlayers.gateway.result import Ref
from uvlayers.llb.graph import Graph, Output, marshal
from uvlayers.once import Once
from uvlayers.pb import ops_pb2 as pb
from uvlayers.pb.stat_pb2 import Stat

_GO_MODE_SYMLINK = 1 << 27
_GO_MODE_DIR = 1 << 31
_GO_MODE_SPECIAL = 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19  # devices, pipes, sockets, …
_GO_MODE_STICKY, _GO_MODE_SETGID, _GO_MODE_SETUID = 1 << 20, 1 << 22, 1 << 23

T = TypeVar("T")


@dataclass(slots=True)
class States:
    """The files of the graph's states, as the daemon has them; evaluates what it is asked for.

    A state never changes: what was asked once is not asked again. Any thread may ask.
    """

    gateway: Gateway
    infos: tuple[pb.SourceInfo, ...] = ()
    cache_imports: Iterable[tuple[str, Mapping[str, str]]] = ()
    _told: dict[tuple[object, ...], Once[Any]] = field(default_factory=dict)
    _listings: dict[tuple[Output, str], dict[str, Stat] | None] = field(default_factory=dict)
    _entries: dict[tuple[Output, str, str], Stat | None] = field(default_factory=dict)
    _asked: set[tuple[Output, str]] = field(default_factory=set)
    _absent: set[tuple[Output, str]] = field(default_factory=set)
    _answers: dict[Output, None] = field(default_factory=dict)

    @property
    def answers(self) -> tuple[Output, ...]:
        """All that `answer` was told something by, in the order of the questions."""
        return tuple(self._answers)

    def ref(self, output: Output) -> Ref:
        return self._once((output,), lambda: self._solve(output))

    def read(self, output: Output, path: str) -> bytes | None:
        return self._ask(self.gateway.read_file, output, path)

    def answer(self, output: Output, path: str) -> bytes | None:
        """The file that a step wrote for nobody but us, and which no layer holds."""
        told = self.read(output, path)
        self._answers[output] = None  # not where the step fails, with which the whole would fail
        return told

    def names(self, output: Output, path: str) -> tuple[str, ...] | None:
        entries = self._listing(output, path)
        return None if entries is None else tuple(entries)

    def exists(self, output: Output, path: str) -> bool:
        return self._ask(self.gateway.stat_file, output, path) is not None

    def entry(self, output: Output, directory: str, name: str) -> Stat | None:
        """What is called `name` in `directory`, a symlink itself and not what it points to.

        The second question about a directory fetches all of it: many more are about the same few.
        The first does so in the root and right below it: of `/etc` or `/app` more is always asked.
        """
        place = (output, directory, name)
        if place not in self._entries:
            self._entries[place] = self._entry(output, directory, name)
            if self._entries[place] is None:
                self._absent.add((output, join(directory, name)))
        return self._entries[place]

    def _entry(self, output: Output, directory: str, name: str) -> Stat | None:
        place = (output, directory)
        if place in self._absent:
            return None
        if place in self._asked or directory.count("/") == 1:
            return (self._listing(output, directory) or {}).get(name)
        self._asked.add(place)
        entries = self._ask(self.gateway.read_dir, output, directory, name) or ()
        return next((entry for entry in entries if entry.path == name), None)

    def _listing(self, output: Output, directory: str) -> dict[str, Stat] | None:
        place = (output, directory)
        if place not in self._listings:
            self._asked.add(place)
            entries = self._ask(self.gateway.read_dir, output, directory)
            self._listings[place] = (
                None if entries is None else {entry.path: entry for entry in entries}
            )
        return self._listings[place]

    def _solve(self, output: Output) -> Ref:
        definition = marshal(Graph(output, self.infos))
        result = self.gateway.solve(definition, cache_imports=self.cache_imports)
        (ref,) = result.refs.values()
        return ref

    def _ask(self, question: Callable[..., T], output: Output, *arguments: str) -> T:
        """What the daemon answers to a question about a state and a path in it."""
        key = (question, output, *arguments)
        return self._once(key, lambda: question(self.ref(output), *arguments))

    def _once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        answer: Once[T] = self._told.setdefault(key, Once())
        return answer.of(make)


def is_directory(stat: Stat) -> bool:
    return bool(stat.mode & _GO_MODE_DIR)


def is_symlink(stat: Stat) -> bool:
    return bool(stat.mode & _GO_MODE_SYMLINK)


def is_regular(stat: Stat) -> bool:
    return not stat.mode & (_GO_MODE_DIR | _GO_MODE_SYMLINK | _GO_MODE_SPECIAL)


def permissions(stat: Stat) -> int:
    """The mode as chmod takes it: permission bits and setuid, setgid, sticky."""
    mode = stat.mode & 0o777
    for bit, value in (
        (_GO_MODE_SETUID, 0o4000),
        (_GO_MODE_SETGID, 0o2000),
        (_GO_MODE_STICKY, 0o1000),
    ):
        mode |= value if stat.mode & bit else 0
    return mode
