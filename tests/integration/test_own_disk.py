import os
import shutil
from pathlib import Path

import pytest

from integration import own_disk
from integration.bench.builders import BLOCK
from integration.own_disk import disk_file, make_disk

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mkfs.ext4") is None, reason="root makes file systems"
)


def test_a_file_that_takes_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_disk, "succeeds", lambda argv: argv == ["losetup", "--find"])
    assert make_disk(tmp_path)
    status = disk_file(tmp_path).stat()
    assert status.st_size >= own_disk.LEAST
    assert status.st_blocks * BLOCK < status.st_size // 10
    assert list(tmp_path.iterdir()) == [disk_file(tmp_path)]
    disk_file(tmp_path).write_bytes(b"in use")
    assert make_disk(tmp_path)
    assert disk_file(tmp_path).read_bytes() == b"in use"


def test_a_machine_without_loop_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_disk, "succeeds", lambda _argv: False)
    assert not make_disk(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_machine_without_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(own_disk, "succeeds", lambda _argv: True)
    assert not make_disk(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_disk, "LEAST", 1 << 60)
    assert not make_disk(tmp_path)
    assert list(tmp_path.iterdir()) == []
