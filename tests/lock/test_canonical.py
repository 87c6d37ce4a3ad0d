from collections.abc import Iterable

import pytest
import tomli
from uvlayers.errors import LockError
from uvlayers.lock.canonical import PLACEHOLDER, Document, load

from tests.lock.samples import DIGEST, FILES, lock_text, package, wheels

WHEELS = wheels("idna-3.6-py3-none-any.whl", "idna-3.6-py2.py3-none-any.whl")


def restored(document: Document) -> object:
    """The tables with every array that was left out put back."""

    def restore(value: object) -> object:
        if isinstance(value, list):
            return [restore(element) for element in value]
        if not isinstance(value, dict):
            return value
        table = {key: restore(element) for key, element in value.items() if key != PLACEHOLDER}
        if PLACEHOLDER in value:
            names = ("hash", "size", "upload-time")
            table["wheels"] = [
                {kind: place, **_named(names, rest)}
                for kind, place, *rest in document.rows(value[PLACEHOLDER])
            ]
        return table

    return restore(document.tables)


def _named(names: Iterable[str], texts: Iterable[str]) -> dict[str, object]:
    return {
        name: int(text) if name == "size" else text
        for name, text in zip(names, texts, strict=True)
        if text
    }


def is_left_out(document: Document) -> bool:
    return PLACEHOLDER in repr(document.tables)


def check(text: str, *, left_out: bool) -> None:
    document = load(text.encode())
    assert is_left_out(document) is left_out
    assert restored(document) == tomli.loads(text)


def test_wheels_as_uv_writes_them_are_left_out() -> None:
    check(lock_text(package("idna", "3.6", more=WHEELS)), left_out=True)


@pytest.mark.parametrize(
    "line",
    [
        f'{{ url = "{FILES}/a-1-py3-none-any.whl" }}',
        f'{{ path = "a-1-py3-none-any.whl", hash = "{DIGEST}" }}',
        f'{{ filename = "a-1-py3-none-any.whl", hash = "{DIGEST}", size = 0 }}',
        '{ url = "ü", size = 12, upload-time = "2026-01-01T00:00:00Z" }',
    ],
)
def test_every_kind_of_line_is_left_out(line: str) -> None:
    check(lock_text(package("a", more=f"wheels = [\n    {line},\n]")), left_out=True)


@pytest.mark.parametrize(
    "more",
    [
        "wheels = []",
        f'wheels = [{{ url = "{FILES}/a-1-py3-none-any.whl" }}]',
        f'wheels = [\n  {{ url = "{FILES}/a-1-py3-none-any.whl" }},\n]',
        f'wheels = [\n    {{ url = "{FILES}/a-1-py3-none-any.whl" }}\n]',
        f'wheels = [\n    {{ hash = "{DIGEST}", url = "{FILES}/a-1-py3-none-any.whl" }},\n]',
        f'wheels = [\n    {{ url = "{FILES}/a.whl", upload_time = "2026-01-01T00:00:00Z" }},\n]',
        f'wheels = [\n    {{ url = "{FILES}/a.whl", zstd = {{ size = 1 }} }},\n]',
        "wheels = [\n    { url = 'single quotes' },\n]",
        'wheels = [\n    { url = "escaped\\n" },\n]',
        'wheels = [\n    # a comment\n    { url = "x" },\n]',
        'wheels = [\n    { url = "x", upload-time = "" },\n]',
        '"wheels" = [\n    { url = "x" },\n]',
        'text = """\nwheels = [\n    { url = "x" },\n]\n"""',
        "text = '''\nwheels = [\n    { url = \"x\" },\n]\n'''",
        f'"{PLACEHOLDER}" = 0\nwheels = [\n    {{ url = "x" }},\n]',
    ],
)
def test_any_other_layout_is_read_whole(more: str) -> None:
    text = lock_text(package("a", more=more))
    document = load(text.encode())
    assert document.tables == tomli.loads(text)


def test_carriage_returns_are_read_whole() -> None:
    text = lock_text(package("a", more=WHEELS)).replace("\n", "\r\n")
    assert load(text.encode()).tables == tomli.loads(text)


def test_an_extra_called_wheels_stays_one() -> None:
    text = lock_text(package("a", extras={"wheels": ["idna"]}, more=WHEELS), package("idna"))
    check(text, left_out=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"version = \xff", "not UTF-8 at byte 10"),
        (b"version = ", "not valid TOML: "),
        (b"a = 1\na = 2", "not valid TOML: "),
        (b"a = " + b"[" * 100_000, "not valid TOML: "),
        (b"a = " + b"9" * 5000, "not valid TOML: "),
        (b"a = 1\x00", "not valid TOML: "),
    ],
)
def test_what_is_no_toml(data: bytes, message: str) -> None:
    with pytest.raises(LockError) as caught:
        load(data)
    assert caught.value.message.startswith(message)


def test_a_message_names_the_line_of_the_file() -> None:
    text = lock_text(package("idna", "3.6", more=WHEELS)) + "oops"
    line = text.count("\n") + 1
    with pytest.raises(LockError, match=f"line {line}|end of document"):
        load(text.encode())
