"""Read a wheel's zip archive, strictly: what uv refuses is refused, and so is what could escape.

uv reads the archive as a stream and then compares it with the central directory (uv-extract,
stream.rs). This reader starts at the central directory and asks that the local entries fill the
file from its first byte to the directory without a gap, which allows exactly the same archives.
"""

import posix
import zlib
from _struct import error as struct_error  # type: ignore[attr-defined]
from _struct import unpack_from

from uvlayers.guest.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
LOCATOR64 = b"PK\x06\x07"
CENTRAL = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"
DESCRIPTOR = b"PK\x07\x08"

STORED, DEFLATED = 0, 8
ENCRYPTED, DESCRIBED, UTF8 = 0x1, 0x8, 0x800
LARGE = 0xFFFFFFFF  # the real value is in the zip64 extra field
LINK, REGULAR, FOLDER = 0xA000, 0x8000, 0x4000  # S_IFMT values; the `stat` module costs an import

WHOLE = 4 << 20  # entries up to this many bytes are read at once, larger ones stream
CHUNK = 1 << 18
TAIL = 22 + 0xFFFF + 4096  # end record, longest comment, a few trailing nulls
DIRECTORY_LIMIT = 64 << 20  # bytes of central directory: about 600,000 entries

# An honest wheel compresses 2 to 20 times; deflate reaches 1032. Small ones may, they do no harm.
BOMB_FLOOR = 256 << 20
BOMB_RATIO = 150
SIZE_LIMIT = 64 << 30


class Entry:
    """One member: `path` is its clean relative path, `start`/`stop` its extent in the archive."""

    __slots__ = (
        "crc", "described", "executable", "flags", "is_directory", "is_link", "method", "name",
        "packed", "path", "size", "start", "stop",
    )  # fmt: skip

    name: bytes
    path: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    stop: int
    executable: bool
    described: bool
    is_directory: bool
    is_link: bool


class Archive:
    """An open wheel. `entries` are its members in file order, one for each path."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.fd = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)
        self.size = posix.fstat(self.fd).st_size
        try:
            self.entries = _read_entries(self.fd, self.size)
        except (struct_error, zlib.error) as error:
            raise Refusal(f"the archive is damaged: {error}") from None

    def close(self) -> None:
        posix.close(self.fd)

    def read(self, entry: Entry, limit: int = 64 << 20) -> bytes:
        """The whole entry; refused when larger than `limit` bytes."""
        if entry.size > limit:
            raise Refusal(f"`{entry.path}` is too large: {entry.size} bytes")
        return b"".join(self.chunks(entry))

    def chunks(self, entry: Entry) -> "Iterator[bytes]":
        """The entry's contents, checked against the sizes and the checksum of the directory."""
        extent = entry.stop - entry.start
        head = posix.pread(self.fd, min(extent, WHOLE), entry.start)
        try:
            start = _data_start(head, entry)
            after = head[start + entry.packed :]
            if extent > WHOLE:
                after = posix.pread(self.fd, 25, entry.start + start + entry.packed)
            _check_gap(after, entry, extent - start - entry.packed)
            if entry.size <= WHOLE and extent <= WHOLE:
                yield _expand(head[start : start + entry.packed], entry)
            else:
                yield from _stream(self.fd, entry, entry.start + start)
        except (struct_error, zlib.error) as error:
            raise Refusal(f"`{entry.path}` is damaged: {error}") from None


def _read_entries(fd: int, size: int) -> "list[Entry]":
    directory, start, count = _central_directory(fd, size)
    entries = []
    position = 0
    for _ in range(count):
        entry, position = _central_entry(directory, position)
        entries.append(entry)
    if position != len(directory):
        raise Refusal("the central directory has data after its last entry")
    entries.sort(key=lambda entry: entry.start)
    _set_extents(entries, start)
    _refuse_bombs(entries, size)
    return _one_per_path(entries)


def _central_directory(fd: int, size: int) -> "tuple[bytes, int, int]":
    """The directory's bytes, its offset in the file and its number of entries."""
    base = max(0, size - TAIL)
    tail = posix.pread(fd, size - base, base)
    found = tail.rfind(END)
    if found < 0:
        raise Refusal("it is not a zip archive")
    _, disk, first, here, count, length, start, comment = unpack_from("<4s4H2LH", tail, found)
    end = base + found
    if (count, length, start) != (here, length, start) or disk != first:
        raise Refusal("the archive is split")
    note = tail[found + 22 : found + 22 + comment]
    if tail[found + 22 + comment :].strip(b"\0") or any(1 <= byte <= 8 for byte in note):
        raise Refusal("the archive has data after its end")
    if end >= 20 and tail[max(0, found - 20) : found].startswith(LOCATOR64):
        end, count, length, start = _end64(fd, end - 20)
    if start + length != end or length > DIRECTORY_LIMIT:
        raise Refusal("the central directory is not where the archive's end says")
    return posix.pread(fd, length, start), start, count


