"""Wheels made on the spot, with whatever peculiarity a test needs."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TIME = (2020, 1, 1, 0, 0, 0)
FILE, PROGRAM, LINK, DEVICE = 0o100644, 0o100755, 0o120777, 0o020666
INFO = "pkg-1.0.dist-info"
DATA = "pkg-1.0.data"
MODULE = "VALUE = 1\n"


@dataclass(frozen=True)
class Member:
    """One entry of the archive; `system` is the host that wrote it, 3 for Unix, 0 for FAT."""

    path: str
    data: bytes | str = b""
    mode: int = FILE
    system: int = 3
    method: int = zipfile.ZIP_DEFLATED

    @property
    def content(self) -> bytes:
        return self.data.encode() if isinstance(self.data, str) else self.data


@dataclass(frozen=True)
class Peculiar:
    """A wheel called pkg 1.0 unless said otherwise; `record` replaces the honest RECORD."""

    members: tuple[Member, ...] = (Member("pkg/__init__.py", MODULE),)
    record: str | None = None
    filename: str = "pkg-1.0-py3-none-any.whl"
    info: str = INFO
    metadata: str = "Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n"
    wheel: str = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    omitted: frozenset[str] = field(default=frozenset())
    edit: Callable[[bytes], bytes] = bytes
    streamed: bool = False

    @property
    def repeats(self) -> bool:
        """Whether a path comes twice, of which zipfile warns."""
        paths = [member.path for member in self._members()]
        return len(paths) != len(set(paths))

    def write(self, directory: Path) -> Path:
        path = directory / self.filename
        path.write_bytes(self.edit(self._archive()))
        return path

    def _archive(self) -> bytes:
        data = io.BytesIO()
        target: Any = _Stream(data) if self.streamed else data
        with zipfile.ZipFile(target, "w") as archive:
            for member in self._members():
                described = zipfile.ZipInfo(member.path, TIME)
                described.create_system = member.system
                described.external_attr = member.mode << 16
                described.compress_type = member.method
                archive.writestr(described, member.content)
        return data.getvalue()

    def _members(self) -> Iterable[Member]:
        record = f"{self.info}/RECORD"
        members = [
            *self.members,
            Member(f"{self.info}/METADATA", self.metadata),
            Member(f"{self.info}/WHEEL", self.wheel),
        ]
        honest = "".join(f"{member.path},,\n" for member in members if member.path[-1:] != "/")
        text = f"{honest}{record},,\n" if self.record is None else self.record
        members.append(Member(record, text))
        return [member for member in members if member.path.rpartition("/")[2] not in self.omitted]


class _Stream:
    """A file that cannot seek: zipfile then writes data descriptors."""

    def __init__(self, target: io.BytesIO) -> None:
        self.write = target.write
        self.flush = target.flush


def raw_edit(old: bytes, new: bytes, count: int = -1) -> Callable[[bytes], bytes]:
    return lambda archive: archive.replace(old, new, count)


def add_before_directory(extra: bytes) -> Callable[[bytes], bytes]:
    """Put bytes between the last entry and the central directory."""

    def edit(archive: bytes) -> bytes:
        end = archive.rfind(b"PK\x05\x06")
        (start,) = struct.unpack_from("<L", archive, end + 16)
        tail = archive[end : end + 16] + struct.pack("<L", start + len(extra)) + archive[end + 20 :]
        return archive[:start] + extra + archive[start:end] + tail

    return edit


def executable_record(archive: bytes) -> bytes:
    """Give the RECORD, the last member, the mode of a program."""
    at = archive.rfind(b"PK\x01\x02")
    return archive[: at + 38] + struct.pack("<L", PROGRAM << 16) + archive[at + 42 :]
