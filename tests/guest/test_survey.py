import ast
import json
import os
import struct
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin
from uvlayers.guest import survey

MINOR = "{}.{}".format(*sys.version_info)
LIBRARY = sysconfig.get_path("stdlib")
PLANTED = "/usr/lib/python3.13"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="chroot is for root")


def elf(loader: str | None, data: bytes = b"", machine: int = 183, *, wide: bool = True) -> bytes:
    """An ELF file with `data` at its end; nothing could run it."""
    text = b"" if loader is None else loader.encode() + b"\0"
    header = struct.Struct("<HHIQQQIHHH" if wide else "<HHIIIIIHHH")
    segment = struct.Struct("<IIQQQQQQ" if wide else "<IIIIIIII")
    start = 16 + header.size
    place, size = start + segment.size, len(text)
    kind = 3 if loader else 1
    fields = (
        (kind, 4, place, 0, 0, size, size, 1) if wide else (kind, place, 0, 0, size, size, 4, 1)
    )
    identity = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]).ljust(12, b"\0")
    head = header.pack(2, machine, 1, 0, start, 0, 0, 0, segment.size, 1)
    return identity + head + segment.pack(*fields) + text + data


UV = elf(
    None, b"\0crate-9.9.9/x\0prompt }}0.13.9version_infoinclude-system-site-packagesrelocatable"
)
GLIBC = elf(None, b"\0GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41.\n")
PYTHON = elf("/lib/ld-linux-aarch64.so.1", b"\0003.13.5\0 3.40.1\0 13.13.7\0")
DATA = "build_time_vars = {'LIBDIR': '/usr/lib', 'MULTIARCH': 'aarch64-linux-gnu', 'CC': 'gcc'}\n"


def plant(root: Path, files: dict[str, bytes | str]) -> None:
    for name, content in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
            path.chmod(0o755)
        else:
            path.symlink_to(content)


def make_root(directory: Path, **changes: bytes | str) -> Path:
    root = directory / "root"
    plant(
        root,
        {
            "/usr/bin/python3.13": PYTHON,
            "/usr/bin/python3": "python3.13",
            "/usr/bin/python3-config": b"#!/bin/sh\n",
            "/usr/local/bin/uv": UV,
            "/bin": "usr/bin",
            "/lib": "usr/lib",
            "/usr/lib/ld-linux-aarch64.so.1": "aarch64-linux-gnu/ld-2.41.so",
            "/usr/lib/aarch64-linux-gnu/ld-2.41.so": elf(None),
            "/usr/lib/aarch64-linux-gnu/libc.so.6": GLIBC,
            f"{PLANTED}/_sysconfigdata__linux_aarch64-linux-gnu.py": DATA.encode(),
            f"{PLANTED}/os.py": b"x = 1\n",
            f"{PLANTED}/test/t.py": b"",
            "/etc/passwd": b"root:x:0:0::/root:/bin/sh\n",
            **changes,
        },
    )
    return root


def options(**changes: Any) -> dict[str, Any]:
    return {
        "mounts": {},
        "uv": "uv",
        "path": "/usr/local/bin:/usr/bin:/bin",
        "python": "/usr/bin/python3.13",
        "minor": "3.13",
        "programs": ["/usr/bin", "/nowhere"],
        "libraries": [],
        "compared": ["/etc/uv"],
        "site": ["/app/.venv/lib"],
        **changes,
    }


def side(root: Path, **changes: Any) -> dict[str, Any]:
    return survey.inside(str(root), options(**changes), PLANTED)


@needs_root
def test_a_root_that_cannot_run_here(tmp_path: Path) -> None:
    found = side(make_root(tmp_path))
    library = found["same"].pop("library")
    accounts = found["same"].pop("accounts")
    assert library == side(tmp_path / "root")["same"]["library"]
    assert set(accounts) == {"/etc/passwd", "/etc/group"}
    assert accounts["/etc/group"] is None
    machine = {"machine": 183, "wide": True, "little": True}
    assert found == {
        "same": {
            "compared": {"/etc/uv": None},
            "installed": [],
            "python": "/usr/bin/python3.13",
            "pythons": {
                "/usr/bin/python3": "/usr/bin/python3.13",
                "/usr/bin/python3.13": "/usr/bin/python3.13",
            },
            "uv": "/usr/local/bin/uv",
        },
        "build": {
            "_sysconfigdata__linux_aarch64-linux-gnu.py": {
                **dict.fromkeys(survey.BUILD_VARIABLES),
                "LIBDIR": "/usr/lib",
                "MULTIARCH": "aarch64-linux-gnu",
            }
        },
        "libc": {"family": "glibc", "versions": ["2.41"]},
        "others": {},
        "python": {**machine, "loader": "/lib/ld-linux-aarch64.so.1", "versions": ["3.13.5"]},
        "uv": {**machine, "loader": None, "versions": ["0.13.9"]},
        "uv_mount": None,
        "vetoes": [],
    }


