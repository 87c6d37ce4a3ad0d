import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from uvlayers.guest import modules, unpacker
from uvlayers.guest import unpack as unpack_module
from uvlayers.guest.bytecode import MAGIC
from uvlayers.guest.install import _load_sha256
from uvlayers.guest.refusal import Refusal
from uvlayers.guest.unpack import Unpacker, main

from tests.guest.pythons import PYTHONS
from tests.guest.unpacking import (
    MTIME,
    SITE,
    files,
    looks,
    own_umask,
    request,
    unpack,
    unpack_apart,
)
from tests.guest.wheels import DATA, INFO, LINK, MODULE, PROGRAM, Member, Peculiar

TAG = sys.implementation.cache_tag
CACHE = f"{SITE}/pkg/__pycache__"


class Bench:
    """One output and the wheels that go into it."""

    def __init__(self, directory: Path) -> None:
        self.output = directory / "output"
        self.directory = directory
        self.output.mkdir()
        self.wheels: list[dict[str, object]] = []

    def add(self, peculiar: Peculiar, **arguments: object) -> Path:
        directory = self.directory / f"wheel-{len(self.wheels)}"
        directory.mkdir()
        path = peculiar.write(directory)
        self.wheels.append({"archive": str(path), "output": str(self.output), **arguments})
        return path

    def unpack(self, **changes: object) -> dict[str, bytes]:
        assert unpack(request(self.wheels, **changes)) == 0
        return files(self.output)

    def refusal(self, capsys: pytest.CaptureFixture[str], **changes: object) -> str:
        assert unpack(request(self.wheels, **changes)) == 1
        assert list(self.output.iterdir()) == []
        message = capsys.readouterr().err
        assert message.startswith("error: ")
        assert message.count("\n") == 1
        return message


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_plain_wheel(bench: Bench) -> None:
    bench.add(Peculiar(), name="pkg", version="1.0", sha256=None, direct_url=None)
    found = bench.unpack()
    assert sorted(found) == [
        f"{SITE}/{INFO}/INSTALLER",
        f"{SITE}/{INFO}/METADATA",
        f"{SITE}/{INFO}/RECORD",
        f"{SITE}/{INFO}/REQUESTED",
        f"{SITE}/{INFO}/WHEEL",
        f"{SITE}/pkg/__init__.py",
    ]
    assert found[f"{SITE}/{INFO}/INSTALLER"] == b"uv"
    assert found[f"{SITE}/{INFO}/RECORD"].decode().splitlines() == [
        f"{INFO}/INSTALLER,sha256=5hhM4Q4mYTT9z6QB6PGpUAW81PGNFrYrdXMj4oM_6ak,2",
        f"{INFO}/METADATA,,",
        f"{INFO}/RECORD,,",
        f"{INFO}/REQUESTED,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0",
        f"{INFO}/WHEEL,,",
        "pkg/__init__.py,,",
    ]


def test_every_time_is_the_given_one(bench: Bench) -> None:
    bench.add(Peculiar((Member("pkg/deep/x.py", MODULE), Member("pkg/hollow/"))))
    bench.unpack(bytecode="timestamp")
    paths = [bench.output, *bench.output.rglob("*")]
    assert len(paths) > 12
    assert {path.stat().st_mtime_ns for path in paths} == {MTIME * 10**9}


@pytest.mark.parametrize(
    ("umask", "plain", "program"), [(0o022, 0o644, 0o755), (0o027, 0o640, 0o751)]
)
def test_modes(bench: Bench, umask: int, plain: int, program: int) -> None:
    bench.add(Peculiar((Member("pkg/a.py", MODULE), Member("pkg/b.py", MODULE, 0o104010))))
    bench.unpack(umask=umask, bytecode="timestamp")
    place = bench.output / SITE.lstrip("/") / "pkg"
    modes = {path.name: path.stat().st_mode & 0o7777 for path in place.rglob("*.py*")}
    assert modes == {
        "a.py": plain,
        "b.py": program,
        f"a.{TAG}.pyc": plain,
        f"b.{TAG}.pyc": plain,
    }
    assert place.stat().st_mode & 0o7777 == 0o777 & ~umask


