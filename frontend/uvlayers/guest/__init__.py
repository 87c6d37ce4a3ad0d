"""What runs inside the build: stand-alone programs of standard-library Python 3.8.

Every byte of them is part of the cache key of every wheel: touch one and every layer is built
again. A golden hash in the tests makes that a decision.
"""

import os
import re

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
    here = os.path.dirname(os.path.abspath(__file__))
    return b"\n\n".join(_part(os.path.join(here, f"{name}.py")) for name in UNPACKER)


def builder() -> bytes:
    """The program that builds one package, as one file: it runs uv as `environment.py` does.

    Run it as `python -I -S -B build.py '<json>'`; `build.py` describes the argument.
    """
    return _on_environment("build.py")


def finder() -> bytes:
    """The program that finds the environment of `uv pip`, as one file.

    Run it as `python -I -S environment.py '<json>'`; `target.py` describes the argument.
    """
    return _on_environment("target.py")


def _on_environment(name: str) -> bytes:
    """A program that uses what `environment.py` defines."""
    here = os.path.dirname(os.path.abspath(__file__))
    environment, _, _ = _part(os.path.join(here, "environment.py")).partition(b"\nif __name__ == ")
    return environment + b"\n" + _part(os.path.join(here, name))


def _part(path: str) -> bytes:
    with open(path, "rb") as source:
        return _OWN_IMPORT.sub(b"", source.read())
