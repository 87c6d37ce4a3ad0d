import ast
import json
import os
import platform
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from uvlayers.guest import probe
from uvlayers.python.interpreter import Interpreter, parse_facts

from tests.guest.pythons import PYTHONS

PROBE = Path(probe.__file__)
INDEPENDENT = """\
import json, os, platform, sys, sysconfig
import importlib.util
print(json.dumps({
    "version": platform.python_version(),
    "machine": platform.machine(),
    "prefix": sys.prefix,
    "base_prefix": sys.base_prefix,
    "purelib": sysconfig.get_paths()["purelib"],
    "scripts": sysconfig.get_paths()["scripts"],
    "tag": sys.implementation.cache_tag,
    "magic": importlib.util.MAGIC_NUMBER.hex(),
    "groups": sorted(os.getgroups()),
}))
"""


def run(python: str, *arguments: str, flags: tuple[str, ...] = ("-I", "-B")) -> bytes:
    command = [python, *flags, str(PROBE), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def ask_independently(python: str) -> dict[str, Any]:
    answer = subprocess.run([python, "-I", "-c", INDEPENDENT], check=True, stdout=subprocess.PIPE)
    independent: dict[str, Any] = json.loads(answer.stdout)
    return independent


def check(written: bytes, independent: dict[str, Any], python: str) -> Interpreter:
    facts, interpreter = json.loads(written), parse_facts(written)
    assert interpreter.full_version == independent["version"]
    assert interpreter.markers["platform_machine"] == independent["machine"]
    assert interpreter.prefix == independent["prefix"]
    assert facts["base_prefix"] == independent["base_prefix"]
    assert interpreter.scheme.purelib == independent["purelib"]
    assert interpreter.scheme.scripts == independent["scripts"]
    assert interpreter.cache_tag == independent["tag"]
    assert interpreter.magic == independent["magic"]
    assert facts["groups"] == independent["groups"]
    assert interpreter.executable == python
    assert interpreter.base_executable == os.path.realpath(python)
    assert (interpreter.uid, interpreter.gid) == (os.getuid(), os.getgid())
    assert facts["home"] == os.environ.get("HOME")
    assert interpreter.environment is None
    assert interpreter.uv is None
    return interpreter


@pytest.mark.parametrize("python", PYTHONS)
def test_the_facts_are_true(python: str) -> None:
    check(run(python), ask_independently(python), python)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_facts_of_a_virtual_environment(python: str, tmp_path: Path) -> None:
    subprocess.run([python, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    (tmp_path / "link").symlink_to(tmp_path / "venv")
    inside = str(tmp_path / "link/bin/python")
    independent = ask_independently(inside)

    interpreter = check(run(inside), independent, inside)
    assert interpreter.prefix == str(tmp_path / "link")
    assert interpreter.prefix != independent["base_prefix"]
    version = "python{}.{}".format(*interpreter.version)
    assert interpreter.scheme.include == str(tmp_path / "link/include/site" / version)
    assert interpreter.real_scheme.scripts == str(tmp_path / "venv/bin")
    assert interpreter.real_scheme.purelib == str(tmp_path / "venv/lib" / version / "site-packages")


def test_without_the_site_module_it_starts_again(tmp_path: Path) -> None:
    without = run(sys.executable, "{}", flags=("-I", "-S", "-B"))

    assert without == run(sys.executable, "{}")


def test_it_starts_again_as_it_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    class StartedAgainError(Exception): ...

    def execv(path: str, arguments: list[str]) -> None:
        assert path == arguments[0] == sys.executable
        assert arguments[1:] == ["-I", "-B", str(PROBE), '{"output": "/facts"}']
        raise StartedAgainError

    monkeypatch.setattr(sys, "flags", SimpleNamespace(no_site=1))
    monkeypatch.setattr(os, "execv", execv)
    with pytest.raises(StartedAgainError):
        probe.main(['{"output": "/facts"}'])


def test_the_output_goes_where_it_is_told(tmp_path: Path) -> None:
    output = tmp_path / "facts.json"

    probe.main([json.dumps({"output": str(output)})])

    assert output.read_bytes() == run(sys.executable)
    assert parse_facts(output.read_bytes()).executable == sys.executable


def test_the_umask_is_left_as_it_is() -> None:
    before = os.umask(0o027)
    try:
        assert probe.current_umask() == probe.current_umask() == 0o027
    finally:
        os.umask(before)


def test_distributions_are_found_by_their_own_entries(tmp_path: Path) -> None:
    for name in ("a-1.dist-info", "b.egg-info", "c.egg-link", "d", "__pycache__"):
        (tmp_path / name).mkdir()

    directories = [str(tmp_path), str(tmp_path / "missing")]
    assert probe.installed(directories) == ["a-1.dist-info", "b.egg-info", "c.egg-link"]


def test_it_is_python_3_8_and_of_the_standard_library() -> None:
    tree = ast.parse(PROBE.read_text(), feature_version=(3, 8))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }
    # distutils was of it until 3.12
    assert imported <= {*sys.stdlib_module_names, "distutils"}


def test_a_known_failure_is_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sysconfig, "get_platform", lambda: "macosx-11.2-arm64")
    probe.main([])

    assert json.loads(capsys.readouterr().out) == {
        "result": "error",
        "kind": "unknown_operating_system",
        "message": "not a Linux interpreter: `macosx`",
    }


def test_a_prerelease_and_a_build_from_a_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    version = SimpleNamespace(major=3, minor=14, micro=0, releaselevel="candidate", serial=2)
    implementation = SimpleNamespace(name="cpython", version=version)
    monkeypatch.setattr(sys, "implementation", implementation)
    monkeypatch.setattr(platform, "python_version", lambda: "3.14.0rc2+")

    assert probe.markers()["implementation_version"] == "3.14.0c2"
    assert probe.markers()["python_full_version"] == "3.14.0rc2"


# --- The C library


def elf(path: Path, loader: bytes | None, *, wide: bool = True, order: str = "<") -> str:
    """An executable's headers: a PT_LOAD, and a PT_INTERP where there is a loader."""
    header_size, entry_size = (64, 56) if wide else (52, 32)
    kinds = [1] if loader is None else [1, 3]
    start = header_size + entry_size * len(kinds)
    length = len(loader or b"")
    identity = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2]) + bytes(10)
    word = "Q" if wide else "I"
    header = identity + struct.pack(
        f"{order}HHI{word}{word}{word}IHHHHHH",
        *(3, 62, 1, 0, header_size, 0, 0, header_size, entry_size, len(kinds), 0, 0, 0),
    )
    entries = b""
    for kind in kinds:
        if wide:
            entries += struct.pack(f"{order}IIQQQQQQ", kind, 4, start, 0, 0, length, length, 1)
        else:
            entries += struct.pack(f"{order}IIIIIIII", kind, start, 0, 0, length, length, 4, 1)
    path.write_bytes(header + entries + (loader or b""))
    return str(path)


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_loader_is_read_from_the_executable(tmp_path: Path, wide: bool, order: str) -> None:
    loader = b"/lib/ld-musl-sample.so.1\0"
    named = elf(tmp_path / "named", loader, wide=wide, order=order)
    static = elf(tmp_path / "static", None, wide=wide, order=order)

    assert probe.elf_loader(named) == "/lib/ld-musl-sample.so.1"
    assert probe.elf_loader(static) is None


