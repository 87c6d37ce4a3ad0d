import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from uvlayers.guest.archive import WHOLE, Archive
from uvlayers.guest.refusal import Refusal

from tests.guest.wheels import (
    DEVICE,
    LINK,
    PROGRAM,
    Member,
    Peculiar,
    add_before_directory,
    raw_edit,
)

END, CENTRAL, LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
NOISE = random.Random(1).randbytes(WHOLE + 12345)


def archive(
    path: Path,
    *members: Member,
    edit: Callable[[bytes], bytes] = bytes,
    streamed: bool = False,
) -> Path:
    """An archive of these members alone."""
    wheel = Peculiar(
        members, omitted=frozenset({"METADATA", "WHEEL", "RECORD"}), edit=edit, streamed=streamed
    )
    return wheel.write(path)


def contents(path: Path) -> dict[str, bytes]:
    opened = Archive(str(path))
    try:
        return {
            entry.path: opened.read(entry) for entry in opened.entries if not entry.is_directory
        }
    finally:
        opened.close()


def refusal(path: Path) -> str:
    with pytest.raises(Refusal) as caught:
        contents(path)
    return str(caught.value)


def patch(signature: bytes, offset: int, shape: str, value: int) -> Callable[[bytes], bytes]:
    """Overwrite a field of the last record with a signature."""

    def edit(data: bytes) -> bytes:
        at = data.rfind(signature) + offset
        return data[:at] + struct.pack(shape, value) + data[at + struct.calcsize(shape) :]

    return edit


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    "data", [b"", b"x", b"text " * 5000, NOISE, bytes(WHOLE + 1), bytes(9 << 20) + NOISE]
)
def test_reading(tmp_path: Path, data: bytes, method: int, streamed: bool) -> None:
    members = [Member("a/b", data, method=method), Member("c", data[:9], method=method)]
    found = contents(archive(tmp_path, *members, streamed=streamed))
    assert found == {"a/b": data, "c": data[:9]}


def test_an_empty_archive(tmp_path: Path) -> None:
    assert contents(archive(tmp_path)) == {}


def test_entries_say_what_they_are(tmp_path: Path) -> None:
    members = [Member("d/"), Member("d/x", "", PROGRAM), Member("d/l", "x", LINK), Member("d/y")]
    opened = Archive(str(archive(tmp_path, *members)))
    assert [(e.path, e.is_directory, e.executable, e.is_link) for e in opened.entries] == [
        ("d", True, False, False),
        ("d/x", False, True, False),
        ("d/l", False, True, True),
        ("d/y", False, False, False),
    ]
    opened.close()


def test_zip64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    members = [Member("a", "x" * 100), Member("b", "y" * 100), Member("c", "z")]
    for streamed in (False, True):
        path = archive(tmp_path, *members, streamed=streamed)
        assert contents(path) == {"a": b"x" * 100, "b": b"y" * 100, "c": b"z"}


@pytest.mark.parametrize("field", [8, 24, 32, 40, 48])
def test_a_wrong_zip64_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: int) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
    path = archive(tmp_path, Member("a"), edit=patch(b"PK\x06\x06", field - 4, "<Q", 77))
    assert "end" in refusal(path), field


def test_a_zip64_end_that_is_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
    path = archive(tmp_path, Member("a"), edit=patch(b"PK\x06\x07", 8, "<Q", 1 << 63))
    assert "locator" in refusal(path)


def test_a_zip64_size_that_is_missing(tmp_path: Path) -> None:
    path = archive(tmp_path, Member("a", "x"), edit=patch(CENTRAL, 24, "<L", 0xFFFFFFFF))
    assert refusal(path) == "a zip64 size is missing"


@pytest.mark.parametrize("extra", [(9, b""), (1, b""), (1, bytes(7))])
def test_other_fields_beside_a_zip64_size(tmp_path: Path, extra: tuple[int, bytes]) -> None:
    kind, data = extra
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w") as writer:
        info = zipfile.ZipInfo("a")
        size = struct.pack("<HHQ", 1, 8, 3)
        info.extra = struct.pack("<HH", kind, len(data)) + data + size
        writer.writestr(info, "abc")
    path.write_bytes(patch(CENTRAL, 24, "<L", 0xFFFFFFFF)(path.read_bytes()))
    assert contents(path) == {"a": b"abc"}


def test_names(tmp_path: Path) -> None:
    members = [Member(name) for name in ("ü/🌈", "./a//b/./c", "d/.e/f.", "..g/h..", "with space ")]
    assert set(contents(archive(tmp_path, *members))) == {
        "ü/🌈", "a/b/c", "d/.e/f.", "..g/h..", "with space ",
    }  # fmt: skip


