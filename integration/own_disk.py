"""A file system of its own for an engine that is soon thrown away.

ext4 does not give the number of a file out again for some minutes after it was deleted, and looks
at each such number whenever it makes a file. An engine that holds 100,000 files is deleted in a
second, and for minutes whoever makes files on that disk pays for it: a first build took 31 s on a
disk at rest, 52 and 65 s after one and two engines had been deleted. A file system in a file goes
with that file, and the next one starts as new.
"""

import os
import shutil
from pathlib import Path

from integration.commands import run, succeeds

MKFS = "mkfs.ext4"
NO_DISK = f"no loop device, no {MKFS}, or little space"

# What of the disk's free space one of several may come to hold; the file takes what is written.
SHARE = 2
LEAST = 8 << 30  # bytes, below which an engine would collect its own cache while it is measured


def make_disk(directory: Path) -> bool:
    """Make an empty file system for an engine's `directory`, where this machine can.

    `enter-root.sh` mounts it in the engine's own namespace, so that it ends with the engine.
    """
    if disk_file(directory).exists():
        return True
    free = shutil.disk_usage(directory).free // SHARE
    able = os.geteuid() == 0 and shutil.which(MKFS) is not None
    if not able or free < LEAST or not succeeds(["losetup", "--find"]):
        return False
    making = directory / "making.ext4"
    with making.open("wb") as file:
        file.truncate(free)
    # all is written now: the kernel would go on writing while a build is measured
    whole = "lazy_itable_init=0,lazy_journal_init=0"
    run([MKFS, "-q", "-F", "-m", "0", "-E", whole, str(making)])
    making.rename(disk_file(directory))
    return True


def disk_file(directory: Path) -> Path:
    return directory / "data.ext4"
