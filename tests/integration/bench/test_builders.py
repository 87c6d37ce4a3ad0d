import os
from pathlib import Path

from integration.bench.builders import BLOCK, disk_used


def test_disk_is_what_files_take_and_each_counts_once(tmp_path: Path) -> None:
    before = disk_used(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(os.urandom(100_000))
    one = disk_used(tmp_path) - before
    (tmp_path / "again").hardlink_to(tmp_path / "a" / "b" / "file")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert one >= 100_000
    assert one % BLOCK == 0
    # A link has a name only, or an inode of its own that may need a block.
    assert disk_used(tmp_path) - before - one < 100_000


def test_what_is_gone_takes_no_disk(tmp_path: Path) -> None:
    assert disk_used(tmp_path / "missing") == 0
