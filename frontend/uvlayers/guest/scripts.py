"""Entry points, launchers and shebangs.

Sources: uv-install-wheel/{script,wheel}.rs; `entry_points.txt` is Python's configparser dialect
without interpolation, with `=` as the only delimiter and case-sensitive names.
"""

from uvlayers.guest.refusal import Refusal

PLACEHOLDER = b"#!python"
SHELL = "#!/bin/sh\n"
SHEBANG_LIMIT = 127  # bytes of the whole line that a kernel is trusted to read

INTERPRETERS = ("python", "pythonw", "python3", "graalpy", "pypy", "pypy2", "pypy3")

# What a command that follows the environment may start, and is to find among the system's programs.
SYSTEM = (
    "addgroup", "adduser", "ash", "bash", "busybox", "cat", "chage", "chfn", "chgrp",
    "chmod", "chown", "chpasswd", "chsh", "cp", "dash", "env", "find", "getent", "gpasswd",
    "groupadd", "groupmod", "id", "install", "ln", "mkdir", "mv", "nscd", "passwd", "perl",
    "pwck", "rm", "rmdir", "sed", "sh", "sss_cache", "tee", "touch", "useradd", "usermod",
)  # fmt: skip

# What uv itself puts into an environment, by the part of it: layers may lie below these.
ENVIRONMENT = {
    "data": (".gitignore", ".lock", "CACHEDIR.TAG", "pyvenv.cfg"),
    "purelib": ("_virtualenv.pth", "_virtualenv.py"),
    "scripts": (
        "activate", "activate.bat", "activate.csh", "activate.fish", "activate.nu", "activate.ps1",
        "activate_this.py", "deactivate.bat", "pydoc.bat",
    ),
}  # fmt: skip

LAUNCHER = """{shebang}
# -*- coding: utf-8 -*-
import sys
from {module} import {name}
if __name__ == "__main__":
    if sys.argv[0].endswith("-script.pyw"):
        sys.argv[0] = sys.argv[0][:-11]
    elif sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit({function}())
"""


class EntryPoint:
    """`name = module:function`."""

    __slots__ = ("function", "module", "name")

    def __init__(self, name: str, module: str, function: str) -> None:
        self.name = name
        self.module = module
        self.function = function

    def launcher(self, executable: str) -> bytes:
        """The script that calls the function."""
        text = LAUNCHER.format(
            shebang=shebang(executable),
            module=self.module,
            name=self.function.partition(".")[0],
            function=self.function,
        )
        return text.encode("utf-8")


