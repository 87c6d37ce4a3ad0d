import json
import os
import platform
import sys
import sysconfig
from typing import Any, NoReturn

import pytest
from uvlayers.errors import Unsupported
from uvlayers.python.interpreter import MARKERS, Environment, Libc, Scheme, parse_facts
from uvlayers.python.tags import compatible_tags

from tests.python.facts import SCHEME, make_facts, make_interpreter

UNREAD = {"base_prefix", "groups", "home"}  # only looked at inside the build, if at all


def test_every_fact_arrives() -> None:
    interpreter = make_interpreter()

    assert interpreter.version == (3, 13, 2)
    assert interpreter.full_version == "3.13.2"
    assert interpreter.libc == Libc("glibc", 2, 36)
    assert interpreter.machine == "x86_64"
    assert interpreter.manylinux_compatible
    assert not interpreter.gil_disabled
    assert not interpreter.debug
    assert interpreter.pointer_size == 64
    assert interpreter.prefix == "/app/.venv"
    assert interpreter.executable == "/app/.venv/bin/python"
    assert interpreter.base_executable == "/usr/local/bin/python3.13"
    assert interpreter.cache_tag == "cpython-313"
    assert interpreter.magic == "f30d0d0a"
    assert interpreter.scheme == interpreter.real_scheme == Scheme(**SCHEME)
    assert (interpreter.umask, interpreter.uid, interpreter.gid) == (0o22, 1000, 1000)
    assert interpreter.installed == ("pip-25.0.dist-info",)
    assert interpreter.sys_version == "3.13.2 (main)"
    assert interpreter.environment == Environment("/app/.venv", "/srv/app/.venv", False, True)
    assert interpreter.uv == (0, 13, 9)


def test_all_eleven_markers_arrive_and_stay() -> None:
    markers = make_interpreter().markers

    assert tuple(sorted(markers)) == MARKERS == tuple(sorted(MARKERS))
    assert len(markers) == 11
    with pytest.raises(TypeError):
        markers["os_name"] = "nt"  # type: ignore[index]


@pytest.mark.parametrize(
    ("version", "cut"), [("3.14.0rc1", "3.14.0"), ("3.14.0a7", "3.14.0"), ("3.13.2", "3.13.2")]
)
def test_markers_know_no_prerelease(version: str, cut: str) -> None:
    interpreter = make_interpreter(version=version)

    assert interpreter.markers["python_full_version"] == cut
    assert interpreter.full_version == version
    assert interpreter.markers["implementation_version"] == version


def test_facts_without_an_environment() -> None:
    interpreter = make_interpreter(environment=None, uv=None)

    assert interpreter.environment is None
    assert interpreter.uv is None


@pytest.mark.parametrize(
    ("arch", "machine"),
    [
        ("armv8l", "armv7l"),
        ("arm64", "aarch64"),
        ("amd64", "x86_64"),
        ("i386", "i686"),
        ("s390x", "s390x"),
    ],
)
def test_the_machine_is_what_wheels_call_it(arch: str, machine: str) -> None:
    assert make_interpreter(arch=arch).machine == machine


def test_musl() -> None:
    os_facts = {"name": "musllinux", "major": 1, "minor": 2}
    assert make_interpreter(os=os_facts).libc == Libc("musl", 1, 2)


def markers(**changes: str) -> dict[str, str]:
    raw: dict[str, str] = make_facts()["markers"]
    return raw | changes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "3.7.17"}, "Python older than 3.8 is not supported: `3.7.17`"),
        ({"version": "3.13"}, "unexpected Python version: `3.13`"),
        ({"version": "snake"}, "unexpected Python version: `snake`"),
        (
            {"markers": markers(implementation_name="pypy")},
            "only CPython is supported: `pypy`",
        ),
        (
            {"os": {"name": "android", "api_level": 21}},
            "only Linux with glibc or musl is supported: `android`",
        ),
        ({"uv": "dev"}, "unexpected uv version: `dev`"),
        ({"prefix": "app"}, "expected an absolute path in `facts.prefix`: `app`"),
        (
            {"result": "error", "kind": "uv_failed", "message": "No interpreter found"},
            "No interpreter found",
        ),
    ],
)
def test_what_we_do_not_serve_is_said(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Unsupported) as caught:
        make_interpreter(**changes)
    assert caught.value.message == message


def test_what_is_not_json_is_said() -> None:
    with pytest.raises(Unsupported, match="the facts of the interpreter are not JSON"):
        parse_facts(b"Traceback")
    with pytest.raises(Unsupported, match="expected an object in `facts`"):
        parse_facts(b"[]")


@pytest.mark.parametrize("key", sorted(make_facts().keys() - UNREAD))
def test_every_fact_is_checked(key: str) -> None:
    with pytest.raises(Unsupported, match=f"facts.{key}"):
        make_interpreter(**{key: 1.5})


def test_scripts_of_a_later_sync_begin_as_that_uv_begins_them() -> None:
    # Seen with uv 0.8.24, 0.11.0, 0.12.9, 0.12.13, 0.12.14, 0.12.24, 0.13.0 and 0.13.9.
    def found(uv: str | None, existed: bool = False) -> str:
        environment = make_facts()["environment"] | {"existed": existed}
        return make_interpreter(uv=uv, environment=environment).executable_when_found

    assert found("0.12.13") == "/app/.venv/bin/python3"
    assert found("0.12.14") == "/app/.venv/bin/python"
    assert found(None) == "/app/.venv/bin/python"
    # Then the probe was started by the path that uv prefers.
    assert found("0.12.13", existed=True) == "/app/.venv/bin/python"


def test_the_host_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = json.dumps(make_facts()).encode()
    honest = parse_facts(facts)
    tags = compatible_tags(honest)

    def lie(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the host was asked")

    for module, names in {
        platform: ("machine", "python_version", "libc_ver", "system", "uname"),
        sysconfig: ("get_platform", "get_config_var", "get_paths"),
        os: ("confstr", "uname", "getuid", "umask"),
    }.items():
        for name in names:
            monkeypatch.setattr(module, name, lie)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "version_info", (2, 7))
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    monkeypatch.setattr(os, "environ", {"UV_PYTHON": "3.8"})
    lied_to = parse_facts(facts)
    lied_tags = compatible_tags(lied_to)
    monkeypatch.undo()

    assert lied_to == honest
    assert lied_tags == tags
