"""What runs inside the build: stand-alone programs of standard-library Python 3.8.

Every byte of them is part of the cache key of every wheel: touch one and every layer is built
again. A golden hash in the tests makes that a decision.
"""

import os
import re
from collections.abc import Sequence

_FUTURE_IMPORT = b"from __future__ import annotations\n"
_OWN_IMPORT = re.compile(rb"^from uvlayers\.guest\.\w+ import (?:\([^)]*\)|[^\n]*)\n", re.MULTILINE)

# In an order in which each part uses only names that are defined above it when it is imported.
UNPACKER = (
    "refusal", "archive", "versions", "record", "scripts", "install", "layer", "bytecode",
    "processes", "modules", "unpack",
)  # fmt: skip


def unpacker() -> bytes:
    """The unpacker as one file: its modules one after the other, less their imports of each other.

    Run it as `python -I -S -B unpack.py '<json>'`; `unpack.py` describes the argument.
    """
    return b"\n\n".join(map(_part, UNPACKER))


def maker() -> bytes:
    """The program that makes an empty environment, as one file.

    Run it as `python -I -S environment.py '<json>'`; `environment.py` describes the argument.
    """
    return _joined(("failure", "account", "environment"))


def builder() -> bytes:
    """The program that builds one package, as one file: it runs uv as `environment.py` does.

    Run it as `python -I -S -B build.py '<json>'`; `build.py` describes the argument.
    """
    return _joined(("failure", "account", "environment", "build"))


def finder() -> bytes:
    """The program that finds the environment of `uv pip`, as one file.

    Run it as `python -I -S environment.py '<json>'`; `target.py` describes the argument.
    """
    return _joined(("failure", "account", "environment", "target"))


def _joined(names: Sequence[str]) -> bytes:
    """Programs as one: each uses what those before it define, and only the last is run."""
    *used, program = map(_part, names)
    parts = [*(part.partition(b"\nif __name__ == ")[0] for part in used), program]
    first, *others = parts
    return b"\n\n".join((first, *(part.replace(_FUTURE_IMPORT, b"") for part in others)))


def _part(name: str) -> bytes:
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py"), "rb") as file:
        return _OWN_IMPORT.sub(b"", file.read())
