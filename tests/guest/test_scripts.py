import configparser
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.guest.record import encode_hash
from uvlayers.guest.refusal import Refusal
from uvlayers.guest.scripts import (
    EntryPoint,
    read_entry_points,
    refuse_reserved,
    rewrite_shebang,
    script_name,
    shebang,
)

PYTHON = "/app/.venv/bin/python"
SPACED = "/my app/bin/python"
# The expression of uv-install-wheel/script.rs.
VALUE = re.compile(
    r"(?P<module>[\w\d_\-.]+)\s*:\s*(?P<function>[\w\d_\-.]+)(?:\s*\[\s*(?:(?:[^,]+,?\s*)+)\])?\s*"
)


def names(text: str, minor: int = 13) -> list[str]:
    return [script.name for script in read_entry_points(text.encode(), minor)]


def test_the_launcher_of_the_reference() -> None:
    launcher = EntryPoint("a", "a", "main").launcher(PYTHON)
    assert len(launcher) == 288
    assert encode_hash(hashlib.sha256(launcher).digest()) == (
        "sha256=kfs9XjmwmQSzKk8gyJ3AmjD9yu-UBKnqyghz4vWVGUY"
    )


def test_a_launcher_imports_the_first_part_of_an_attribute() -> None:
    launcher = EntryPoint("a", "pkg.cli", "app.run").launcher(PYTHON).decode()
    assert "\nfrom pkg.cli import app\n" in launcher
    assert launcher.endswith("    sys.exit(app.run())\n")


def test_console_scripts_come_before_gui_scripts() -> None:
    assert names("[gui_scripts]\nb = m:f\n[console_scripts]\na = m:f\n") == ["a", "b"]
    assert names("") == []


def test_versioned_pip_is_that_of_the_interpreter() -> None:
    text = "[console_scripts]\npip3.7 = p:m\npip3 = p:m\npip3.300 = p:m\npip3. = p:m\n"
    assert names(text, 12) == ["pip3", "pip3.300", "pip3.", "pip3.12"]


def test_a_value_may_go_on_in_the_next_lines() -> None:
    (script,) = read_entry_points(b"[console_scripts]\na = m\n\n  : f\n", 13)
    assert (script.module, script.function) == ("m", "f")


def test_what_is_not_utf8_is_refused() -> None:
    with pytest.raises(Refusal, match="UTF-8"):
        read_entry_points(b"\xff", 13)


@pytest.mark.parametrize(
    "text",
    [
        "a = m:f\n",
        "[console_scripts]\na = m:f\na = m:f\n",
        "[console_scripts]\n[console_scripts]\n",
        "[console_scripts]\na: m:f\n",
        "[console_scripts]\n= m:f\n",
        "[other]\nnothing\n",
        "[]\n",
    ],
)
def test_broken_files_are_refused(text: str) -> None:
    with pytest.raises(Refusal, match="entry_points"):
        read_entry_points(text.encode(), 13)


LINES = st.lists(
    st.sampled_from(
        [
            "[a]",
            "[b]",
            " [c]",
            "[DEFAULT]",
            "x = 1",
            "  y = 2",
            "x=",
            "    z",
            "",
            " ",
            "# n",
            ";",
            "k = v = w",
        ]
    ),
    max_size=9,
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_dialect_is_that_of_configparser(lines: list[str], end: str) -> None:
    from uvlayers.guest.scripts import _read_ini

    parser = configparser.RawConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string("\n".join(lines))
    except configparser.Error:
        with pytest.raises(Refusal):
            _read_ini(end.join(lines))
    else:
        expected = {name: dict(parser[name]) for name in parser.sections()}
        assert _read_ini(end.join(lines)) == expected


@given(st.text(st.sampled_from("ab.-_ :[],]\né1"), max_size=12))
def test_values_are_those_that_uv_understands(value: str) -> None:
    from uvlayers.guest.scripts import _read_entry_point

    match = VALUE.fullmatch(value)
    if match is None:
        with pytest.raises(Refusal):
            _read_entry_point("x", value)
    else:
        script = _read_entry_point("x", value)
        assert (script.module, script.function) == match.group("module", "function")


@pytest.mark.parametrize("name", ["a", "my script", "./a", "a/", "python4", "python3.x", "x.py"])
def test_names_that_scripts_may_have(name: str) -> None:
    assert script_name(name) == name.strip("./")


@pytest.mark.parametrize("name", ["../a", "/a", "a/b", "..", ".", "", "a\0b"])
def test_scripts_stay_in_their_directory(name: str) -> None:
    with pytest.raises(Refusal, match="scripts directory"):
        script_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "python", "Python", "pythonw", "python3", "graalpy", "pypy", "pypy2", "pypy3", "python.py",
        "python3.11", "python3.255", "python3.+1", "python3.13t", "pythonw3.13t", "python3.1.py",
    ],
)  # fmt: skip
def test_reserved_names(name: str) -> None:
    with pytest.raises(Refusal, match="must not be called"):
        script_name(name)


@pytest.mark.parametrize("name", ["python2", "python3.256", "pythonw3.11", "python3.", "pypy3.10"])
def test_names_that_are_not_reserved(name: str) -> None:
    refuse_reserved(name, name)


def test_a_shebang_that_the_kernel_can_read() -> None:
    longest = "/" + "a" * 123
    assert shebang(longest) == f"#!{longest}"
    assert shebang(longest + "a").startswith("#!/bin/sh\n")
    assert shebang("/" + "é" * 62).startswith("#!/bin/sh\n")


def test_a_shebang_that_needs_a_shell() -> None:
    assert shebang("/it's mine/python").splitlines() == [
        "#!/bin/sh",
        """'''exec' '/it'\\''s mine/python' "$0" "$@\"""",
        "' '''",
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("line", [b"#!python", b"#!pythonw", b"#!python3 -E"])
def test_the_placeholder_line_is_replaced_whole(line: bytes, end: bytes) -> None:
    assert rewrite_shebang(line + end + b"x\r\ny", PYTHON) == f"#!{PYTHON}\n".encode() + b"x\r\ny"


def test_a_placeholder_alone() -> None:
    assert rewrite_shebang(b"#!python", PYTHON) == f"#!{PYTHON}\n".encode()


def test_a_coding_cookie_stays_in_the_second_line() -> None:
    text = rewrite_shebang(b"#!python\n# -*- coding: latin-1 -*-\nx\n", "/a b/python\n")
    lines = text.split(b"\n")
    assert lines[:2] == [b"#!/bin/sh", b"# coding: latin-1"]
    octal = " ".join(f"'\\'0{byte:03o}" for byte in b"/a b/python")
    assert lines[2] == f"'''exec' \"$(printf %b {octal})".encode()
    assert lines[3:] == [b'" "$0" "$@"', b"' '''", b"# -*- coding: latin-1 -*-", b"x", b""]


def test_without_a_cookie_the_shell_lines_are_the_usual_ones() -> None:
    text = rewrite_shebang(b"#!python\n\n# coding: latin-1\n", SPACED)
    assert text == shebang(SPACED).encode() + b"\n\n# coding: latin-1\n"
