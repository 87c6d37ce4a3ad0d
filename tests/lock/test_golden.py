"""Answers of real uv, recorded by `python -m integration.oracle.record`.

Each directory holds the lock of a workspace of `integration/oracle/scenarios`; command line, files,
lock and interpreter go the whole way to the names of the files that uv installs.
"""

import json
import posixpath
from pathlib import Path
from typing import Any

import pytest
from uvlayers.lock.parse import parse_lock
from uvlayers.python.interpreter import parse_facts

from integration.oracle.selection import Abstention, Question, Refusal, answer
from tests.python.facts import make_facts

GOLDEN = Path(__file__).parent.parent / "golden/selection"
SCENARIOS = Path(__file__).parent.parent.parent / "integration/oracle/scenarios"
NAMES = sorted(path.name for path in GOLDEN.iterdir())


class ScenarioFiles:
    """A scenario's files as if it lay in /workspace."""

    def __init__(self, name: str) -> None:
        self.root = SCENARIOS / name
        self.lock = GOLDEN / name / "uv.lock"

    def read(self, path: str) -> bytes | None:
        if path == "/workspace/uv.lock":
            return self.lock.read_bytes()
        file = self._file(path)
        return file.read_bytes() if file.is_file() else None

    def list(self, path: str) -> tuple[str, ...] | None:
        directory = self._file(path)
        if not directory.is_dir():
            return None
        return tuple(sorted(entry.name for entry in directory.iterdir()))

    def _file(self, path: str) -> Path:
        if not path.startswith("/workspace"):
            return self.root / "nonexistent"
        return self.root / posixpath.relpath(path, "/workspace")


def test_there_are_answers() -> None:
    assert len(NAMES) > 10


@pytest.mark.parametrize("name", NAMES)
def test_uvs_answers(name: str) -> None:
    files = ScenarioFiles(name)
    lock = parse_lock(files.lock.read_bytes())
    recorded: list[dict[str, Any]] = json.loads((GOLDEN / name / "answers.json").read_text())
    assert recorded
    for record in recorded:
        facts = make_facts()
        for key, value in record["facts"].items():
            facts[key] = {**facts[key], **value} if isinstance(value, dict) else value
        interpreter = parse_facts(json.dumps(facts).encode())
        question = Question(tuple(record["flags"]), record["directory"])
        ours = answer(lock, interpreter, "/workspace", question, files)
        if record["installed"] is None:
            assert isinstance(ours, Refusal | Abstention), str(question)
        else:
            assert ours == record["installed"], str(question)