def test_the_unicode_path_field(tmp_path: Path) -> None:
    plain, unicode = b"a.txt", "ä.txt".encode()
    field = b"\1" + struct.pack("<L", zlib.crc32(plain)) + unicode
    wrong = b"\1" + struct.pack("<L", 0) + b"other"
    extra = b"".join(
        struct.pack("<HH", kind, len(data)) + data
        for kind, data in ((9, b""), (0x7075, wrong), (0x7075, field))
    )
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w") as writer:
        info = zipfile.ZipInfo("a.txt")
        info.extra = extra
        writer.writestr(info, "x")
    assert contents(path) == {"ä.txt": b"x"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/a", "absolute"),
        ("../a", "climbs"),
        ("a/../b", "climbs"),
        ("a/..", "climbs"),
        (".", "no name"),
        ("a\tb", "control"),
        ("a\u202eb", "control"),
        ("a\ue000b", "control"),
    ],
)
def test_names_that_are_refused(tmp_path: Path, name: str, reason: str) -> None:
    assert reason in refusal(archive(tmp_path, Member(name)))


@pytest.mark.parametrize("name", ["a\u0378b", "a\u2003b"])
def test_names_that_only_look_odd(tmp_path: Path, name: str) -> None:
    assert contents(archive(tmp_path, Member(name))) == {name: b""}


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    assert "UTF-8" in refusal(
        archive(tmp_path, Member("aé"), edit=raw_edit("é".encode(), b"\xff\xff"))
    )
    # A name beyond ASCII must be flagged.
    unflagged = archive(tmp_path, Member("ab"), edit=raw_edit(b"ab", b"a\xe9"))
    assert "UTF-8" in refusal(unflagged)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda _data: b"", "not a zip archive"),
        (lambda data: data[:-1], "damaged"),
        (lambda data: data + b"x", "after its end"),
        (lambda data: data[:-2] + b"\x09\0\1comment!", "after its end"),
        (lambda data: b"x" + data, "not where"),
        (add_before_directory(b"x"), "hidden data"),
        (patch(END, 4, "<H", 1), "split"),
        (patch(END, 8, "<H", 3), "split"),
        (patch(END, 12, "<L", 5), "not where"),
        (patch(CENTRAL, 0, "<L", 0), "damaged"),
        (patch(CENTRAL, 8, "<H", 1), "encrypted"),
        (patch(CENTRAL, 10, "<H", 93), "method 93"),
        (patch(CENTRAL, 20, "<L", 9999), "overlaps"),
        (patch(CENTRAL, 24, "<L", 9), "sizes"),
        (patch(CENTRAL, 32, "<H", 7), "after its last entry"),
        (patch(CENTRAL, 42, "<L", 9), "before its first"),
        (patch(LOCAL, 0, "<L", 0), "differs"),
        (patch(LOCAL, 8, "<H", 8), "differs"),
        (patch(LOCAL, 14, "<L", 8), "sizes"),
        (patch(LOCAL, 26, "<H", 2), "differs"),
        (patch(LOCAL, 28, "<H", 1), "hidden data"),
        (raw_edit(b"needle", b"noodle"), "checksum"),
    ],
)
def test_damage(tmp_path: Path, edit: Callable[[bytes], bytes], reason: str) -> None:
    member = Member("a", "needle", method=zipfile.ZIP_STORED)
    assert reason in refusal(archive(tmp_path, member, edit=edit))


@pytest.mark.parametrize("size", [1000, WHOLE + 1000])
@pytest.mark.parametrize("claimed", [-1, 1])
def test_sizes_that_lie(tmp_path: Path, size: int, claimed: int) -> None:
    def edit(data: bytes) -> bytes:
        for signature, offset in ((LOCAL, 22), (CENTRAL, 24)):
            data = patch(signature, offset, "<L", size + claimed)(data)
        return data

    assert "size" in refusal(archive(tmp_path, Member("a", bytes(size)), edit=edit))


def test_a_large_file_that_is_cut_off(tmp_path: Path) -> None:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = packer.compress(NOISE) + packer.flush(zlib.Z_FULL_FLUSH)
    assert "size" in refusal(archive(tmp_path, Member("a", packed, method=0), edit=deflated(NOISE)))


def deflated(data: bytes) -> Callable[[bytes], bytes]:
    """Let the only entry, which is stored, pass for deflated `data`."""

    def edit(archive: bytes) -> bytes:
        fields = ((8, "<H", 8), (14, "<L", zlib.crc32(data)), (22, "<L", len(data)))
        for offset, shape, value in fields:
            archive = patch(LOCAL, offset, shape, value)(archive)
            archive = patch(CENTRAL, offset + 2, shape, value)(archive)
        return archive

    return edit


