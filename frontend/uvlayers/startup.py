"""What a start need not do again: the methods of our dataclasses, compiled with the image.

`dataclasses` writes the methods of every class as source and compiles them in each process (CPython
`Lib/dataclasses.py`): 40 of the 100 ms that our own imports take. The same source is the same code,
so the frontend image brings it; what is not there is compiled as ever.
"""

import dataclasses
import marshal
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import CodeType

MODULES = ("uvlayers.__main__", "uvlayers.build", "uvlayers.rewrite", "uvlayers.pip_order")


def compile_methods(path: str) -> None:
    """Import everything and write the code of all methods to `path`; in a process of its own."""
    codes: dict[str, CodeType] = {}

    def execute(source: str, *namespaces: dict[str, Any]) -> None:
        codes[source] = compile(source, "<string>", "exec")
        exec(codes[source], *namespaces)  # noqa: S102 - as dataclasses does

    vars(dataclasses)["exec"] = execute
    for module in MODULES:
        import_module(module)
    with open(path, "wb") as file:
        marshal.dump(codes, file)


def use_compiled_methods(path: str) -> None:
    """Spare dataclasses the compiling; without effect for another interpreter's file, or none."""
    try:
        with open(path, "rb") as file:
            codes: dict[str, CodeType] = marshal.load(file)  # noqa: S302 - our own, from our image
    except (OSError, EOFError, ValueError, TypeError):
        return

    def execute(source: str, *namespaces: dict[str, Any]) -> None:
        exec(codes.get(source, source), *namespaces)  # noqa: S102 - as dataclasses does

    vars(dataclasses)["exec"] = execute
