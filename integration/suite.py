"""`test`: lint, unit tests, integration tests, each even if the one before failed."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from integration.cache import find_cache
from integration.machine import bring_up
from integration.steps import say
from integration.venv import REPOSITORY, make_venv

LINTERS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
)

# pytest's code for a run in which no test was chosen.
NO_TESTS = 5


def main(argv: list[str]) -> int:
    cache = find_cache()
    make_venv(cache)
    environment = {**os.environ, "PATH": f"{cache.venv / 'bin'}:{os.environ['PATH']}"}
    if any(Path(argument.partition("::")[0]).exists() for argument in argv):
        # Tests were named: the fixtures set up what they need.
        return pytest(argv, environment)
    failed = [" ".join(linter) for linter in LINTERS if run_module(linter, environment) != 0]
    codes = {"unit tests": pytest(["tests", *argv], environment)}
    machine = bring_up(cache)
    codes["integration tests"] = pytest(
        ["integration", *argv], {**os.environ, **machine.environment}
    )
    failed += [name for name, code in codes.items() if code not in {0, NO_TESTS}]
    if set(codes.values()) == {NO_TESTS}:
        failed.append("no test was run")
    say("test", f"failed: {', '.join(failed)}" if failed else "all passed")
    return 1 if failed else 0


def pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    return run_module(["pytest", *arguments], environment)


def run_module(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    say("test", " ".join(arguments))
    command = ["python", "-m", *arguments]
    return subprocess.run(command, env=dict(environment), cwd=REPOSITORY, check=False).returncode
