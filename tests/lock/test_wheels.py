import pytest
from uvlayers.errors import LockError
from uvlayers.lock.model import (
    DirectorySource,
    GitSource,
    PathSource,
    RegistrySource,
    Source,
    UrlSource,
    WheelFile,
)
from uvlayers.lock.wheels import WheelReader

from tests.lock.samples import DIGEST, FILES

INDEX = RegistrySource(url="https://index.example/simple")
LOCAL = RegistrySource(path="wheels")
NAME = "idna-3.6-py3-none-any.whl"


def reader(name: str = "idna", version: str | None = "3.6", source: Source = INDEX) -> WheelReader:
    return WheelReader(name, version, source)


def test_a_wheel_of_an_index() -> None:
    table = {"url": f"{FILES}/a/{NAME}?x=1#y", "hash": DIGEST, "size": 3, "upload-time": "2026"}
    wheel = WheelFile(NAME, table["url"], None, DIGEST, 3, "2026")  # type: ignore[arg-type]
    assert reader().read(table) == wheel
    assert reader().read_row(("url", str(table["url"]), DIGEST, "3", "2026")) == wheel


def test_little_is_needed_of_a_wheel() -> None:
    assert reader().read({"url": f"{FILES}/{NAME}"}) == WheelFile(NAME, f"{FILES}/{NAME}")
    assert reader().read_row(("url", NAME, "", "", "")) == WheelFile(NAME, NAME)


def test_a_wheel_of_a_local_index() -> None:
    expected = WheelFile(NAME, path=f"sub/{NAME}")
    assert reader(source=LOCAL).read({"path": f"sub/{NAME}"}) == expected
    assert reader(source=LOCAL).read_row(("path", f"sub/{NAME}", "", "", "")) == expected


def test_a_wheel_that_is_a_package_of_its_own() -> None:
    table = {"filename": NAME, "hash": DIGEST}
    for source in (PathSource("x.whl"), GitSource("", path="x.whl")):
        assert reader(source=source).read(table) == WheelFile(NAME, hash=DIGEST)
    url = {"url": f"{FILES}/{NAME}", "hash": DIGEST}
    assert reader(source=UrlSource(f"{FILES}/{NAME}")).read(url).filename == NAME
    row = ("filename", NAME, DIGEST, "", "")
    assert reader(source=PathSource("x.whl")).read_row(row) == WheelFile(NAME, hash=DIGEST)


@pytest.mark.parametrize(
    ("filename", "name", "version"),
    [
        ("a-1.0-py3-none-any.whl", "a", "1.0"),
        ("a-1.0.0-py3-none-any.whl", "a", "1.0"),
        ("Zope.Interface-1.0-py3-none-any.whl", "zope-interface", "1.0"),
        ("a_b-1.0-1-py3-none-any.whl", "a-b", "1.0"),
        ("a_b-1.0-20240101_x.y-cp311-abi3-linux_x86_64.whl", "a-b", "1.0"),
        ("a-2.5+cpu-py3-none-any.whl", "a", "2.5"),
        ("a-2.5+cpu-py3-none-any.whl", "a", "2.5+cpu"),
        ("a-1.0-py2.py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl", "a", "1.0"),
        ("a-1.0-py3-none-any-cuda12.whl", "a", "1.0"),
        ("a-1.0-py3-none-any.whl", "a", None),
    ],
)
def test_names_that_fit(filename: str, name: str, version: str | None) -> None:
    assert reader(name, version).read({"url": f"{FILES}/{filename}"}).filename == filename


def test_names_are_decoded() -> None:
    url = f"{FILES}/a-2.5%2Bcpu-py3-none-any.whl"
    assert reader("a", "2.5+cpu").read({"url": url}).filename == "a-2.5+cpu-py3-none-any.whl"


@pytest.mark.parametrize(
    "filename",
    [
        "",
        "idna.whl",
        "idna-3.6.tar.gz",
        "idna-3.6-none-any.whl",
        "idna-3.6-py3-none-any.zip",
        "idna-3.6-x-py3-none-any-cuda-y.whl",
        "idna-3.6-3py-none-any.whl",
        "idna-3.6-py3--any.whl",
        "idna-3.6-py3-none-any..whl",
        "idna-3.6-py3-none-a/ny.whl",
        "idna-3.6 -py3-none-any.whl",
        "id na-3.6-py3-none-any.whl",
        "-3.6-py3-none-any.whl",
        "idna--py3-none-any.whl",
        "idna-3.6-py3-none-any.whl\n",
        "..%2F..%2Fidna-3.6-py3-none-any.whl",
    ],
)
def test_what_is_no_wheel_name(filename: str) -> None:
    for table in ({"url": f"{FILES}/{filename}"}, {"path": filename}):
        with pytest.raises(LockError, match="not a valid wheel file name"):
            reader(source=LOCAL if "path" in table else INDEX).read(table)


@pytest.mark.parametrize(
    ("filename", "version", "problem"),
    [
        ("other-3.6-py3-none-any.whl", "3.6", "is not of the package 'idna'"),
        ("idna-3.7-py3-none-any.whl", "3.6", "is not of the locked version '3.6'"),
        ("idna-3.6-py3-none-any.whl", "3.6+local", "is not of the locked version '3.6.local'"),
        ("idna-x-py3-none-any.whl", "3.6", "not a valid version"),
        ("idna-x-py3-none-any.whl", None, "not a valid version"),
    ],
)
def test_another_package_or_version(filename: str, version: str | None, problem: str) -> None:
    with pytest.raises(LockError, match=problem):
        reader(version=version).read({"url": f"{FILES}/{filename}"})


def test_uvs_way_out_is_named() -> None:
    with pytest.raises(LockError) as caught:
        reader().read({"url": f"{FILES}/idna-3.7-py3-none-any.whl"})
    assert caught.value.hint is not None
    assert "UV_SKIP_WHEEL_FILENAME_CHECK" in caught.value.hint


@pytest.mark.parametrize(
    ("source", "table", "problem"),
    [
        (INDEX, {}, "no URL, path or file name"),
        (INDEX, {"filename": NAME}, "no valid URL or path"),
        (INDEX, {"path": NAME}, "no valid URL or path"),
        (LOCAL, {"filename": NAME}, "no valid URL or path"),
        (PathSource("x.whl"), {"filename": NAME}, "must have a hash"),
        (UrlSource("x.whl"), {"url": NAME}, "must have a hash"),
        (DirectorySource("x"), {"filename": NAME, "hash": DIGEST}, "must not have a hash"),
        (GitSource(""), {"filename": NAME, "hash": DIGEST}, "must not have a hash"),
        (INDEX, {"url": NAME, "hash": "sha256:0"}, "not a valid hash"),
        (INDEX, {"url": NAME, "size": -1}, "zero or more"),
    ],
)
def test_what_does_not_fit_its_source(source: Source, table: object, problem: str) -> None:
    with pytest.raises(LockError, match=problem):
        reader(source=source).read(table)


def test_a_row_with_a_wrong_hash() -> None:
    with pytest.raises(LockError, match="not a valid hash"):
        reader().read_row(("url", NAME, "sha256:00", "", ""))
    assert reader().read_row(("url", NAME, "md5:" + "0" * 32, "", "")).hash == "md5:" + "0" * 32
