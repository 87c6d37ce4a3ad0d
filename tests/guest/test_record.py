import base64
import csv
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.guest.record import (
    Row,
    clean_path,
    encode_hash,
    heal_record,
    read_record,
    write_record,
)
from uvlayers.guest.refusal import Refusal

INFO = "pkg-1.0.dist-info"
TEXT = st.text(st.sampled_from('ab/.,"\n\r é'), max_size=8)


def values(rows: list[Row]) -> list[tuple[str, str | None, int | None]]:
    return [(row.path, row.hash, row.size) for row in rows]


def read(text: str) -> list[tuple[str, str | None, int | None]]:
    return values(read_record(text.encode()))


def heal(rows: list[str], files: dict[str, int]) -> list[tuple[str, str | None, int | None]]:
    return values(heal_record([Row(path, "h", 1) for path in rows], files, INFO))


@given(st.binary(min_size=32, max_size=32))
def test_hashes_are_unpadded_urlsafe_base64(digest: bytes) -> None:
    encoded = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert encode_hash(digest) == f"sha256={encoded}"


def test_a_known_hash() -> None:
    assert encode_hash(hashlib.sha256(b"uv").digest()) == (
        "sha256=5hhM4Q4mYTT9z6QB6PGpUAW81PGNFrYrdXMj4oM_6ak"
    )


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\n\r\n"])
def test_every_line_end_is_read(end: str) -> None:
    assert read(f"a,sha256=x,3{end}b,,{end}") == [("a", "sha256=x", 3), ("b", None, None)]


def test_the_start_of_a_path_and_a_byte_order_mark_are_dropped() -> None:
    assert read("\ufeff//a/b,,\n/c,,") == [("a/b", None, None), ("c", None, None)]


def test_further_fields_are_ignored() -> None:
    assert read("a,,,x\nb,,1,y\n") == [("a", None, None), ("b", None, 1)]


@pytest.mark.parametrize("size", ["12", "+12", "012", "0xC", "0x+c"])
def test_sizes_are_read_as_rust_reads_them(size: str) -> None:
    assert read(f"a,,{size}\n") == [("a", None, 12)]


@pytest.mark.parametrize("size", ["-1", "1_2", "x", "0x", "++1", " 1", "1e3", "²", f"{1 << 64}"])
def test_other_sizes_are_refused(size: str) -> None:
    with pytest.raises(Refusal, match="size"):
        read(f"a,,{size}\n")


@pytest.mark.parametrize("text", ["a,\n", "a,,\nb,\n", "a,,\nb,,,\n", "a\n"])
def test_uneven_rows_are_refused(text: str) -> None:
    with pytest.raises(Refusal, match="rows"):
        read(text)


def test_what_is_not_utf8_is_refused() -> None:
    with pytest.raises(Refusal, match="UTF-8"):
        read_record(b"\xff,,\n")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ('"a,b",,\n', ["a,b"]),
        ('"a""b",,\n', ['a"b']),
        ('a"b,,\n', ['a"b']),
        ('"a"b,,\n', ["ab"]),
        ('"a\nb",,\n', ["a\nb"]),
        ('a,,\n"b,,', ["a", "b,,"]),
        ('"a",,\r\n\r\n"b",,', ["a", "b"]),
        ('"a",,"1"', ["a"]),
    ],
)
def test_quotes(text: str, paths: list[str]) -> None:
    if text.endswith('"b,,'):
        with pytest.raises(Refusal, match="rows"):
            read(text)
    else:
        assert [path for path, _, _ in read(text)] == paths


@given(st.lists(st.tuples(TEXT.filter(lambda path: not path.startswith("/")), TEXT), max_size=5))
def test_what_is_written_is_read_again(pairs: list[tuple[str, str]]) -> None:
    rows = [Row(path, digest or None, None) for path, digest in pairs]
    written = write_record(rows)
    expected = [(path, digest or None, None) for path, digest in pairs]
    assert sorted(values(read_record(written)), key=repr) == sorted(expected, key=repr)
    assert list(csv.reader(io.StringIO(written.decode(), newline=""))) == [
        [path, digest, ""] for path, digest in sorted(pairs)
    ]


def test_rows_are_sorted_with_absent_values_first() -> None:
    rows = [Row("b", None, 1), Row("a", "y", 2), Row("a", "y", None), Row("a", None, 9)]
    rows += [Row("é", None, None), Row("a", "x", 1), Row("Z", None, None)]
    assert write_record(rows).decode().splitlines() == [
        "Z,,", "a,,9", "a,x,1", "a,y,", "a,y,2", "b,,1", "é,,",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "clean"),
    [
        ("a/b", "a/b"),
        ("a//b", "a/b"),
        ("a/./b/.", "a/b"),
        ("a/b/", "a/b"),
        ("./a", "./a"),
        ("a/.b", "a/.b"),
        ("../a", "../a"),
    ],
)
def test_paths_are_compared_by_their_components(path: str, clean: str) -> None:
    assert clean_path(path) == clean


def test_healing_drops_rows_without_a_file_and_repetitions() -> None:
    assert heal(["a", "gone", "a", "b"], {"a": 1, "b": 2}) == [("a", "h", 1), ("b", "h", 1)]


def test_healing_keeps_odd_spellings() -> None:
    rows = ["./a", "x/../b", "c//d", "../e"]
    assert [path for path, _, _ in heal(rows, {"a": 1, "b": 1, "c/d": 1})] == rows[:3]


def test_healing_adds_what_is_missing_except_signatures() -> None:
    files = {"b": 2, "a": 1, f"{INFO}/RECORD.jws": 3, f"{INFO}/RECORD.p7s": 4, f"{INFO}/RECORD": 5}
    assert heal(["a"], files) == [
        ("a", "h", 1),
        ("b", None, 2),
        (f"{INFO}/RECORD", None, 5),
    ]
