import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from uvlayers.guest.layer import Layer
from uvlayers.guest.refusal import Refusal

from tests.guest.unpacking import MTIME, own_umask

ROOT = os.geteuid() == 0
OWNER = os.geteuid(), os.getegid()


@pytest.fixture(autouse=True)
def _mask() -> Iterator[None]:
    with own_umask():
        yield


def make(
    output: Path, directories: Mapping[str, object] | None = None, umask: int = 0o022
) -> Layer:
    known = {"/": [0o755, *OWNER], **(directories or {})}
    return Layer(str(output), known, (umask, *OWNER), MTIME)


def mode(path: Path) -> int:
    return path.lstat().st_mode & 0o7777


def test_new_directories_have_the_mode_of_the_mask(tmp_path: Path) -> None:
    layer = make(tmp_path, umask=0o027)
    assert layer.directory("/nowhere/else") == "/nowhere/else"
    layer.seal()
    assert mode(tmp_path) == 0o755
    assert mode(tmp_path / "nowhere") == mode(tmp_path / "nowhere/else") == 0o750


def test_known_directories_keep_theirs(tmp_path: Path) -> None:
    layer = make(tmp_path, {"/srv/a": [0o102700, *OWNER]})
    layer.directory("/srv/a/b")
    layer.seal()
    assert mode(tmp_path / "srv/a") == 0o2700


def test_what_is_not_named_is_looked_up(tmp_path: Path) -> None:
    below, output = tmp_path / "below", tmp_path / "output"
    output.mkdir()
    (below / "real").mkdir(parents=True, mode=0o711)
    (below / "link").symlink_to("real")
    (below / "far").symlink_to(below / "link" / ".." / "./real/")
    layer = make(output)
    layer.write(f"{below}/link/new/x", b"", 0o644)
    assert layer.directory(f"{below}/far") == f"{below}/real"
    layer.seal()
    inside = output / str(below).lstrip("/")
    assert sorted(path.name for path in inside.iterdir()) == ["real"]
    assert mode(inside / "real") == 0o711
    assert (inside / "real/new/x").exists()


def test_named_links_are_followed(tmp_path: Path) -> None:
    layer = make(tmp_path, {"/v/lib64": "lib", "/v/abs": "/w/../v/lib"})
    assert layer.directory("/v/lib64/x") == "/v/lib/x"
    assert layer.directory("/v/abs/y") == "/v/lib/y"
    assert layer.directory("/v/lib64") == "/v/lib"


def test_links_in_a_circle(tmp_path: Path) -> None:
    layer = make(tmp_path, {"/a": "b", "/b": "a"})
    with pytest.raises(Refusal, match="too many symbolic links"):
        layer.directory("/a/x")


def test_a_file_in_the_place_of_a_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "output").mkdir()
    layer = make(tmp_path / "output")
    with pytest.raises(Refusal, match="in the place of a directory"):
        layer.directory(f"{tmp_path}/file/x")


def test_what_stands_on_a_file_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "output").mkdir()
    layer = make(tmp_path / "output", {f"{tmp_path}/file": [0o700, *OWNER]})
    assert layer.directory(f"{tmp_path}/file/x")


def test_files_replace_files_but_not_directories(tmp_path: Path) -> None:
    layer = make(tmp_path)
    layer.write("/d/x", b"one", 0o755)
    layer.write("/d/x", b"two", 0o640)
    assert (tmp_path / "d/x").read_bytes() == b"two"
    assert mode(tmp_path / "d/x") == 0o640
    with pytest.raises(Refusal, match="both a file and a directory"):
        layer.write("/d", b"", 0o644)


def test_files_can_be_removed(tmp_path: Path) -> None:
    layer = make(tmp_path)
    layer.write("/x", b"", 0o644)
    layer.remove("/x")
    assert list(tmp_path.iterdir()) == []


def test_everything_has_the_time(tmp_path: Path) -> None:
    layer = make(tmp_path)
    layer.write("/a/b/x", b"", 0o644)
    layer.seal()
    times = {path.lstat().st_mtime_ns for path in (tmp_path, *tmp_path.rglob("*"))}
    assert times == {MTIME * 10**9}


@pytest.mark.skipif(not ROOT, reason="only root may give files away")
def test_everything_new_has_the_owner(tmp_path: Path) -> None:
    known: dict[str, object] = {"/": [0o755, 0, 0], "/a": [0o755, 3, 4]}
    layer = Layer(str(tmp_path), known, (0o022, 1234, 5678), MTIME)
    layer.write("/a/b/x", b"", 0o644)
    layer.seal()
    owners = {str(p.relative_to(tmp_path)): p.lstat() for p in (tmp_path, *tmp_path.rglob("*"))}
    assert {path: (found.st_uid, found.st_gid) for path, found in owners.items()} == {
        ".": (0, 0),
        "a": (3, 4),
        "a/b": (1234, 5678),
        "a/b/x": (1234, 5678),
    }


def test_without_privilege_nothing_is_given_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("posix.geteuid", lambda: 1)
    layer = Layer(str(tmp_path), {"/": [0o755, 5, 5]}, (0o022, 1234, 5678), MTIME)
    layer.write("/x", b"", 0o644)
    layer.seal()
    assert (tmp_path / "x").stat().st_uid == os.geteuid()


def test_the_output_must_be_empty(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(Refusal, match="not empty"):
        make(tmp_path)


def test_a_root_that_is_a_link_is_made_anew(tmp_path: Path) -> None:
    layer = Layer(str(tmp_path), {"/": "elsewhere"}, (0o022, *OWNER), MTIME)
    layer.seal()
    assert mode(tmp_path) == 0o755


def test_a_large_file_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr("posix.write", lambda fd, data: write(fd, bytes(data[:3])))
    layer = make(tmp_path)
    layer.write("/x", b"0123456789", 0o644)
    assert (tmp_path / "x").read_bytes() == b"0123456789"
