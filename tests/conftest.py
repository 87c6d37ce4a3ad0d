"""`pytest --update-golden` writes what the code makes now into `tests/golden`; look at the diff."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# One run equals the next; `pytest --hypothesis-profile=explore` looks for what none has seen.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("fixed")

GOLDEN = Path(__file__).parent / "golden"

Golden = Callable[[str, object], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a JSON value with a file of `tests/golden`, or write it there."""
    update = request.config.getoption("--update-golden")

    def compare(name: str, value: object) -> None:
        path = GOLDEN / name
        if update:
            path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
        assert json.loads(path.read_text()) == json.loads(json.dumps(value))

    return compare
