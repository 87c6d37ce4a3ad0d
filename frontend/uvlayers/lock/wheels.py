"""The wheels of a locked package: `wheels` tables → values, every file name validated.

After uv's `Wheel` and `WheelFilename` (uv-lock, uv-distribution-filename).
"""

import re
from functools import lru_cache
from urllib.parse import unquote

from uvlayers.errors import LockError
from uvlayers.lock.artifacts import read_digest, upload_time
from uvlayers.lock.canonical import Row
from uvlayers.lock.model import (
    GitSource,
    PathSource,
    RegistrySource,
    Source,
    UrlSource,
    WheelFile,
)
from uvlayers.lock.names import normalize_name
from uvlayers.lock.tables import optional, read_integer, read_table, read_text
from uvlayers.lock.versions import read_version
from uvlayers.wheel_names import SUFFIX

_SKIP_CHECK = "if this is intentional, set `UV_SKIP_WHEEL_FILENAME_CHECK=1`"

_NAME = re.compile(r"[A-Za-z0-9._]+")
_VERSION = re.compile(r"[A-Za-z0-9._+!]+")


class WheelReader:
    """Reads the wheels of one package, which must bear its name and version."""

    __slots__ = ("_accepted", "name", "source", "version")

    def __init__(self, name: str, version: str | None, source: Source) -> None:
        self.name = name
        self.version = version
        self.source = source
        self._accepted: set[tuple[str, str]] = set()

    def read(self, value: object) -> WheelFile:
        """Return one wheel of a table; raises LockError."""
        table = read_table(value)
        url = optional(table, "url", read_text)
        path = optional(table, "path", read_text)
        filename = optional(table, "filename", read_text)
        digest = optional(table, "hash", read_digest)
        size = optional(table, "size", read_integer)
        return self._wheel(url, path, filename, digest, size, upload_time(table))

    def read_row(self, row: Row) -> WheelFile:
        """Return one wheel of a line as uv writes it; raises LockError."""
        kind, place, digest, size, uploaded = row
        url = place if kind == "url" else None
        path = place if kind == "path" else None
        filename = place if kind == "filename" else None
        if digest and not (len(digest) == 71 and digest.startswith("sha256:")):
            read_digest(digest)
        return self._wheel(
            url, path, filename, digest or None, int(size) if size else None, uploaded or None
        )

    def _wheel(
        self,
        url: str | None,
        path: str | None,
        filename: str | None,
        digest: str | None,
        size: int | None,
        uploaded: str | None,
    ) -> WheelFile:
        """Return the wheel at the first of three places that is given, as uv."""
        if url is not None:
            filename, path = last_segment(url), None
        elif path is not None:
            filename = path.rpartition("/")[2]
        if filename is None:
            raise LockError("a wheel has no URL, path or file name")
        self.check_name(filename)
        self._check_place(url, path, digest)
        return WheelFile(filename, url, path, digest, size, uploaded)

    def check_name(self, filename: str) -> None:
        """Refuse a name that is no wheel's, or another package's or version's."""
        parts = filename.split("-", 2)
        if len(parts) != 3 or not _is_suffix(parts[2]):
            raise LockError(f"not a valid wheel file name: {filename!r}")
        start = (parts[0], parts[1])
        if start not in self._accepted:
            self._check_start(filename, *start)
            self._accepted.add(start)

    def _check_start(self, filename: str, name: str, version: str) -> None:
        if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
            raise LockError(f"not a valid wheel file name: {filename!r}")
        if normalize_name(name) != self.name:
            raise LockError(f"the wheel {filename!r} is not of the package {self.name!r}")
        if self.version == version:
            return
        found = read_version(version)
        # The wheel may have a local segment that the package lacks: 2.5+cpu serves for 2.5.
        allowed = (found, read_version(found.public))
        if self.version is not None and read_version(self.version) not in allowed:
            message = f"the wheel {filename!r} is not of the locked version {self.version!r}"
            raise LockError(message, hint=_SKIP_CHECK)

    def _check_place(self, url: str | None, path: str | None, digest: str | None) -> None:
        """Hashes are a must, or must not be, by the kind of source; a registry may do without."""
        match self.source:
            case RegistrySource():
                if url is None and (path is None or self.source.path is None):
                    raise LockError("a wheel from a registry has no valid URL or path")
                return
            case UrlSource() | PathSource() | GitSource(path=str()):
                wanted = True
            case _:
                wanted = False
        if wanted != (digest is not None):
            must = "must" if wanted else "must not"
            raise LockError(f"a wheel from this kind of source {must} have a hash")


@lru_cache(maxsize=4096)
def _is_suffix(text: str) -> bool:
    return SUFFIX.fullmatch(text) is not None


def last_segment(url: str) -> str:
    """Return the decoded last segment of a URL, without query and fragment."""
    path = url.partition("#")[0].partition("?")[0]
    segment = path.rpartition("/")[2]
    return unquote(segment) if "%" in segment else segment
