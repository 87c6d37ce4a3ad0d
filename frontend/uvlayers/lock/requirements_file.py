"""A `requirements.txt` that names exact wheels: URL and sha256 of each are in the file.

After uv-requirements-txt/src/lib.rs, as far as such files go: whatever else is in one makes it
another kind of file.
"""

import re
from dataclasses import dataclass

from uvlayers.errors import LockError
from uvlayers.lock.fields import read_marker
from uvlayers.lock.model import Package, UrlSource, WheelFile, WheelList
from uvlayers.lock.names import normalize_name
from uvlayers.lock.pylock import Entry
from uvlayers.lock.wheels import WheelReader, last_segment

_CONTINUED = re.compile(r"\\\r?\n")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_HASH = re.compile(r"\s--hash[= ](\S+)")
_SHA256 = re.compile(r"sha256[:=]([0-9a-f]{64})")
_EXACT = re.compile(r"([A-Za-z0-9][\w.-]*)\s*@\s*(https?://[^\s;#]+)(?:#(\S+))?(?:\s+;\s*(.+))?")
# Where an index is, or that hashes are a must, is of no account where all is named.
_HARMLESS = re.compile(r"(?:-i|--index-url|--extra-index-url)[= ]\S+|--require-hashes")


@dataclass(frozen=True, slots=True)
class RequirementsFile:
    """What is in the file, and the first requirement that names no URL of a wheel, if there is one.

    `hashed`: every requirement has a hash.
    """

    entries: tuple[Entry, ...]
    unnamed: str | None
    hashed: bool


def parse_requirements(text: str) -> RequirementsFile | None:
    """Read a file; None for one that holds more than requirements of projects by name.

    Raises LockError for a wheel that is not what its requirement says.
    """
    entries: list[Entry] = []
    unnamed: str | None = None
    hashed = True
    for raw in _CONTINUED.sub(" ", text).splitlines():
        line = _COMMENT.sub("", raw).strip()
        if not line or _HARMLESS.fullmatch(line):
            continue
        if line.startswith("-") or "${" in line:
            return None
        requirement = _HASH.sub("", line).strip()
        hashes = _HASH.findall(line)
        match = _EXACT.fullmatch(requirement)
        hashed = hashed and bool(hashes or (match and match[3]))
        entry = None if match is None else _read_exact(match, hashes)
        if entry is None:
            unnamed = unnamed or requirement
        else:
            entries.append(entry)
    return RequirementsFile(tuple(entries), unnamed, hashed and bool(entries or unnamed))


def _read_exact(match: "re.Match[str]", hashes: list[str]) -> Entry | None:
    """A requirement by URL; None where that, with its hashes, is not one wheel and one sha256."""
    name, url, fragment, marker = match.groups()
    given = [_SHA256.fullmatch(each) for each in (*hashes, *([fragment] if fragment else []))]
    digests = {each[1] for each in given if each is not None}
    filename, normal = last_segment(url), normalize_name(name)
    if normal is None or None in given or len(digests) != 1 or not filename.endswith(".whl"):
        return None
    version = filename.split("-")[1] if "-" in filename else None
    source = UrlSource(url)
    WheelReader(normal, version, source).check_name(filename)
    wheel = WheelFile(filename, hash=f"sha256:{digests.pop()}")
    package = Package(normal, version, source, wheel_list=WheelList(lambda: (wheel,)))
    return Entry(package, None if marker is None else _checked(marker), None)


def _checked(marker: str) -> str:
    marker = read_marker(marker.strip())
    if "extra" in marker:
        raise LockError(f"invalid marker: {marker!r}")
    return marker
