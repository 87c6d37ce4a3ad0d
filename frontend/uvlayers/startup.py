"""What a start need not do again: what Python compiles at run time comes with the image.

- `dataclasses` writes the methods of every class as source and compiles them in each process
  (CPython `Lib/dataclasses.py`): 40 of the 100 ms that our own imports take.
- `re` compiles the patterns at the top of modules (`Lib/re/_compiler.py`): 10 ms.
- `dataclasses` and `warnings` take one small function each from `inspect`, which imports 7 ms of
  other modules.
- grpc imports asyncio for the half of it that nobody uses here, 20 ms; protobuf its messages in
  Python, tree-sitter-bash what opens files of packages, 10 ms.

`precompile` makes the file. What is not in it is compiled as ever.
"""

import marshal
import re
import sys
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any

Methods = dict[str, CodeType]
"""Code by its source."""
Patterns = dict[tuple[str | bytes, int], tuple[Any, ...]]
"""What `_sre.compile` takes, by pattern and flags."""

COMPILER: Any = vars(re)["_compiler"]
_CO_COROUTINE = 0x80


class Placeholder(ModuleType):
    """In the place of a module that is imported and not used: whatever is in it is a class."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


class Postponed(ModuleType):
    """In the place of `inspect`: the real one is imported once more of it is wanted than this."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real(), name)

    def get_annotations(self, obj: type) -> dict[str, Any]:
        """A class's own, not evaluated (CPython `Lib/inspect.py`)."""
        return dict(vars(obj).get("__annotations__") or ())

    def iscoroutinefunction(self, obj: Any) -> bool:
        """Whether `async def` made it (CPython `Lib/inspect.py`)."""
        if isinstance(obj, FunctionType) and not vars(obj):  # else it may be marked as if
            return bool(obj.__code__.co_flags & _CO_COROUTINE)
        return bool(self._real().iscoroutinefunction(obj))

    def _real(self) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return import_module(self.__name__)


def postpone_inspect() -> None:
    sys.modules.setdefault("inspect", Postponed("inspect"))


def put_placeholders(names: tuple[str, ...]) -> None:
    for name in names:
        sys.modules[name] = Placeholder(name)


def use_compiled(path: str) -> None:
    """Spare this process the compiling; without effect for another interpreter's file, or none."""
    try:
        with open(path, "rb") as file:
            version, unused, methods, patterns = marshal.loads(file.read())  # noqa: S302 - from our image
    except (OSError, EOFError, ValueError, TypeError):
        return
    if version == sys.version:
        postpone_inspect()
        put_placeholders(unused)
        _use_methods(methods)
        _use_patterns(patterns)


def _use_methods(methods: Methods) -> None:
    import dataclasses  # not before `inspect` has its stand-in

    def execute(source: str, *namespaces: dict[str, Any]) -> None:
        exec(methods.get(source, source), *namespaces)  # noqa: S102 - as dataclasses does

    vars(dataclasses)["exec"] = execute


def _use_patterns(patterns: Patterns) -> None:
    compile_anew, make = COMPILER.compile, COMPILER._sre.compile

    def compile_pattern(pattern: Any, flags: int = 0) -> Any:
        found = patterns.get((pattern, flags))
        return compile_anew(pattern, flags) if found is None else make(*found)

    COMPILER.compile = compile_pattern