def read_entry_points(data: bytes, minor: int) -> "list[EntryPoint]":
    """Console scripts, then GUI scripts; pip's launchers are those of Python 3.`minor`."""
    try:
        sections = _read_ini(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise Refusal("`entry_points.txt` is not UTF-8") from None
    console, gui = (
        [_read_entry_point(name, value) for name, value in sections.get(section, {}).items()]
        for section in ("console_scripts", "gui_scripts")
    )
    console = [script for script in console if not _is_versioned_pip(script.name)]
    for script in console:
        if script.name == "pip3":
            console.append(EntryPoint(f"pip3.{minor}", script.module, script.function))
            break
    return console + gui


def script_name(name: str) -> str:
    """The file name of an entry point's launcher; refused when it leaves the scripts directory."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if len(parts) != 1 or parts == [".."] or name.startswith("/") or "\0" in name:
        raise Refusal(f"a script must be a file of the scripts directory: `{name}`")
    refuse_reserved(parts[0].lower(), name)
    return parts[0]


def refuse_reserved(lowered: str, name: str) -> None:
    """Refuse a script that would replace the environment's interpreter (uv 0.12 and later)."""
    bare = lowered[:-3] if lowered.endswith(".py") else lowered
    prefix, _, minor = bare.partition("3.")
    threaded = minor.endswith("t") and prefix in ("python", "pythonw") and _is_byte(minor[:-1])
    if bare in INTERPRETERS or (prefix == "python" and _is_byte(minor)) or threaded:
        raise Refusal(f"a script must not be called `{bare}`: `{name}`")


def shebang(executable: str) -> str:
    """The first line or lines of a script, without the final newline."""
    if 3 + len(executable.encode("utf-8")) > SHEBANG_LIMIT or " " in executable:
        return _shell_shebang("'" + executable.replace("'", "'\\''") + "'")
    return f"#!{executable}"


def rewrite_shebang(head: bytes, executable: str) -> bytes:
    """Replace the `#!python…` line that `head`, a script's beginning, starts with."""
    ends = [at for at in (head.find(b"\n"), head.find(b"\r")) if at >= 0]
    end = min(ends) if ends else len(head)
    rest = head[end + 2 :] if head[end : end + 2] == b"\r\n" else head[end + 1 :]
    line = shebang(executable)
    if line.startswith(SHELL):
        coding = _source_encoding(rest)
        if coding:
            lines = _shell_shebang(_quote_octal(executable))[len(SHELL) :]
            cookie = SHELL.encode() + b"# coding: " + coding + b"\n"
            return cookie + lines.encode("utf-8") + b"\n" + rest
    return line.encode("utf-8") + b"\n" + rest


def _shell_shebang(quoted: str) -> str:
    """A script that /bin/sh and Python both read: for the shell an exec, for Python a string."""
    return f"{SHELL}'''exec' {quoted} \"$0\" \"$@\"\n' '''"


def _quote_octal(path: str) -> str:
    """A path that no source encoding can alter: printf prints it from octal digits."""
    data = path.encode("utf-8")
    bare = data.rstrip(b"\n")
    digits = " ".join(f"'\\'0{byte:03o}" for byte in bare)
    return f'"$(printf %b {digits})' + "\n" * (len(data) - len(bare)) + '"'


def _source_encoding(rest: bytes) -> bytes:
    """PEP 263's encoding when the line that the launcher displaces declares one."""
    import re

    match = re.match(rb"[ \t\x0c]*#[^\r\n]*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)", rest)
    return match.group(1) if match else b""


def _read_entry_point(name: str, value: str) -> EntryPoint:
    module, colon, rest = value.partition(":")
    module = module.rstrip()
    function, bracket, extras = rest.strip().partition("[")
    function = function.rstrip()
    inner = extras[:-1]
    bad_extras = bracket and (not extras.endswith("]") or inner[:1] in ("", ",") or ",," in inner)
    if not colon or bad_extras or not (_is_reference(module) and _is_reference(function)):
        raise Refusal(f"it has an invalid console script: `{name} = {value}`")
    return EntryPoint(name, module, function)


def _is_reference(text: str) -> bool:
    return bool(text) and all(char in "-." or ("a" + char).isidentifier() for char in text)


def _is_versioned_pip(name: str) -> bool:
    left, _, right = name.partition(".")
    return left == "pip3" and _is_byte(right)


def _is_byte(text: str) -> bool:
    """What Rust parses as an 8-bit number: digits, a leading `+` allowed."""
    digits = text[1:] if text.startswith("+") else text
    return digits.isascii() and digits.isdigit() and int(digits) < 256


def _read_ini(text: str) -> "dict[str, dict[str, str]]":
    """configparser's reading: comments, continuations, DEFAULT; repeated names are errors."""
    sections: dict[str, dict[str, str]] = {"DEFAULT": {}}
    section: dict[str, str] | None = None
    option = ""
    indent = blanks = 0
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        value = line.strip()
        if not value:
            blanks += 1
            continue
        if value[0] in "#;":
            continue
        depth = len(line) - len(line.lstrip())
        if section is not None and option and depth > indent:
            section[option] += "\n" * (blanks + 1) + value
        else:
            indent = depth
            section, option = _read_ini_line(value, sections, section)
        blanks = 0
    defaults = sections.pop("DEFAULT")
    return {
        name: {**own, **{key: defaults[key] for key in defaults if key not in own}}
        for name, own in sections.items()
    }


def _read_ini_line(
    value: str, sections: "dict[str, dict[str, str]]", section: "dict[str, str] | None"
) -> "tuple[dict[str, str], str]":
    close = value.rfind("]")
    if value[0] == "[" and close > 1:
        name = value[1:close]
        if name != "DEFAULT" and name in sections:
            raise Refusal(f"`entry_points.txt` repeats the section `{name}`")
        return sections.setdefault(name, {}), ""
    name, equals, text = value.partition("=")
    name = name.rstrip()
    if section is None or not equals or not name:
        raise Refusal(f"`entry_points.txt` has a line that is no entry point: `{value}`")
    if name in section:
        raise Refusal(f"`entry_points.txt` repeats `{name}`")
    section[name] = text.strip()
    return section, name
