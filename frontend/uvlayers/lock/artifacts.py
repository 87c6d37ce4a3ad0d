"""What wheels and source distributions have in common, and the source distributions."""

import re

from uvlayers.errors import LockError
from uvlayers.lock.model import SourceDistribution
from uvlayers.lock.tables import Table, optional, read_integer, read_table, read_text

_DIGESTS = {"md5": 32, "sha256": 64, "sha384": 96, "sha512": 128, "blake2b": 64}
_DIGEST = re.compile(r"([a-z0-9]+):([0-9a-fA-F]+)")


def read_sdist(value: object) -> SourceDistribution:
    """Return a source distribution."""
    table = read_table(value)
    url = optional(table, "url", read_text)
    path = optional(table, "path", read_text)
    return SourceDistribution(
        url,
        None if url is not None else path,
        optional(table, "hash", read_digest),
        optional(table, "size", read_integer),
        upload_time(table),
    )


def read_digest(value: object) -> str:
    """Return "algorithm:hexadecimal", an algorithm that uv knows and as long as it must be."""
    digest = read_text(value)
    match = _DIGEST.fullmatch(digest)
    if match is None or _DIGESTS.get(match[1]) != len(match[2]):
        raise LockError(f"not a valid hash: {digest!r}")
    return digest


def upload_time(table: Table) -> str | None:
    """Return when a file was uploaded, as written."""
    # Revision 2 spelled it `upload_time` for two releases.
    key = "upload-time" if "upload-time" in table else "upload_time"
    return optional(table, key, read_text)
