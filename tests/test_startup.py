"""Each case in a process of its own: what is imported before cannot be imported again."""

import subprocess
import sys
from pathlib import Path

FRONTEND = Path(__file__).parents[1] / "frontend"
PREPARE = """
import sys
sys.path.insert(0, {path!r})
from uvlayers.startup import {name}
{name}({file!r})
"""
COUNT = """
import builtins
executed = []
execute = builtins.exec
def counting(what, *namespaces):
    executed.append(what)
    execute(what, *namespaces)
builtins.exec = counting
import uvlayers.rewrite
from uvlayers.llb.ops import Mount
mount = Mount("/x")
assert mount == Mount("/x") != Mount("/y") and hash(mount) == hash(Mount("/x"))
assert repr(mount).startswith("Mount(dest='/x'")
print(len(executed), sum(isinstance(each, str) for each in executed))
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout


def prepared(name: str, file: Path) -> str:
    return PREPARE.format(path=str(FRONTEND), name=name, file=str(file))


def test_methods_are_compiled_once(tmp_path: Path) -> None:
    file = tmp_path / "methods"
    run(prepared("compile_methods", file))
    assert file.stat().st_size > 10_000
    executed, compiled = map(int, run(prepared("use_compiled_methods", file) + COUNT).split())
    assert executed > 50
    assert compiled == 0


def test_without_the_file_all_is_as_ever(tmp_path: Path) -> None:
    for name in ("missing", "broken"):
        (tmp_path / "broken").write_bytes(b"no marshal")
        use = prepared("use_compiled_methods", tmp_path / name)
        _, compiled = map(int, run(use + COUNT).split())
        assert compiled > 50