@needs_root
def test_musl_and_a_shared_library(tmp_path: Path) -> None:
    root = make_root(
        tmp_path,
        **{
            "/usr/bin/python3.13": elf("/lib/ld-musl-aarch64.so.1", b"libpython3.13.so.1.0\0"),
            "/usr/lib/ld-musl-aarch64.so.1": elf(None, b"\0001.2.5\0\nVersion %s\0"),
            "/usr/lib/libpython3.13.so.1.0": elf(None, b"\0003.13.7\0"),
            "/opt/libpython3.13.so.1.0": elf(None, b"\0003.13.8\0"),
        },
    )
    found = side(root)
    assert found["libc"] == {"family": "musl", "versions": ["1.2"]}
    assert found["python"]["versions"] == ["3.13.7"]
    assert side(root, libraries=["/opt"])["python"]["versions"] == ["3.13.7", "3.13.8"]


@needs_root
def test_uv_in_a_mount(tmp_path: Path) -> None:
    root = make_root(tmp_path, **{"/uvlayers/mounts/0": UV.replace(b"0.13.9", b"0.14.0")})
    (root / "usr/local/bin/uv").unlink()
    found = side(root, mounts={"/bin/uv": "/uvlayers/mounts/0"})
    assert (found["same"]["uv"], found["uv_mount"]) == ("/usr/bin/uv", "/bin/uv")
    assert found["uv"]["versions"] == ["0.14.0"]


@needs_root
@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({f"{PLANTED}/os.py": b"x = 2\n"}, "library"),
        ({f"{PLANTED}/json/new.py": b""}, "library"),
        ({f"{PLANTED}/EXTERNALLY-MANAGED": b""}, "library"),
        ({"/etc/passwd": b""}, "accounts"),
        ({"/etc/uv/uv.toml": b""}, "compared"),
        ({"/app/.venv/lib/x-1.dist-info/METADATA": b""}, "installed"),
        ({"/usr/bin/python3.12": PYTHON}, "pythons"),
        ({"/usr/bin/pypy": PYTHON}, "pythons"),
        ({"/usr/bin/uv": UV}, None),
        ({f"{PLANTED}/test/more.py": b""}, None),
        ({f"{PLANTED}/site-packages/x.py": b""}, None),
        ({f"{PLANTED}/__pycache__/x.py": b""}, None),
        ({f"{PLANTED}/config-3.13-aarch64/x.py": b""}, None),
        ({"/usr/bin/python3.13-config": PYTHON}, None),
    ],
)
def test_what_must_be_the_same(
    tmp_path: Path, changes: dict[str, bytes | str], key: str | None
) -> None:
    before = side(make_root(tmp_path / "one"))["same"]
    after = side(make_root(tmp_path / "two", **changes))["same"]
    assert [name for name in before if before[name] != after[name]] == ([key] if key else [])


@needs_root
@pytest.mark.parametrize(
    ("changes", "asked", "reason"),
    [
        ({}, {"uv": "other"}, "there is no `other` on the PATH"),
        ({"/usr/bin/python3.13": b"#!/bin/sh\n"}, {}, "`/usr/bin/python3.13` is no ELF file"),
        ({"/usr/bin/python3.13": elf(None)}, {}, "the interpreter is linked statically"),
        ({}, {"python": "/usr/bin/python3.14"}, "FileNotFoundError"),
    ],
)
def test_what_cannot_be_read(
    tmp_path: Path, changes: dict[str, bytes | str], asked: dict[str, Any], reason: str
) -> None:
    with pytest.raises(survey.SurveyError, match=f"in the target, {reason}"):
        side(make_root(tmp_path, **changes), **asked)


@needs_root
def test_other_pythons_and_vetoes(tmp_path: Path) -> None:
    root = make_root(
        tmp_path,
        **{
            "/usr/bin/python3.11": elf("/lib/ld", b"\0003.11.2\0", wide=False),
            f"{PLANTED}/_manylinux.py": b"",
        },
    )
    found = side(root)
    (other,) = found["others"].values()
    assert (other["versions"], other["wide"]) == (["3.11.2"], False)
    assert found["vetoes"] == [f"{PLANTED}/_manylinux.py"]


def test_this_interpreter_and_uv(tmp_path: Path) -> None:
    """The method is right about programs that can be asked."""
    python, facts = os.path.realpath(sys.executable), tmp_path / "facts.json"
    asked = options(
        target=str(tmp_path),
        uv=find_uv_bin(),
        python=python,
        minor=MINOR,
        programs=[],
        libraries=[sysconfig.get_config_var("LIBDIR")],
        facts=str(facts),
    )
    found = survey.describe(asked, LIBRARY)
    assert found["python"]["versions"] == [sys.version.partition(" ")[0]]
    assert len(found["uv"]["versions"]) == 1
    assert found["libc"]["versions"] == [(os.confstr("CS_GNU_LIBC_VERSION") or "").split()[1]]
    survey.main([json.dumps(asked)])
    answer = json.loads(facts.read_bytes())
    assert answer["result"] == "error"
    assert answer["message"].startswith("in the target, ")


def test_it_is_python_3_8_and_of_the_standard_library() -> None:
    tree = ast.parse(Path(survey.__file__).read_text(), feature_version=(3, 8))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {alias.name for node in imports for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)
