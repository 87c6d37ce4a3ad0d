"""Each case in a process of its own: what is imported before cannot be imported again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[1] / "frontend"
# protobuf has a pattern whose parts come in the order of a set, which is another in each process.
SEED = {"PYTHONHASHSEED": "0"}
PREPARE = """
import sys
sys.path.insert(0, {path!r})
from uvlayers.{module} import {name}
{name}({file!r})
"""
COUNT = """
import builtins, re
executed = []
execute = builtins.exec
def counting(what, *namespaces):
    executed.append(what)
    execute(what, *namespaces)
builtins.exec = counting
parsed = []
parse = re._parser.parse
def counting_parser(pattern, *flags):
    parsed.append(pattern)
    return parse(pattern, *flags)
re._parser.parse = counting_parser
import uvlayers.gateway.client, uvlayers.rewrite
print(len(executed), sum(isinstance(each, str) for each in executed), len(parsed))
from uvlayers.llb.ops import Mount
mount = Mount("/x")
assert mount == Mount("/x") != Mount("/y") and hash(mount) == hash(Mount("/x"))
assert repr(mount).startswith("Mount(dest='/x'")
from uvlayers.lock.versions import read_version
assert str(read_version("1.0rc2+local")) == "1.0rc2+local"
spared = ("asyncio.events", "tempfile", "google.protobuf.internal.type_checkers")
print(*(name for name in spared if name in sys.modules))
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **SEED},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def prepared(module: str, name: str, file: Path) -> str:
    return PREPARE.format(path=str(FRONTEND), module=module, name=name, file=str(file))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("startup") / "compiled"
    run(prepared("precompile", "precompile", file))
    return file


def test_what_is_in_the_file_is_not_compiled_again(compiled: Path) -> None:
    counts, unspared = run(prepared("startup", "use_compiled", compiled) + COUNT).split("\n")[:2]
    executed, methods, patterns = map(int, counts.split())
    assert executed > 50
    assert methods == 0
    assert patterns == 0
    assert unspared == ""


def test_patterns_are_those_that_python_compiles(compiled: Path) -> None:
    told = run(f"""
import marshal, re
patterns = marshal.loads(open({str(compiled)!r}, "rb").read())[3]
assert len(patterns) > 30
for (pattern, flags), made in patterns.items():
    own = re.compile(pattern, flags)
    assert re._compiler._sre.compile(*made) == own, pattern
    assert dict(own.groupindex) == made[4]
print("alike")
""")
    assert told == "alike\n"


def test_without_the_file_all_is_as_ever(tmp_path: Path) -> None:
    for name in ("missing", "broken"):
        (tmp_path / "broken").write_bytes(b"no marshal")
        use = prepared("startup", "use_compiled", tmp_path / name)
        counts, unspared = run(use + COUNT).split("\n")[:2]
        _, methods, patterns = map(int, counts.split())
        assert methods > 50
        assert patterns > 30
        assert "asyncio.events" in unspared
        assert "tempfile" in unspared


def test_what_stands_in_for_inspect_answers_as_it_does() -> None:
    told = run(f"""
import sys
sys.path.insert(0, {str(FRONTEND)!r})
sys.modules.pop("inspect", None)
from uvlayers.startup import Postponed, postpone_inspect
postpone_inspect()
import inspect as standing
assert type(standing) is Postponed
class Parent:
    number: "int"
class Child(Parent): pass
class Other(Parent):
    text: str = ""
async def waits(): pass
def plain(): pass
def asked(inspect):
    classes = [inspect.get_annotations(each) for each in (Parent, Child, Other)]
    return classes, [inspect.iscoroutinefunction(each) for each in (waits, plain)]
first = asked(standing)
assert sys.modules["inspect"] is standing
print(standing.iscoroutinefunction(len), standing.signature(plain))
import inspect
assert type(inspect) is not Postponed
assert asked(inspect) == first
""")
    assert told == "False ()\n"