def test_modes_of_all_that_is_made(bench: Bench) -> None:
    bench.add(Peculiar((Member("pkg/a.py", MODULE), Member("pkg/b.py", MODULE, PROGRAM))))
    bench.unpack(modes=[0o640, 0o751, 0o711], bytecode="unchecked-hash")
    made = [path for path in bench.output.rglob("*") if path != bench.output / "env"]
    assert len(made) > 5
    for path in made:
        kind = 0o711 if path.is_dir() else 0o751 if path.name == "b.py" else 0o640
        assert path.stat().st_mode & 0o7777 == kind


def test_what_was_installed_is_told(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    bench.add(Peculiar(), name="pkg", version="1.0")
    bench.unpack()
    assert capfd.readouterr().out == " + pkg==1.0\n"


def test_installer_metadata(bench: Bench) -> None:
    url = {"url": "https://example.org/ä", "archive_info": {}}
    bench.add(Peculiar(), direct_url=url, uv_cache={"timestamp": None}, uv_build={})
    found = bench.unpack()
    assert found[f"{SITE}/{INFO}/direct_url.json"].decode() == (
        '{"url":"https://example.org/ä","archive_info":{}}'
    )
    assert found[f"{SITE}/{INFO}/uv_cache.json"] == b'{"timestamp":null}'
    assert found[f"{SITE}/{INFO}/uv_build.json"] == b"{}"
    assert f"{INFO}/uv_build.json,sha256=" in found[f"{SITE}/{INFO}/RECORD"].decode()


def test_no_installer_metadata(bench: Bench) -> None:
    bench.add(Peculiar(), direct_url={"url": "x"})
    found = bench.unpack(installer_metadata=False)
    names = {path.rpartition("/")[2] for path in found}
    assert names == {"METADATA", "RECORD", "WHEEL", "__init__.py"}


def test_metadata_that_is_ready(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "direct_url.json").write_bytes(b'{"dir_info":{}}')
    bench.add(Peculiar(), metadata=str(tmp_path))
    found = bench.unpack()
    assert found[f"{SITE}/{INFO}/direct_url.json"] == b'{"dir_info":{}}'
    assert f"{SITE}/{INFO}/uv_cache.json" not in found


@pytest.mark.parametrize("purelib", ["true", "false", "True"])
def test_the_library_is_chosen_by_the_wheel(bench: Bench, purelib: str) -> None:
    bench.add(Peculiar(wheel=f"Wheel-Version: 1.0\nRoot-Is-Purelib: {purelib}\n"))
    place = SITE if purelib == "true" else "/env/lib64/site"
    assert f"{place}/pkg/__init__.py" in bench.unpack()


def test_data(bench: Bench) -> None:
    schemes = ("data", "headers", "platlib", "purelib", "scripts")
    members = (
        *(Member(f"{DATA}/{key}/{key}.x", key) for key in schemes),
        *(Member(f"{DATA}/{key}/bare/") for key in schemes[:4]),
    )
    bench.add(Peculiar(members))
    found = bench.unpack()
    assert {path: data.decode() for path, data in found.items() if path.endswith(".x")} == {
        "/env/data.x": "data",
        "/env/include/site/pkg/headers.x": "headers",
        "/env/lib64/site/platlib.x": "platlib",
        f"{SITE}/purelib.x": "purelib",
        "/env/bin/scripts.x": "scripts",
    }
    rows = found[f"{SITE}/{INFO}/RECORD"].decode().splitlines()
    assert [row for row in rows if ".x" in row] == [
        "../../bin/scripts.x,,",
        "../../data.x,,",
        "../../include/site/pkg/headers.x,,",
        "../../lib64/site/platlib.x,,",
        "purelib.x,,",
    ]
    for place in (
        "/env/bare",
        "/env/include/site/pkg/bare",
        "/env/lib64/site/bare",
        f"{SITE}/bare",
    ):
        assert (bench.output / place.lstrip("/")).is_dir()


def test_scripts_name_the_interpreter(bench: Bench) -> None:
    text = "#!python\nprint()\n"
    members = (Member(f"{DATA}/scripts/a", text), Member(f"{DATA}/scripts/b", "#!/bin/sh\n"))
    entries = Member(f"{INFO}/entry_points.txt", "[console_scripts]\nc = pkg:main\n")
    bench.add(Peculiar((*members, entries)))
    found = bench.unpack()
    expected = b"#!/env/bin/python\nprint()\n"
    assert found["/env/bin/a"] == expected
    assert found["/env/bin/b"] == b"#!/bin/sh\n"
    assert found["/env/bin/c"].startswith(b"#!/env/bin/python\n")
    rows = found[f"{SITE}/{INFO}/RECORD"].decode()
    assert "../../bin/a,sha256=" in rows
    assert f",{len(expected)}\n" in rows
    for name in "abc":
        assert os.access(bench.output / "env/bin" / name, os.X_OK)


def test_a_script_that_an_entry_point_stands_for(bench: Bench) -> None:
    entries = Member(f"{INFO}/entry_points.txt", "[console_scripts]\na = pkg:main\n")
    names = ("a", "a.exe", "a-script.py", "a.pya", "b")
    members = (Member(f"{DATA}/scripts/{name}", "#!python\n") for name in names)
    bench.add(Peculiar((entries, *members, Member(f"{DATA}/scripts/"))))
    found = bench.unpack()
    assert sorted(path for path in found if "/bin/" in path) == ["/env/bin/a", "/env/bin/b"]
    assert b"import main" in found["/env/bin/a"]
    rows = found[f"{SITE}/{INFO}/RECORD"].decode()
    assert f"{DATA}/scripts/a.exe,,\n" in rows


@pytest.mark.parametrize(
    "metadata",
    [
        "name: pkg\nversion: 1.0",
        "Name:\n  pkg\nVersion: 1.0\n",
        " lost\nName: Pkg\nVersion: v1.0.0\n\nName: other\n",
        "From me\n too\nName: pkg\nName: other\nVersion: 1.0\nno header\nVersion: 2\n",
    ],
)
def test_metadata_is_read_as_mail(bench: Bench, metadata: str) -> None:
    bench.add(Peculiar(metadata=metadata), name="pkg", version="1.0")
    assert bench.unpack()


@pytest.mark.parametrize(
    "metadata", ["Name: pkg\n other\nVersion: 1.0\n", "Name: pkg \nVersion: 1\n"]
)
def test_names_with_spaces_are_others(
    bench: Bench, capsys: pytest.CaptureFixture[str], metadata: str
) -> None:
    bench.add(Peculiar(metadata=metadata), name="pkg")
    assert "says name" in bench.refusal(capsys)


def test_without_the_builtin_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = hashlib.sha256(b"x").digest()
    assert _load_sha256()(b"x").digest() == expected
    for name in ("_sha2", "_sha256"):
        monkeypatch.setitem(sys.modules, name, None)
    assert _load_sha256()(b"x").digest() == expected


@pytest.mark.parametrize("old", [True, False])
def test_the_builtin_hash_has_two_names(monkeypatch: pytest.MonkeyPatch, old: bool) -> None:
    module = ModuleType("hash")
    module.sha256 = hashlib.sha256  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "_sha256" if old else "_sha2", module)
    monkeypatch.setattr(sys, "version_info", (3, 11) if old else (3, 12))
    assert _load_sha256() is hashlib.sha256


