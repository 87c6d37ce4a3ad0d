"""RECORD: read as uv reads it, healed at unpacking, written back in its order.

Source: `read_record`, `validate_and_heal_record` and `write_record` of uv-install-wheel/wheel.rs,
and the rules of the Rust `csv` crate that they call.
"""

from uvlayers.guest.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNSIGNED = 1 << 64
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Row:
    """One line: a path relative to site-packages, `sha256=…` or None, a size in bytes or None."""

    __slots__ = ("hash", "path", "size")

    def __init__(self, path: str, hash: "str | None", size: "int | None") -> None:  # noqa: A002
        self.path = path
        self.hash = hash
        self.size = size


def encode_hash(digest: bytes) -> str:
    """RECORD's form of a SHA-256: urlsafe base64 without padding, 43 digits for 256 + 2 bits."""
    number = int.from_bytes(digest, "big") << 2
    return "sha256=" + "".join([BASE64[number >> shift & 63] for shift in range(252, -1, -6)])


def read_record(data: bytes) -> "list[Row]":
    """The rows of a RECORD file; leading slashes of paths are dropped, as uv does."""
    try:
        table = _split_csv(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refusal("`RECORD` is not UTF-8") from None
    if len({len(fields) for fields in table}) > 1 or (table and len(table[0]) < 3):
        raise Refusal("`RECORD` has rows of differing lengths, or of fewer than three fields")
    return [_read_row(*fields[:3]) for fields in table]


def heal_record(rows: "list[Row]", files: "Mapping[str, int]", dist_info: str) -> "list[Row]":
    """Drop rows without a file, add files without a row; `files` maps each path to its size."""
    missing = dict(files)
    healed = []
    for row in rows:
        path = clean_path(row.path)
        if missing.pop(path, None) is None and missing.pop(_normalize(path), None) is None:
            continue
        healed.append(row)
    # Signatures are allowed to be unlisted.
    missing.pop(f"{dist_info}/RECORD.jws", None)
    missing.pop(f"{dist_info}/RECORD.p7s", None)
    healed.extend(Row(path, None, missing[path]) for path in sorted(missing))
    return healed


def write_record(rows: "Iterable[Row]") -> bytes:
    """The rows in uv's order: by path, then hash, then size, absent values first."""
    ordered = sorted(
        rows, key=lambda row: (row.path, row.hash or "", -1 if row.size is None else row.size)
    )
    return "".join(_write_row(row) for row in ordered).encode("utf-8")


def clean_path(path: str) -> str:
    """A path's components joined again: no doubled or trailing slash, no inner `.`."""
    if "//" not in path and "/." not in path and not path.endswith("/"):
        return path
    first, *parts = path.split("/")
    return "/".join([first, *(part for part in parts if part not in ("", "."))])


def _normalize(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _read_row(path: str, digest: str, size: str) -> Row:
    return Row(path.lstrip("/"), digest or None, _read_size(size) if size else None)


def _read_size(text: str) -> int:
    """A number of 64 bits as the Rust crate reads it: `12`, `+12` or `0x0C`."""
    base = 16 if text.startswith("0x") else 10
    digits = text[2:] if base == 16 else text
    digits = digits[1:] if digits.startswith("+") else digits
    try:
        size = int(digits, base) if digits.isascii() and digits.isalnum() else UNSIGNED
    except ValueError:
        size = UNSIGNED
    if size >= UNSIGNED:
        raise Refusal(f"`RECORD` has a size that is not a number: {text}")
    return size


def _split_csv(text: str) -> "list[list[str]]":
    if '"' not in text:
        lines = text.replace("\r", "\n").split("\n")
        return [line.split(",") for line in lines if line]
    return _split_quoted(text)


def _split_quoted(text: str) -> "list[list[str]]":
    """CSV with quotes: a quote opens a quoted field only where the field begins; `""` is one."""
    rows: list[list[str]] = []
    row: list[str] = []
    at, length = 0, len(text)
    while at < length:
        if text[at] in "\r\n" and not row:
            at += 1
            continue
        field, at = _read_field(text, at)
        row.append(field)
        if at >= length or text[at] != ",":
            rows.append(row)
            row = []
        elif at == length - 1:
            rows.append([*row, ""])
        at += 1
    return rows


def _read_field(text: str, at: int) -> "tuple[str, int]":
    """The field that begins at `at`, and where its terminator stands."""
    field = ""
    if text[at] == '"':
        while True:
            stop = text.find('"', at + 1)
            if stop < 0:
                return field + text[at + 1 :], len(text)
            field += text[at + 1 : stop]
            at = stop + 1
            if text[at : at + 1] != '"':
                break
            field += '"'
    start = at
    while at < len(text) and text[at] not in ",\r\n":
        at += 1
    return field + text[start:at], at


def _write_row(row: Row) -> str:
    size = "" if row.size is None else row.size
    return f"{_quote(row.path)},{_quote(row.hash or '')},{size}\n"


def _quote(field: str) -> str:
    if "," in field or '"' in field or "\n" in field or "\r" in field:
        return '"' + field.replace('"', '""') + '"'
    return field
