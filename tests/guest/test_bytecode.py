import ast
import json
import marshal
import py_compile
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path
from types import CodeType

import pytest
import uvlayers.guest.bytecode as module
from uvlayers.guest.bytecode import bytecode_path, compile_source, dump_code, prepare

from tests.guest.pythons import PYTHONS

MTIME = 315532800
SOURCE = '''
"""Docstring."""
NUMBERS = (1, 2.5, -0.0, 1e400, 3j, 10**30, b"bytes", "text with spaces", ("nested", ("more",)))
def outer(alpha, *, beta="beta"):
    gamma = "gamma"
    def inner():
        return alpha in {"alpha", "beta", None, 1, 2.5, (1, "x")} or gamma in {"-", "llm", "chat"}
    return inner, lambda: beta in {"alpha", "beta", None, 1, 2.5, (1, "x")}, {"llm", "chat"}
class Class:
    attribute: int = 300
    def method(self):
        return self.attribute, super().method, __class__, ...
'''

# Compiles files in a given order after it has done other things; prints what came out.
STRANGER = """
import hashlib, json, random, sys
sys.path.insert(0, sys.argv[1])
from uvlayers.guest.bytecode import compile_source, prepare
order, paths = sys.argv[2], json.load(sys.stdin)
if order != "0":
    import email.message, http.client, xml.dom.minidom
    random.Random(order).shuffle(paths)
    for word in ("alpha", "llm", "-", "text with spaces", "beta"):
        sys.intern(word)
    kept = [compile("x = %r" % word, "x", "exec") for word in ("llm", "chat", "gamma")]
prepare()
digests = {}
for path in paths:
    with open(path, "rb") as file:
        data = compile_source(file.read(), path, "unchecked-hash", 0)
    digests[path] = data and hashlib.sha256(data).hexdigest()
print(json.dumps(digests, sort_keys=True))
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _prepared() -> Iterator[None]:
    with warnings.catch_warnings():
        prepare()
        yield


@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode))
def test_it_is_what_py_compile_makes(source: Path, mode: py_compile.PycInvalidationMode) -> None:
    target = py_compile.compile(str(source), doraise=True, invalidation_mode=mode)
    assert target is not None
    expected = Path(target).read_bytes()
    name = mode.name.lower().replace("_", "-")
    mtime = int(source.stat().st_mtime)
    found = compile_source(source.read_bytes(), str(source), name, mtime)
    assert found is not None
    assert found[:16] == expected[:16]
    assert marshal.loads(found[16:]) == marshal.loads(expected[16:])


def test_it_lies_where_the_interpreter_looks(source: Path) -> None:
    tag = sys.implementation.cache_tag
    for path in (str(source), "/a/b.c.py", "/a/__init__.py"):
        assert bytecode_path(path, tag) == cache_from_source(path)


@pytest.mark.parametrize("text", ["print 'x'", "x = 1\0", "\\", "x = '\xe9'", "(" * 500, "return"])
def test_what_does_not_compile_is_passed_over(text: str) -> None:
    assert compile_source(text.encode("latin-1"), "/x.py", "timestamp", MTIME) is None


def test_warnings_are_silent(capfd: pytest.CaptureFixture[str]) -> None:
    assert compile_source(b"'\\d'; assert (1, 2); 1 is 1", "/x.py", "timestamp", MTIME)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("stable", [True, False])
def test_the_code_stays_the_same(monkeypatch: pytest.MonkeyPatch, stable: bool) -> None:
    monkeypatch.setattr(module, "STABLE_SETS", stable)
    code = compile(SOURCE, "/x.py", "exec", dont_inherit=True)
    data = dump_code(code)
    assert marshal.loads(data) == code
    found: dict[str, object] = {}
    exec(marshal.loads(data), found)
    outer = found["outer"]
    assert callable(outer)
    inner, other, words = outer("x")
    assert (inner(), other(), words) == (False, True, {"llm", "chat"})


def test_frozen_sets_do_not_depend_on_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STABLE_SETS", False)
    code = compile("x in {'b', 'a', 1, None}", "/x.py", "eval")
    (constants,) = [constant for constant in code.co_consts if isinstance(constant, frozenset)]
    assert constants == {"a", "b", 1, None}
    data = dump_code(code)
    # None, the number, the strings: by type and representation
    assert data.index(b"N", data.index(b">")) < data.index(b"\x01a") < data.index(b"\x01b")
    assert marshal.loads(data) == code


@pytest.mark.parametrize("python", PYTHONS)
def test_the_bytes_are_the_same_in_every_process(python: str, source: Path) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    paths = [str(source), *sorted(map(str, library.glob("[a-h]*.py")))]
    assert len(paths) > 50
    root = str(Path(module.__file__).parents[2])
    made = set()
    for order, seed in (("0", "0"), ("1", "1"), ("2", "77")):
        done = subprocess.run(
            [python, "-S", "-B", "-c", STRANGER, root, order],
            input=json.dumps(paths),
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        )
        made.add(done.stdout)
    assert len(made) == 1


def test_every_kind_of_constant_is_known() -> None:
    """Another type among a code object's constants would need thought."""
    library = Path(sysconfig.get_path("stdlib"))
    kinds = set()
    for path in library.glob("[a-d]*.py"):
        kinds |= constant_kinds(compile(ast.parse(path.read_bytes()), str(path), "exec"))
    known = {str, bytes, int, float, complex, bool, type(None), type(...), tuple, frozenset}
    assert kinds <= known | {CodeType, slice}


def constant_kinds(constant: object) -> set[type]:
    parts = getattr(constant, "co_consts", constant)
    if not isinstance(parts, (tuple, frozenset)):
        return {type(constant)}
    return {type(constant)}.union(*map(constant_kinds, parts))
