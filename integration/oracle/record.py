"""Write real uv's answers about the scenarios down, for tests that have no uv.

usage: python -m integration.oracle.record

Makes `tests/golden/selection/NAME/uv.lock` and `answers.json` anew: who asks (the facts that differ
from a plain interpreter's), what, and what uv installs or that it refuses.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from uvlayers.lock.parse import parse_lock
from uvlayers.lock.versions import python_fits

from integration.oracle.costumes import COSTUMES, dress
from integration.oracle.scenarios import SCENARIOS, lock_scenario, read_questions, universe
from integration.oracle.selection import Abstention, Question, Refusal, ask_uv
from integration.oracle.server import serve
from integration.venv import REPOSITORY

GOLDEN = REPOSITORY / "tests/golden/selection"


def main() -> int:
    uv = str(Path(sys.executable).parent / "uv")
    real = Path(sys.executable).resolve()
    shutil.rmtree(GOLDEN, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary, serve(universe()) as host:
        directory = Path(temporary)
        for name in sorted(path.name for path in SCENARIOS.iterdir()):
            project = lock_scenario(name, directory / name, host, uv, real, directory / "cache")
            answers = record(project, name, uv, real, directory)
            write(name, project, answers, host)
    return 0


def record(
    project: Path, name: str, uv: str, real: Path, directory: Path
) -> list[dict[str, object]]:
    """Ask every question once, each with another of the interpreters that fit."""
    lock = parse_lock((project / "uv.lock").read_bytes())
    fitting = [one for one in COSTUMES if python_fits(lock.requires_python, one.version)]
    asked = list(read_questions(name))
    asked += [Question()] * max(0, len(fitting) - len(asked))
    found: list[dict[str, object]] = []
    for place, question in enumerate(asked):
        costume = fitting[place % len(fitting)]
        python = dress(real, costume, directory)
        answer = ask_uv(uv, python, project, question, directory / "cache")
        assert not isinstance(answer, Abstention)
        found.append(
            {
                "facts": costume.changes(),
                "flags": question.flags,
                "directory": question.directory,
                "installed": None if isinstance(answer, Refusal) else dict(sorted(answer.items())),
            }
        )
    return found


def write(name: str, project: Path, answers: list[dict[str, object]], host: str) -> None:
    target = GOLDEN / name
    target.mkdir(parents=True)
    text = (project / "uv.lock").read_text(encoding="utf-8")
    text = text.replace(f"{host}/simple/", "https://index.example/simple")
    text = text.replace(host, "https://files.example").replace(str(project), "/workspace")
    (target / "uv.lock").write_text(text, encoding="utf-8")
    lines = ",\n".join(json.dumps(answer) for answer in answers)
    (target / "answers.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