def _end64(fd: int, locator: int) -> "tuple[int, int, int, int]":
    (offset,) = unpack_from("<Q", posix.pread(fd, 20, locator), 8)
    if offset + 56 != locator:
        raise Refusal("the zip64 end record is not where its locator says")
    record = posix.pread(fd, 56, offset)
    sign, length, _, _, _, _, here, count, size, start = unpack_from("<4sQ2H2L4Q", record)
    if sign != END64 or length != 44 or here != count:
        raise Refusal("the zip64 end record is not valid")
    return offset, count, size, start


def _central_entry(directory: bytes, at: int) -> "tuple[Entry, int]":
    sign, flags, method = unpack_from("<4s4xHH", directory, at)
    crc, packed, size, *lengths = unpack_from("<LLLHHH", directory, at + 16)
    attributes, start = unpack_from("<LL", directory, at + 38)
    if sign != CENTRAL:
        raise Refusal("the central directory is damaged")
    entry = Entry()
    name_end = at + 46 + lengths[0]
    entry.name = directory[at + 46 : name_end]
    extra = directory[name_end : name_end + lengths[1]]
    if LARGE in (packed, size, start):
        size, packed, start = _zip64(extra, size, packed, start)
    entry.flags, entry.method, entry.crc = flags, method, crc
    entry.packed, entry.size, entry.start = packed, size, start
    if flags & ENCRYPTED:
        raise Refusal("the archive is encrypted")
    text = _decode(entry.name, flags, extra)
    entry.is_directory = text.endswith("/")
    entry.path = _clean(text)
    if not entry.path and not entry.is_directory:
        raise Refusal("an entry has no name")
    _classify(entry, attributes >> 16)
    return entry, at + 46 + sum(lengths)


def _classify(entry: Entry, mode: int) -> None:
    kind = mode & 0xF000
    entry.executable = mode & 0o111 != 0
    entry.is_link = kind == LINK and not entry.is_directory
    if kind not in (0, REGULAR, FOLDER, LINK):
        raise Refusal(f"`{entry.path}` is a device")
    if entry.is_directory:
        if entry.crc or entry.size:
            raise Refusal(f"the directory `{entry.path}` has contents")
    elif entry.method not in (STORED, DEFLATED):
        raise Refusal(
            f"`{entry.path}` is compressed by method {entry.method}, not stored or deflated"
        )


def _extra_fields(extra: bytes) -> "Iterator[tuple[int, bytes]]":
    at = 0
    while at + 4 <= len(extra):
        kind, length = unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _zip64(extra: bytes, size: int, packed: int, start: int) -> "tuple[int, int, int]":
    """Replace each value that does not fit 32 bits by its 64-bit form, in the field's order."""
    for kind, data in _extra_fields(extra):
        values = [size, packed, start]
        if kind == 1 and len(data) >= 8 * values.count(LARGE):
            wide = iter(unpack_from(f"<{len(data) // 8}Q", data))
            size, packed, start = (next(wide) if value == LARGE else value for value in values)
            return size, packed, start
    raise Refusal("a zip64 size is missing")


def _decode(name: bytes, flags: int, extra: bytes) -> str:
    """An entry's name as uv reads it: Info-ZIP's Unicode path, UTF-8 when flagged, else ASCII."""
    if extra:
        for kind, data in _extra_fields(extra):
            checked = kind == 0x7075 and data[:5] == b"\1" + zlib.crc32(name).to_bytes(4, "little")
            if checked and len(data) > 5:
                name, flags = data[5:], UTF8
                break
    try:
        return name.decode("utf-8" if flags & UTF8 else "ascii")
    except UnicodeDecodeError:
        raise Refusal(f"a file name is not UTF-8: {name!r}") from None


def _clean(text: str) -> str:
    """The path below the root; refused when absolute, climbing, or not printable."""
    if not text.isprintable():
        _refuse_controls(text)
    if text.startswith("/"):
        raise Refusal(f"it has an absolute file name: `{text}`")
    if text.endswith("/"):
        text = text[:-1]
    if "//" not in text and "." not in (text[:1], text[-1:]) and "/." not in text:
        return text
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Refusal(f"it has a file name that climbs out of its directory: `{text}`")
    return "/".join(parts)


def _refuse_controls(text: str) -> None:
    from unicodedata import category

    # uv refuses the categories C*; unassigned ones depend on the Unicode version and are let pass.
    if any(category(char) in ("Cc", "Cf", "Cs", "Co") for char in text):
        raise Refusal(f"a file name has control characters: {text!r}")


