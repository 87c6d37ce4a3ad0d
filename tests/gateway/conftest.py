from collections.abc import Iterator
from pathlib import Path

import pytest
from uvlayers.gateway.client import Gateway, connect

from tests.gateway.daemon import Daemon, start_daemon


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with start_daemon(tmp_path) as daemon:
        yield daemon


@pytest.fixture
def gateway(daemon: Daemon) -> Iterator[Gateway]:
    daemon.greet()
    with connect(daemon.stdin, daemon.stdout) as gateway:
        yield gateway