@pytest.mark.parametrize(
    ("member", "code"),
    [
        (Member(f"{INFO}/entry_points.txt", "[gui_scripts]\nmkdir = pkg:main\n"), 3),
        (Member(f"{DATA}/scripts/chown", "#!python\n"), 3),
        (Member(f"{DATA}/data/bin/useradd"), 3),
        (Member(f"{DATA}/data/pyvenv.cfg"), 3),
        (Member(f"{DATA}/scripts/activate"), 3),
        (Member("_virtualenv.py"), 3),
        (Member("pkg/_virtualenv.py"), 0),
        (Member(f"{DATA}/data/bin/sh/x"), 0),
        (Member(f"{DATA}/data/lib/sh"), 0),
        (Member(f"{INFO}/entry_points.txt", "[console_scripts]\nmkdirs = pkg:main\n"), 0),
    ],
)
def test_names_that_are_taken(
    bench: Bench, capsys: pytest.CaptureFixture[str], member: Member, code: int
) -> None:
    bench.add(Peculiar((member,)))
    assert unpack(request(bench.wheels)) == code
    told = capsys.readouterr().err
    assert told == "" or told.startswith("error: cannot install `pkg-1.0-py3-none-any.whl`: one of")


def test_a_large_script(bench: Bench) -> None:
    text = "#!python\n" + "# filling\n" * 600_000
    bench.add(Peculiar((Member(f"{DATA}/scripts/a", text),)))
    found = bench.unpack()["/env/bin/a"].decode()
    assert found == text.replace("#!python\n", "#!/env/bin/python\n")


