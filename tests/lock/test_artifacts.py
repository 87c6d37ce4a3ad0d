import pytest
from uvlayers.errors import LockError
from uvlayers.lock.artifacts import read_digest, read_sdist
from uvlayers.lock.model import SourceDistribution

from tests.lock.samples import DIGEST


@pytest.mark.parametrize(
    ("table", "sdist"),
    [
        ({}, SourceDistribution()),
        ({"hash": DIGEST}, SourceDistribution(hash=DIGEST)),
        ({"path": "a.zip"}, SourceDistribution(path="a.zip")),
        ({"url": "u", "path": "p"}, SourceDistribution(url="u")),
        (
            {"url": "u", "size": 3, "upload-time": "2026-01-01T00:00:00Z", "later": 1},
            SourceDistribution(url="u", size=3, upload_time="2026-01-01T00:00:00Z"),
        ),
        ({"upload_time": "2025"}, SourceDistribution(upload_time="2025")),
    ],
)
def test_source_distributions(table: dict[str, object], sdist: SourceDistribution) -> None:
    assert read_sdist(table) == sdist


@pytest.mark.parametrize(
    "digest",
    [
        "md5:" + "a" * 32,
        "sha256:" + "A" * 64,
        "sha384:" + "0" * 96,
        "sha512:" + "0" * 128,
        "blake2b:" + "0" * 64,
    ],
)
def test_digests(digest: str) -> None:
    assert read_digest(digest) == digest


@pytest.mark.parametrize(
    "digest", ["", "sha256", "sha256:", "sha256:" + "0" * 63, "sha1:" + "0" * 40, "sha256:zz"]
)
def test_what_is_no_digest(digest: str) -> None:
    with pytest.raises(LockError, match="not a valid hash"):
        read_digest(digest)