def test_this_very_interpreter_has_a_loader() -> None:
    loader = probe.elf_loader(sys.executable)

    assert loader is not None
    assert Path(loader).exists()


def musl_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    loader = tmp_path / "ld-musl-sample.so.1"
    loader.write_text(f"#!/bin/sh\nprintf '{says}' >&2\nexit 1\n")
    loader.chmod(0o755)
    executable = elf(tmp_path / "python", os.fsencode(loader) + b"\0")
    monkeypatch.setattr(sys, "executable", executable)


def test_musl_is_asked_for_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    musl_interpreter(tmp_path, monkeypatch, "musl libc (x86_64)\\nVersion 1.2.5\\nDynamic\\n")

    libc, _ = probe.libc_and_architecture()
    assert libc == {"name": "musllinux", "major": 1, "minor": 2}
    assert probe.manylinux_compatible(libc, "x86_64")


def test_a_loader_that_is_only_called_musl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    musl_interpreter(tmp_path, monkeypatch, "something else\\n")

    assert probe.musl_version() is None


@pytest.mark.parametrize("says", ["musl libc\\n", "musl libc\\nVersion unknown\\n"])
def test_a_musl_without_a_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    musl_interpreter(tmp_path, monkeypatch, says)

    with pytest.raises(probe.ProbeError, match="the loader tells no version") as caught:
        probe.musl_version()
    assert caught.value.kind == "libc_not_found"


