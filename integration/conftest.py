"""Fixtures of the integration tests: a machine that is up, or a reason why not."""

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import pytest

from integration.cache import find_cache
from integration.engine import Engine
from integration.errors import SetupError
from integration.frontends import Frontends, frontends
from integration.index_server import Index, serve_index
from integration.machine import Machine, bring_up
from integration.own_engine import CONTAINERD
from integration.projects import Projects
from integration.recipes import PYTHON, UV
from integration.venv import REPOSITORY

Found = TypeVar("Found")

# A frontend that ends without an answer has written why to stderr, which is the daemon's.
LOG_LINES = 30
OF_THE_DAEMON = re.compile(r"time=|\d{4}/\d\d/\d\d [\d:]+ http2: ")


def required(provide: Callable[[], Found]) -> Found:
    """What the tests need. CI must fail without it; elsewhere a machine may not be able to."""
    try:
        return provide()
    except SetupError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a failure, the last lines in the engine's log that are not the daemon's own."""
    report = yield
    if report.failed and (log := find_cache().log(CONTAINERD.name)).exists():
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        written = [line for line in lines if not OF_THE_DAEMON.match(line)]
        report.sections.append((f"written to {log.name}", "\n".join(written[-LOG_LINES:])))
    return report


@contextmanager
def prepared(machine: Machine) -> Iterator[Engine]:
    """An empty engine with the usual base images and the frontend."""
    with ExitStack() as stack:
        engine = required(lambda: stack.enter_context(machine.spare_engine()))
        for recipe in (PYTHON, UV):
            machine.image(recipe.image_ref, engine)
        machine.frontend_image(engine)
        yield engine


@pytest.fixture(scope="session")
def machine() -> Machine:
    return required(bring_up)


@pytest.fixture(scope="session")
def engine(machine: Machine) -> Engine:
    return machine.engine


@pytest.fixture(scope="session")
def second_engine(machine: Machine) -> Engine:
    return required(machine.second_engine)


@pytest.fixture(scope="session")
def older_engine(machine: Machine) -> Engine:
    return required(machine.older_engine)


@pytest.fixture(scope="session")
def frontend_image(machine: Machine) -> str:
    """The name that stands after `# syntax=`."""
    if not (REPOSITORY / "Dockerfile.frontend").exists():
        pytest.skip("there is no Dockerfile.frontend yet")
    return machine.frontend_image()


@pytest.fixture(scope="session")
def both(
    engine: Engine, frontend_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Frontends]:
    """Builds with our frontend and with the engine's own."""
    with frontends(engine, frontend_image, tmp_path_factory.mktemp("dockerfiles")) as found:
        yield found


@pytest.fixture(scope="session")
def projects(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Projects:
    uv = machine.cache.venv / "bin/uv"
    return Projects(tmp_path_factory.mktemp("projects"), uv, machine.environment)


@pytest.fixture(scope="session")
def index() -> Iterator[Index]:
    """An index of our own; builds reach it with `--network=host`."""
    with serve_index() as found:
        yield found