def _set_extents(entries: "list[Entry]", end: int) -> None:
    """Each entry reaches to the next one; together they fill the file up to the directory."""
    if (entries[0].start if entries else end) != 0:
        raise Refusal("the archive has data before its first entry")
    for entry, after in zip(entries, entries[1:]):
        entry.stop = after.start
    if entries:
        entries[-1].stop = end
    for entry in entries:
        if entry.start + 30 + len(entry.name) + entry.packed > entry.stop:
            raise Refusal(f"`{entry.path}` overlaps another entry")


def _refuse_bombs(entries: "list[Entry]", archive_size: int) -> None:
    total = sum(entry.size for entry in entries)
    if total > SIZE_LIMIT or (total > BOMB_FLOOR and total > BOMB_RATIO * archive_size):
        raise Refusal(f"it would unpack {archive_size} bytes to {total}: too much to be a wheel")


def _one_per_path(entries: "list[Entry]") -> "list[Entry]":
    """Drop identical repetitions of a path, refuse differing ones and files used as directories."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        known = seen.setdefault(entry.path, entry)
        if known is not entry and (known.crc, known.size, known.executable, known.is_directory) != (
            entry.crc, entry.size, entry.executable, entry.is_directory,
        ):  # fmt: skip
            raise Refusal(f"it has two different entries for `{entry.path}`")
    for path in {entry.path.rpartition("/")[0] for entry in entries}:
        while path:
            if path in seen and not seen[path].is_directory:
                raise Refusal(f"`{path}` is both a file and a directory")
            path = path.rpartition("/")[0]
    return list(seen.values())


def _data_start(head: bytes, entry: Entry) -> int:
    """Where the data begin in the extent, after comparing its header with the directory."""
    sign, flags, method, crc, packed, size, name_length, extra_length = unpack_from(
        "<4s2xHH4xLLLHH", head
    )
    start: int = 30 + name_length + extra_length
    if sign != LOCAL or method != entry.method or head[30 : 30 + name_length] != entry.name:
        raise Refusal(f"the local header of `{entry.path}` differs from the central directory")
    if LARGE in (packed, size):
        size, packed, _ = _zip64(head[30 + name_length : start], size, packed, 0)
    entry.described = flags & DESCRIBED != 0
    if not entry.described and (crc, packed, size) != (entry.crc, entry.packed, entry.size):
        raise Refusal(f"the sizes of `{entry.path}` differ from the central directory")
    return start


def _check_gap(after: bytes, entry: Entry, gap: int) -> None:
    """Between the data and the next entry there is a data descriptor, or nothing."""
    if not entry.described and gap == 0:
        return
    if entry.described and 12 <= gap <= 24:
        descriptor = after[4:gap] if after.startswith(DESCRIPTOR) else after[:gap]
        shape = {12: "<LLL", 20: "<LQQ"}.get(len(descriptor))
        if shape and unpack_from(shape, descriptor) == (entry.crc, entry.packed, entry.size):
            return
    raise Refusal(f"there are hidden data after `{entry.path}`")


def _expand(packed: bytes, entry: Entry) -> bytes:
    data = packed
    if entry.method == DEFLATED:
        inflate = zlib.decompressobj(-15)
        data = inflate.decompress(packed, entry.size + 1)
        if not inflate.eof or inflate.unused_data:
            raise Refusal(f"`{entry.path}` does not have the size that the archive says")
    _check(entry, len(data), zlib.crc32(data))
    return data


def _stream(fd: int, entry: Entry, start: int) -> "Iterator[bytes]":
    done = crc = 0
    pieces = _pieces(fd, start, start + entry.packed)
    for data in _inflate(pieces, entry) if entry.method == DEFLATED else pieces:
        crc = zlib.crc32(data, crc)
        done += len(data)
        if done > entry.size:
            break
        yield data
    _check(entry, done, crc)


def _pieces(fd: int, at: int, stop: int) -> "Iterator[bytes]":
    while at < stop:
        piece = posix.pread(fd, min(CHUNK, stop - at), at)
        yield piece
        at += len(piece)


def _inflate(pieces: "Iterator[bytes]", entry: Entry) -> "Iterator[bytes]":
    """Never more than some CHUNKs at a time, however far a piece expands."""
    inflate = zlib.decompressobj(-15)
    for piece in pieces:
        yield inflate.decompress(piece, CHUNK << 2)
        while inflate.unconsumed_tail:
            yield inflate.decompress(inflate.unconsumed_tail, CHUNK << 2)
    while not inflate.eof:  # what zlib has read but not yet given out
        data = inflate.decompress(b"", CHUNK << 2)
        if not data:
            break
        yield data
    if not inflate.eof or inflate.unused_data:
        raise Refusal(f"`{entry.path}` does not have the size that the archive says")


def _check(entry: Entry, size: int, crc: int) -> None:
    if size != entry.size:
        raise Refusal(f"`{entry.path}` does not have the size that the archive says")
    if crc != entry.crc:
        raise Refusal(f"`{entry.path}` does not have the checksum that the archive says")
