"""Compile to bytecode as `compileall` does, into the same bytes on every machine.

Left alone, the bytes of a code object depend on what the process did before:

- `marshal` flags an object that has more than one reference, and so also a string that other
  code happens to have interned. Here every string of the tree is held once more while it is
  written: then all of them are flagged, always. (Python 3.13 flags interned strings by itself.)
- Frozen sets are written in the order of their hashes (before Python 3.11), and two functions
  share one or not depending on which of its strings were interned earlier (before 3.13). Here
  each is written as a list in a fixed order, whose form differs in one byte.
- One-character strings are shared by the whole process, interned or not: here all are.
"""

import _imp
import _operator as operator
import marshal
import sys
from _frozen_importlib_external import MAGIC_NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

MAGIC = MAGIC_NUMBER
STABLE_SETS = sys.version_info >= (3, 13)
FLAGS = {"timestamp": 0, "unchecked-hash": 1, "checked-hash": 3}  # PEP 552
MASK = 0xFFFFFFFF
CODE = type(compile("", "", "exec"))


def prepare() -> None:
    """Bring the process into the one state that compiling depends on."""
    import warnings

    warnings.simplefilter("ignore")  # the code of others is theirs
    for char in map(chr, range(256)):
        sys.intern(char)  # shared by the whole process: interned or not, marshal writes which


def compile_source(source: bytes, path: str, mode: str, mtime: int) -> "bytes | None":
    """The .pyc of a module at `path`; None when it does not compile, which uv ignores too."""
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except Exception:  # noqa: BLE001 - py_compile ignores all of them
        return None
    flags = FLAGS[mode]
    if flags:
        check = _imp.source_hash(int.from_bytes(MAGIC, "little"), source)
    else:
        check = _long(mtime) + _long(len(source))
    return MAGIC + _long(flags) + check + dump_code(code)


def bytecode_path(path: str, cache_tag: str) -> str:
    """Where the interpreter looks for the bytecode of a module."""
    directory, _, name = path.rpartition("/")
    return f"{directory}/__pycache__/{name[:-3]}.{cache_tag}.pyc"


def dump_code(code: "CodeType") -> bytes:
    """`marshal.dumps`, with bytes that depend on the code alone."""
    held: list[Any] = []
    has_sets = _hold(code, held)
    if not has_sets or STABLE_SETS:
        return marshal.dumps(code)
    sets: dict[bytes, bytes] = {}
    data = marshal.dumps(_list_sets(code, sets))
    for marked, length in sets.items():
        data = data.replace(b"[" + marked, b">" + length)
    return data


def _hold(code: "CodeType", held: "list[Any]") -> bool:
    """Take another reference to every string of the tree; whether it has a frozen set."""
    held += (code.co_filename, code.co_name, getattr(code, "co_qualname", None))
    held += code.co_names
    held += code.co_varnames
    held += code.co_cellvars
    held += code.co_freevars
    return _hold_constants(code.co_consts, held)


def _hold_constants(constants: "Any", held: "list[Any]") -> bool:
    has_sets = False
    for constant in constants:
        kind = type(constant)
        if kind is str:
            held.append(constant)
        elif kind is CODE:
            has_sets |= _hold(constant, held)
        elif kind is tuple or kind is frozenset:
            has_sets |= _hold_constants(constant, held) or kind is frozenset
    return has_sets


def _list_sets(constant: "Any", sets: "dict[bytes, bytes]") -> "Any":
    """Replace each frozen set by a list that begins with a unique mark; `sets` undoes it."""
    kind = type(constant)
    if kind is frozenset:
        mark = b"\0frozenset %d\0" % len(sets)
        listed = [mark, *sorted(constant, key=_sort_key)]
        sets[_long(len(listed)) + b"s" + _long(len(mark)) + mark] = _long(len(constant))
        return listed
    if kind is not CODE and kind is not tuple:
        return constant
    old = constant if kind is tuple else constant.co_consts
    new = tuple([_list_sets(each, sets) for each in old])
    if all(map(operator.is_, new, old)):
        return constant
    return new if kind is tuple else constant.replace(co_consts=new)


def _sort_key(constant: "Any") -> "tuple[str, str]":
    return type(constant).__name__, repr(constant)


def _long(value: int) -> bytes:
    return (value & MASK).to_bytes(4, "little")