def test_bytecode(bench: Bench) -> None:
    bench.add(
        Peculiar(
            (
                Member("pkg/a.py", MODULE),
                Member("pkg/bad.py", "print 'x'\n"),
                Member(f"pkg/__pycache__/a.{TAG}.pyc", "stale"),
                Member(f"pkg/__pycache__/bad.{TAG}.pyc", "shipped"),
                Member("pkg/__pycache__/inner.py", MODULE),
                Member("pkg/.py", MODULE),
                Member(f"{DATA}/data/c.py", MODULE),
                Member(f"{DATA}/platlib/d.py", MODULE),
            )
        )
    )
    found = bench.unpack(bytecode="unchecked-hash")
    made = {path: data for path, data in found.items() if path.endswith(".pyc")}
    assert sorted(made) == sorted(
        [
            f"{CACHE}/a.{TAG}.pyc",
            f"{CACHE}/bad.{TAG}.pyc",
            f"/env/lib64/site/__pycache__/d.{TAG}.pyc",
        ]
    )
    assert made[f"{CACHE}/a.{TAG}.pyc"].startswith(MAGIC + b"\1\0\0\0")
    assert f"{SITE}/pkg/a.py".encode() in made[f"{CACHE}/a.{TAG}.pyc"]
    assert made[f"{CACHE}/bad.{TAG}.pyc"] == b"shipped"


def test_a_later_wheel_wins(bench: Bench) -> None:
    bench.add(Peculiar((Member("pkg/a.py", "x = 1\n"), Member("pkg/b.py", "x = 1\n"))))
    second = Peculiar((Member("pkg/a.py", "x = 2\n"), Member("pkg/b.py", "x = \n")))
    bench.add(second, version="1.0")
    found = bench.unpack(bytecode="timestamp")
    assert found[f"{SITE}/pkg/a.py"] == b"x = 2\n"
    assert f"{CACHE}/a.{TAG}.pyc" in found
    # Its source and time would fit the first wheel's bytecode.
    assert f"{CACHE}/b.{TAG}.pyc" not in found


def test_bytecode_is_taken_back_once(bench: Bench) -> None:
    for text in ("x = 1\n", "x = \n", "x =  \n"):
        bench.add(Peculiar((Member("pkg/a.py", text),)), version="1.0")
    found = bench.unpack(bytecode="timestamp")
    assert found[f"{SITE}/pkg/a.py"] == b"x =  \n"
    assert f"{CACHE}/a.{TAG}.pyc" not in found


