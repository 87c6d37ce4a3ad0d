"""Makes the file that `startup` uses, once the frontend image holds everything else."""

import marshal
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from uvlayers.startup import COMPILER, Methods, Patterns, postpone_inspect, put_placeholders

MODULES = (
    "uvlayers.__main__",
    "uvlayers.gateway.client",
    "uvlayers.build",
    "uvlayers.rewrite",
    "uvlayers.pip_order",
)

# Modules that packages import, and that nothing which we use of them needs: asyncio what grpc does
# for others, importlib.resources queries of tree-sitter-bash, the last what protobuf's C code does.
UNUSED = (
    ("asyncio", "grpc.aio"),
    ("importlib.resources",),
    ("google.protobuf.internal.python_message", "google.protobuf.text_format"),
)
_TRY = """
import sys
sys.path[:] = {path!r}
from uvlayers.startup import put_placeholders
put_placeholders({names!r})
import grpc
grpc.insecure_channel("unix:/nowhere").close()
from uvlayers.pb.gateway_pb2 import SolveRequest
request = SolveRequest(Frontend="dockerfile.v0", FrontendOpt={{"target": "build"}})
assert SolveRequest.FromString(request.SerializeToString()) == request and str(request)
from uvlayers.dockerfile.shell.syntax import parse
assert parse(b"uv sync").child_count == 1
"""


def precompile(path: str) -> None:
    """Import everything and write to `path` what was compiled; in a process of its own."""
    unused: tuple[str, ...] = ()
    for names in UNUSED:
        unused += names if _does_without(unused + names) else ()
    postpone_inspect()  # what it would import is then compiled like all else
    put_placeholders(unused)
    with _methods() as methods, _patterns() as patterns:
        for module in MODULES:
            import_module(module)
    with open(path, "wb") as file:
        marshal.dump((sys.version, unused, methods, patterns), file)


def _does_without(names: tuple[str, ...]) -> bool:
    """Whether these releases of the packages work with placeholders."""
    program = _TRY.format(path=sys.path, names=names)
    command = [sys.executable, "-I", "-S", "-c", program]
    # `subprocess` would import modules whose patterns would then be missing
    return os.spawnv(os.P_WAIT, sys.executable, command) == 0  # noqa: S606 - our own program


@contextmanager
def _methods() -> Iterator[Methods]:
    """The methods of the dataclasses that are made during the block."""
    import dataclasses

    methods: Methods = {}

    def execute(source: str, *namespaces: dict[str, Any]) -> None:
        methods[source] = compile(source, "<string>", "exec")
        exec(methods[source], *namespaces)  # noqa: S102 - as dataclasses does

    vars(dataclasses)["exec"] = execute
    yield methods
    del vars(dataclasses)["exec"]


class _Engine:
    """`_sre`, which remembers what it was last told to compile."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.arguments: tuple[Any, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def compile(self, *arguments: Any) -> Any:
        self.arguments = arguments
        return self._engine.compile(*arguments)


@contextmanager
def _patterns() -> Iterator[Patterns]:
    """The patterns that are compiled during the block."""
    patterns: Patterns = {}
    compile_anew, sre = COMPILER.compile, COMPILER._sre
    engine = _Engine(sre)

    def compile_pattern(pattern: Any, flags: int = 0) -> Any:
        made = compile_anew(pattern, flags)
        if isinstance(pattern, str | bytes):
            head, own_flags, code, *groups = engine.arguments
            # whole numbers of classes of their own cannot be written
            patterns[pattern, int(flags)] = (head, int(own_flags), [*map(int, code)], *groups)
        return made

    COMPILER._sre, COMPILER.compile = engine, compile_pattern
    re.purge()
    yield patterns
    COMPILER._sre, COMPILER.compile = sre, compile_anew