def test_a_checksum_that_lies_in_a_large_file(tmp_path: Path) -> None:
    member = Member("a", b"needle" + NOISE, method=zipfile.ZIP_STORED)
    path = archive(tmp_path, member, edit=raw_edit(b"needle", b"noodle"))
    assert "checksum" in refusal(path)


def test_deflated_data_that_go_on_after_their_end(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"hello") + packer.flush()
    member = Member("a", packed + b"more", method=zipfile.ZIP_STORED)
    assert "size" in refusal(archive(tmp_path, member, edit=deflated(b"hello")))


def test_deflated_data_that_are_garbage(tmp_path: Path) -> None:
    member = Member("a", b"\xff" * 50, method=zipfile.ZIP_STORED)

    def edit(data: bytes) -> bytes:
        return patch(CENTRAL, 10, "<H", 8)(patch(LOCAL, 8, "<H", 8)(data))

    assert "damaged" in refusal(archive(tmp_path, member, edit=edit))


def test_a_descriptor_that_lies(tmp_path: Path) -> None:
    path = archive(tmp_path, Member("a", "x"), streamed=True, edit=patch(b"PK\x07\x08", 4, "<L", 1))
    assert "hidden data" in refusal(path)


def test_a_descriptor_without_a_signature(tmp_path: Path) -> None:
    path = archive(tmp_path, Member("a", "x"), streamed=True)
    data = path.read_bytes()
    at = data.find(b"PK\x07\x08")
    data = data[:at] + data[at + 4 :]
    end = data.rfind(END)
    path.write_bytes(patch(END, 16, "<L", data.find(CENTRAL))(data))
    assert end > 0
    assert contents(path) == {"a": b"x"}


def test_an_entry_without_its_descriptor(tmp_path: Path) -> None:
    path = archive(tmp_path, Member("a", "x"), edit=patch(LOCAL, 6, "<H", 8))
    assert "hidden data" in refusal(path)


@pytest.mark.parametrize("mode", [DEVICE, 0o010644, 0o140644, 0o060644])
def test_devices(tmp_path: Path, mode: int) -> None:
    assert "device" in refusal(archive(tmp_path, Member("a", "", mode)))


def test_a_directory_with_contents(tmp_path: Path) -> None:
    path = archive(tmp_path, Member("a/"), edit=patch(CENTRAL, 24, "<L", 3))
    assert "contents" in refusal(path)


@pytest.mark.parametrize(
    "members",
    [
        (Member("a", "x"), Member("a", "y")),
        (Member("a", "x"), Member("a", "x", PROGRAM)),
        (Member("a", ""), Member("a/")),
        (Member("a/b"), Member("./a//b", "x")),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_for_a_path(tmp_path: Path, members: tuple[Member, ...]) -> None:
    assert "two different entries" in refusal(archive(tmp_path, *members))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_entry_twice(tmp_path: Path) -> None:
    assert contents(archive(tmp_path, Member("a", "x"), Member("a", "x"))) == {"a": b"x"}


def test_a_file_used_as_a_directory(tmp_path: Path) -> None:
    path = archive(tmp_path, Member("a/b", "x"), Member("a/b/c/d", "y"))
    assert refusal(path) == "`a/b` is both a file and a directory"


def test_bombs(tmp_path: Path) -> None:
    path = archive(tmp_path, Member("a", bytes(257 << 20)))
    assert "too much" in refusal(path)


def test_a_large_honest_archive_is_no_bomb(tmp_path: Path) -> None:
    path = archive(tmp_path, Member("a", NOISE[: 4 << 20] * 16, method=zipfile.ZIP_STORED))
    opened = Archive(str(path))
    opened.close()


def test_an_entry_beyond_the_limit(tmp_path: Path) -> None:
    opened = Archive(str(archive(tmp_path, Member("a", "abc"))))
    with pytest.raises(Refusal, match="too large"):
        opened.read(opened.entries[0], 2)
    opened.close()


def test_data_after_the_last_entry_of_the_directory(tmp_path: Path) -> None:
    def edit(data: bytes) -> bytes:
        end = data.rfind(END)
        (length,) = struct.unpack_from("<L", data, end + 12)
        data = data[:end] + b"more" + data[end:]
        return patch(END, 12, "<L", length + 4)(data)

    assert "after its last entry" in refusal(archive(tmp_path, Member("a"), edit=edit))