@pytest.mark.parametrize("content", [b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\2\1" + bytes(10)])
def test_what_is_no_executable_has_no_musl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (tmp_path / "python").write_bytes(content)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    assert probe.musl_version() is None


def test_glibc_is_asked_in_two_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    by_confstr, by_symbol = probe.glibc_from_confstr(), probe.glibc_from_symbol()

    assert by_confstr == by_symbol
    monkeypatch.setattr(os, "confstr", lambda _: None)
    assert probe.glibc_from_confstr() is None
    assert isinstance(by_symbol, str)
    assert probe.glibc_version() == tuple(int(part) for part in by_symbol.split(".")[:2])


def test_neither_glibc_nor_musl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "confstr", lambda _: None)
    monkeypatch.setitem(sys.modules, "ctypes", None)

    with pytest.raises(probe.ProbeError, match="neither glibc nor musl in use"):
        probe.libc_and_architecture()


@pytest.mark.parametrize(
    ("kernel", "userland"),
    [("x86_64", "i686"), ("aarch64", "armv8l"), ("armv7l", "armv7l"), ("i686", "i686")],
)
def test_a_32_bit_userland_on_a_64_bit_kernel(
    monkeypatch: pytest.MonkeyPatch, kernel: str, userland: str
) -> None:
    monkeypatch.setattr(sysconfig, "get_platform", lambda: f"linux-{kernel}")
    assert probe.libc_and_architecture()[1] == kernel

    real = struct.calcsize
    monkeypatch.setattr(struct, "calcsize", lambda form: 4 if form == "P" else real(form))
    assert probe.libc_and_architecture()[1] == userland


def test_nobody_vetoes_where_there_is_no_such_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_manylinux", None)

    assert probe.manylinux_compatible({"name": "manylinux", "major": 2, "minor": 36}, "x86_64")


@pytest.mark.parametrize(
    ("attributes", "version", "expected"),
    [
        ({}, (2, 36), True),
        ({"manylinux_compatible": lambda *_: False}, (2, 36), False),
        ({"manylinux_compatible": lambda *_: None, "manylinux1_compatible": False}, (2, 5), True),
        ({"manylinux_compatible": lambda *of: of == (2, 36, "x86_64")}, (2, 36), True),
        ({"manylinux2014_compatible": False}, (2, 17), False),
        ({"manylinux2014_compatible": False}, (2, 36), True),
        ({"manylinux2010_compatible": False}, (2, 12), False),
        ({"manylinux1_compatible": False}, (2, 5), False),
        ({"manylinux1_compatible": True}, (2, 5), True),
    ],
)
def test_a_module_may_veto_manylinux(
    monkeypatch: pytest.MonkeyPatch,
    attributes: dict[str, object],
    version: tuple[int, int],
    expected: bool,
) -> None:
    module = ModuleType("_manylinux")
    vars(module).update(attributes)
    monkeypatch.setitem(sys.modules, "_manylinux", module)

    libc = {"name": "manylinux", "major": version[0], "minor": version[1]}
    assert probe.manylinux_compatible(libc, "x86_64") is expected


# --- Paths


@pytest.mark.parametrize("base_prefix", [sys.prefix, "/elsewhere"])
def test_headers_have_a_place_of_their_own_in_a_virtual_environment(
    monkeypatch: pytest.MonkeyPatch, base_prefix: str
) -> None:
    monkeypatch.setattr(sys, "base_prefix", base_prefix)
    python = "python{}.{}".format(*sys.version_info)
    own = f"{sys.prefix}/include/site/{python}"

    virtual = base_prefix != sys.prefix
    assert (probe.installation_scheme()["include"] == own) is virtual


def test_distutils_is_asked_where_the_distributor_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sysconfig, "_PIP_USE_SYSCONFIG", False, raising=False)
    distutils, scheme = stub_distutils(monkeypatch), probe.installation_scheme()

    assert scheme["purelib"] == "/stub/purelib"
    assert scheme["platlib"] == "/stub/platlib"
    assert scheme["scripts"] == "/stub/scripts"
    assert scheme["data"] == "/stub/data"
    assert distutils.shim_removed


def test_install_lib_of_a_configuration_file_takes_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stub_distutils(monkeypatch).options = {"install_lib": ("setup.cfg", "/stub/lib")}
    paths = probe.distutils_paths()

    assert paths["purelib"] == paths["platlib"] == "/stub/lib"
    assert paths["include"] == "/stub"


def test_python_without_distutils(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distutils.dist", None)

    with pytest.raises(probe.ProbeError, match="installed without distutils") as caught:
        probe.distutils_paths()
    assert caught.value.kind == "missing_required_distutils"


def stub_distutils(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Like distutils of Python 3.9 as far as the probe asks; what it saw and what it answers."""
    seen = SimpleNamespace(options={}, shim_removed=False)

    class Install:
        install_purelib = "/stub/purelib"
        install_platlib = "/stub/platlib"
        install_lib = "/stub/lib"
        install_scripts = "/stub/scripts"
        install_data = "/stub/data"
        install_headers = "/stub/headers"

        def finalize_options(self) -> None: ...

    class Distribution:
        def __init__(self, attributes: dict[str, object]) -> None:
            assert attributes == {}

        def parse_config_files(self) -> None:
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a setup.cfg in Latin-1")

        def get_command_obj(self, name: str, create: bool) -> Install:
            assert (name, create) == ("install", True)
            return Install()

        def get_option_dict(self, _: str) -> dict[str, object]:
            options: dict[str, object] = seen.options
            return options

    def remove_shim() -> None:
        seen.shim_removed = True

    monkeypatch.setitem(sys.modules, "distutils.dist", SimpleNamespace(Distribution=Distribution))
    monkeypatch.setitem(sys.modules, "distutils", ModuleType("distutils"))
    shim = SimpleNamespace(remove_shim=remove_shim)
    monkeypatch.setitem(sys.modules, "_distutils_hack", shim)
    return seen


def test_the_scheme_of_a_python_that_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sysconfig, "get_preferred_scheme")
    assert probe.prefix_scheme() == "posix_prefix"

    monkeypatch.setattr(sysconfig, "get_scheme_names", lambda: ("posix_prefix", "cpython"))
    assert probe.prefix_scheme() == "cpython"

    monkeypatch.setattr(sysconfig, "get_scheme_names", lambda: ())
    assert probe.prefix_scheme() == "posix_prefix"
