import json
import subprocess
import sys
from pathlib import Path

import pytest

from integration.bench.import_everything import import_all, names
from integration.bench.nodes import PROGRAM


def test_modules_and_packages_at_the_top_are_found(tmp_path: Path) -> None:
    for package in ("package", "package/inner", "_private", "name-1.dist-info"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "data").mkdir()
    for file in ("module.py", "compiled.cpython-313-x86_64-linux-gnu.so", "notes.txt", "x.pth"):
        (tmp_path / file).touch()
    assert names(str(tmp_path)) == ["compiled", "module", "package"]


def test_what_cannot_be_imported_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bench_good.py").touch()
    (tmp_path / "bench_leaves.py").write_text("raise SystemExit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    wanted = ["bench_good", "bench_leaves", "bench_missing"]
    assert import_all(wanted) == ["bench_good"]


def test_the_last_line_is_the_answer() -> None:
    command = [sys.executable, "-S", "-c", PROGRAM.read_text(encoding="utf-8")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["seconds"] >= 0
    assert answer["modules"] > 0