def share_among_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little there is to compile."""
    monkeypatch.setattr(modules, "SHARE", 1)
    monkeypatch.setattr(modules, "processors", lambda: 2)


@pytest.fixture
def two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    share_among_two(monkeypatch)


BAD = "x = \n"


def many(path: str, text: str = "x = {n}\n") -> tuple[Member, ...]:
    return tuple(Member(path.format(n=n), text.format(n=n)) for n in range(20))


def test_the_bytes_do_not_depend_on_how_many_processes_there_are(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = (*many("pkg/m{n}.py"), *many("pkg/s{n}/__init__.py", BAD), Member("pkg/a.txt"))
    bench.add(Peculiar(members), version="1.0")
    one = bench.unpack(bytecode="checked-hash")
    share_among_two(monkeypatch)
    (tmp_path / "other").mkdir()
    other = Bench(tmp_path / "other")
    other.wheels = [{**bench.wheels[0], "output": str(other.output)}]
    assert other.unpack(bytecode="checked-hash") == one
    assert looks(other.output) == looks(bench.output)
    assert not (bench.output / f"{SITE[1:]}/pkg/s0/__pycache__").exists()


@pytest.mark.usefixtures("two_processes")
def test_a_later_wheel_wins_in_several_processes(bench: Bench) -> None:
    bench.add(Peculiar(many("pkg/m{n}.py")))
    later = (*many("pkg/m{n}.py", BAD)[:10], Member(f"pkg/__pycache__/m15.{TAG}.pyc", "shipped"))
    bench.add(Peculiar(later), version="1.0")
    found = bench.unpack(bytecode="timestamp")
    assert found[f"{SITE}/pkg/m3.py"] == BAD.encode()
    made = {path for path in found if path.endswith(".pyc")}
    assert made == {f"{CACHE}/m{n}.{TAG}.pyc" for n in range(10, 20)}
    assert found[f"{CACHE}/m15.{TAG}.pyc"] == b"shipped"


@pytest.mark.usefixtures("two_processes")
def test_a_directory_may_have_two_names(bench: Bench) -> None:
    bench.add(Peculiar((*many("pkg/m{n}.py"), Member(f"{DATA}/platlib/pkg/m1.py", "x = 'b'\n"))))
    directories = {"/env/lib64": "lib", "/env": [0o755, 0, 0], "/env/lib": [0o755, 0, 0]}
    found = bench.unpack(bytecode="timestamp", directories=directories)
    assert found[f"{SITE}/pkg/m1.py"] == b"x = 'b'\n"
    assert b"/env/lib64/site/pkg/m1.py" in found[f"{CACHE}/m1.{TAG}.pyc"]


@pytest.mark.usefixtures("two_processes")
def test_what_another_process_refuses(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    large = Member("pkg/large.py", "x = 1\n" * 1000)  # the whole share of this process
    plain = Member("pkg/damaged.py", "damaged = 1\n", method=zipfile.ZIP_STORED)
    path = bench.add(Peculiar((large, plain)))
    path.write_bytes(path.read_bytes().replace(b"damaged = 1", b"damaged = 2"))
    bench.add(Peculiar(many("other/m{n}.py")))
    message = bench.refusal(capsys, bytecode="timestamp")
    assert message.startswith(f"error: cannot install `{path.name}`: ")
    assert message.count("cannot install") == 1


@pytest.mark.parametrize("bytecode", [None, "timestamp"])
def test_more_wheels_than_files_may_be_open(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, bytecode: str | None
) -> None:
    monkeypatch.setattr(unpack_module, "MOST_OPEN", 3)
    before = set(Path("/proc/self/fd").iterdir())
    for n in range(7):
        bench.add(Peculiar((Member(f"pkg/m{n}.py", MODULE),)))
    found = bench.unpack(bytecode=bytecode)
    assert {f"{SITE}/pkg/m{n}.py" for n in range(7)} <= found.keys()
    assert sum(path.endswith(".pyc") for path in found) == (7 if bytecode else 0)
    assert set(Path("/proc/self/fd").iterdir()) == before


def test_several_outputs(tmp_path: Path) -> None:
    wheels = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        path = Peculiar((Member(f"pkg/{name}.py", MODULE),)).write(tmp_path / name)
        path = path.rename(tmp_path / path.name.replace("pkg", name))
        wheels.append({"archive": str(path), "output": str(tmp_path / name)})
    assert unpack(request(wheels)) == 0
    for name in ("one", "two"):
        assert (tmp_path / name / f"env/lib/site/pkg/{name}.py").exists()


@pytest.mark.parametrize(
    ("peculiar", "arguments", "reason"),
    [
        (Peculiar(), {"name": "other"}, "says name `pkg`, the lock says `other`"),
        (Peculiar(), {"version": "1.1"}, "says version `1.0`, the lock says `1.1`"),
        (Peculiar(), {"sha256": "00" * 32}, "its SHA-256 is"),
        (Peculiar((Member("../x"),)), {}, "climbs"),
        (Peculiar((Member("x", "/etc/passwd", LINK),)), {}, "link out of the wheel"),
        (Peculiar((Member("a/x", "../../passwd", LINK),)), {}, "link out of the wheel"),
        (Peculiar((Member("other-1.dist-info/X"),)), {}, "exactly one .dist-info directory: other"),
        (Peculiar(omitted=frozenset({"RECORD"})), {}, f"`{INFO}/RECORD` is missing"),
        (Peculiar(metadata="Name: pkg\n"), {}, "no name or no version"),
        (Peculiar(wheel="Wheel-Version: 2.0\n"), {}, "Wheel-Version is not supported: `2.0`"),
        (Peculiar((Member(f"{DATA}/libs/x"),)), {}, "data of an unknown kind: `libs`"),
        (Peculiar((Member(f"{DATA}/libs/"),)), {}, "directory of an unknown kind"),
        (Peculiar((Member(f"{DATA}/scripts/a/"),)), {}, "directory of an unknown kind"),
        (Peculiar((Member(f"{DATA}/scripts/a/b"),)), {}, "directory among its scripts"),
        (Peculiar((Member(f"{DATA}/scripts/Python.exe"),)), {}, "must not be called `python`"),
        (Peculiar((Member(f"{DATA}/data/bin/python3"),)), {}, "must not be called `python3`"),
        (Peculiar((Member(f"{DATA}/purelib/../../bin/pypy"),)), {}, "climbs"),
        (
            Peculiar((Member(f"{DATA}/data/x"),), record=f"./{DATA}/data/x,,\n"),
            {},
            "does not spell",
        ),
        (Peculiar((Member(f"{DATA}/data/lib/site/pkg"), Member("pkg/x"))), {}, "both a file and"),
    ],
)
def test_refusals(
    bench: Bench,
    capsys: pytest.CaptureFixture[str],
    peculiar: Peculiar,
    arguments: dict[str, object],
    reason: str,
) -> None:
    bench.add(Peculiar((Member("first.py", MODULE),)))
    bench.add(peculiar, **arguments)
    message = bench.refusal(capsys, bytecode="timestamp")
    assert reason in message
    assert message.startswith("error: cannot install `pkg-1.0-py3-none-any.whl`: ")


def test_a_headers_file_that_would_replace_the_interpreter(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.add(Peculiar((Member(f"{DATA}/purelib/python3", "x"),)))
    scheme = {**request([])["scheme"], "scripts": SITE}
    assert "must not be called" in bench.refusal(capsys, scheme=scheme)


def test_a_right_hash_and_links_that_stay(bench: Bench) -> None:
    members = (Member("pkg/a", "x"), Member("pkg/b", "../pkg/./a", LINK))
    path = bench.add(Peculiar(members))
    bench.wheels[0]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest().upper()
    found = bench.unpack()
    assert found[f"{SITE}/pkg/b"] == b"../pkg/./a"


def test_an_archive_that_is_not_there(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.add(Peculiar()).unlink()
    assert "No such file" in bench.refusal(capsys)


def test_a_full_disk(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_fd: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("posix.write", fail)
    bench.add(Peculiar())
    assert "No space left" in bench.refusal(capsys)


def test_an_output_in_use_is_left_alone(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.add(Peculiar())
    (bench.output / "kept").touch()
    assert unpack(request(bench.wheels)) == 1
    assert "not empty" in capsys.readouterr().err
    assert (bench.output / "kept").exists()


def test_short_writes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr("posix.write", lambda fd, data: write(fd, bytes(data[:7])))
    bench.add(Peculiar())
    assert bench.unpack()[f"{SITE}/pkg/__init__.py"] == MODULE.encode()


@pytest.mark.parametrize(
    ("key", "value"), [("cache_tag", "cpython-20"), ("magic", "00"), ("version", [2, 0])]
)
def test_bytecode_needs_the_right_interpreter(
    bench: Bench, capsys: pytest.CaptureFixture[str], key: str, value: object
) -> None:
    bench.add(Peculiar())
    python: dict[str, Any] = {**request([])["python"], key: value}
    assert f"bytecode needs {key}" in bench.refusal(capsys, python=python, bytecode="timestamp")


def test_an_unknown_mode(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert "unknown bytecode" in bench.refusal(capsys, bytecode="sometimes")


def test_an_argument_in_a_file(bench: Bench, tmp_path: Path) -> None:
    bench.add(Peculiar())
    (tmp_path / "argument").write_text(json.dumps(request(bench.wheels)), encoding="utf-8")
    with own_umask():
        assert main([f"@{tmp_path}/argument"]) == 0
    assert files(bench.output)


def test_json_without_the_scanner_in_c(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_json", None)
    bench.add(Peculiar(), direct_url=None)
    assert bench.unpack()


def test_a_refusal_is_not_swallowed(bench: Bench) -> None:
    bench.add(Peculiar(), name="other")
    with own_umask(), pytest.raises(Refusal):
        Unpacker(request(bench.wheels)).run()


@pytest.mark.parametrize("python", PYTHONS)
def test_the_same_bytes_on_every_run(tmp_path: Path, python: str) -> None:
    """Whatever the hash seed, and whatever else is unpacked before."""
    query = (
        "import importlib.util as u, json, sys;"
        "print(json.dumps({'cache_tag': sys.implementation.cache_tag,"
        "'magic': u.MAGIC_NUMBER.hex(), 'version': sys.version_info[:2]}))"
    )
    facts = json.loads(subprocess.check_output([python, "-c", query]))
    first = Peculiar(
        (Member("pkg/a.py", "def f(x): return x in {'llm', 'chat', '-'}, x in {'llm', 'chat'}\n"),)
    )
    other = Peculiar((Member("other.py", "llm = chat = 'llm', 'chat', '-', 'x'\n" * 3),))
    images = set()
    for seed, alone in (("0", True), ("1", True), ("2", False)):
        work = tmp_path / seed
        wheels = []
        for name, wheel in (("first", first), *(() if alone else (("other", other),))):
            (work / name).mkdir(parents=True)
            (work / f"{name}-wheel").mkdir()
            archive = wheel.write(work / f"{name}-wheel")
            wheels.append({"archive": str(archive), "output": str(work / name)})
        argument = request(wheels[::-1], python=facts, bytecode="unchecked-hash")
        done = unpack_apart(python, argument, work, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        images.add(json.dumps({k: v.hex() for k, v in files(work / "first").items()}))
    assert len(images) == 1


@pytest.mark.parametrize("python", PYTHONS)
def test_the_program_compiles_itself(tmp_path: Path, python: str) -> None:
    program = tmp_path / "unpack.py"
    program.write_bytes(unpacker())
    target = tmp_path / "made/unpack.pyc"
    target.parent.mkdir()
    argument = json.dumps({"compile": str(target), "mtime": MTIME})
    subprocess.run([python, "-I", "-S", "-B", str(program), argument], check=True)
    assert target.stat().st_mtime == target.parent.stat().st_mtime == MTIME
    output = tmp_path / "output"
    output.mkdir()
    archive = Peculiar().write(tmp_path)
    argument = json.dumps(request([{"archive": str(archive), "output": str(output)}]))
    subprocess.run([python, "-I", "-S", "-B", str(target), argument], check=True)
    assert f"{SITE}/pkg/__init__.py" in files(output)


def test_the_program_compiles_itself_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "unpack.pyc"
    assert unpack({"compile": str(target), "mtime": MTIME}) == 0
    assert target.read_bytes().startswith(MAGIC)


@pytest.mark.parametrize("python", PYTHONS)
def test_memory_does_not_grow_with_the_wheel(tmp_path: Path, python: str) -> None:
    peaks = []
    for size in (1, 200):
        directory = tmp_path / str(size)
        (directory / "output").mkdir(parents=True)
        path = directory / "pkg-1.0-py3-none-any.whl"
        block = os.urandom(1 << 20)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            with archive.open("pkg/large", "w", force_zip64=True) as member:
                for _ in range(size):
                    member.write(block)
            for name, text in (
                ("METADATA", "Name: pkg\nVersion: 1.0\n"),
                ("WHEEL", "Wheel-Version: 1.0\n"),
                ("RECORD", ""),
            ):
                archive.writestr(f"{INFO}/{name}", text)
        wheels = [{"archive": str(path), "output": str(directory / "output")}]
        (directory / "argument").write_text(json.dumps(request(wheels)), encoding="utf-8")
        peaks.append(peak_memory(python, directory))
    assert peaks[1] < peaks[0] + (24 << 10)


def peak_memory(python: str, directory: Path) -> int:
    """Of the unpacker, in kB; its argument is in the directory."""
    program = directory / "unpack.py"
    program.write_bytes(unpacker())
    script = (
        "import os, resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [python, "-I", "-S", "-B", str(program), f"@{directory}/argument"]
    return int(subprocess.check_output([sys.executable, "-c", script, *command]))
