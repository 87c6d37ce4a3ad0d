"""Pythons that this machine does not have: a real one in the costume of another.

uv learns what an interpreter is by running a script in it that prints JSON. A costume is an
executable that runs that script in a real interpreter and changes the answer; everything else it
passes on. With it one Python stands in for every version, libc and architecture that a lock is
made for.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import uvlayers.guest
from uvlayers.python.interpreter import Interpreter, parse_facts

_WRAPPER = """\
#!{real} -IB
import json, os, subprocess, sys

REAL, CHANGES = {real!r}, json.loads({changes!r})
VERSION = "python" + CHANGES["markers"]["python_version"]


def changed(answer):
    if "platform" in answer:  # until uv 0.12
        answer["platform"] = {{"os": CHANGES["os"], "arch": CHANGES["arch"]}}
    for key, value in CHANGES.items():
        if key not in answer:
            continue
        if isinstance(value, dict):
            answer[key] = dict(answer[key], **value)
        else:
            answer[key] = value
    answer["pointer_size"] = str(CHANGES["pointer_size"])
    here = os.path.abspath(sys.argv[0])
    prefix = os.path.dirname(os.path.dirname(here))
    answer["sys_executable"] = here
    answer["sys_base_executable"] = os.path.realpath(here)
    if os.path.exists(os.path.join(prefix, "pyvenv.cfg")):
        packages = os.path.join(prefix, "lib", VERSION, "site-packages")
        answer["sys_prefix"] = prefix
        answer["scheme"] = {{
            "purelib": packages,
            "platlib": packages,
            "include": os.path.join(prefix, "include", "site", VERSION),
            "scripts": os.path.join(prefix, "bin"),
            "data": prefix,
        }}
    answer["virtualenv"] = {{
        "purelib": os.path.join("lib", VERSION, "site-packages"),
        "platlib": os.path.join("lib", VERSION, "site-packages"),
        "include": os.path.join("include", "site", VERSION),
        "scripts": "bin",
        "data": "",
    }}
    return answer


arguments = [REAL] + sys.argv[1:]
if not any("get_interpreter_info" in argument for argument in arguments):
    os.execv(REAL, arguments)
done = subprocess.run(arguments, stdout=subprocess.PIPE)
print(json.dumps(changed(json.loads(done.stdout))))
sys.exit(done.returncode)
"""


@dataclass(frozen=True)
class Costume:
    """What the interpreter claims to be; the rest stays as the real one says."""

    version: str
    machine: str = "x86_64"
    libc: tuple[str, int, int] = ("manylinux", 2, 36)
    free_threaded: bool = False
    debug: bool = False
    manylinux: bool = True

    def __str__(self) -> str:
        """Name it as uv names a Python: `cpython-3.14.0+freethreaded-linux-x86_64-musl`."""
        family = {"manylinux": "gnu", "musllinux": "musl"}[self.libc[0]]
        variant = "+freethreaded" * self.free_threaded + "+debug" * self.debug
        veto = "" if self.manylinux else "-no-manylinux"
        return f"cpython-{self.version}{variant}-linux-{self.machine}-{family}{veto}"

    def changes(self) -> Mapping[str, object]:
        """Return what to put into the answer of uv's script, and of our probe."""
        name, major, minor = self.libc
        short = ".".join(self.version.split(".")[:2])
        return {
            "markers": {
                "implementation_version": self.version,
                "platform_machine": self.machine,
                "python_full_version": self.version,
                "python_version": short,
            },
            "os": {"name": name, "major": major, "minor": minor},
            "arch": self.machine,
            "manylinux_compatible": self.manylinux,
            "gil_disabled": self.free_threaded,
            "debug_enabled": self.debug,
            "pointer_size": 32 if self.machine == "armv7l" else 64,
        }


COSTUMES = (
    Costume("3.8.20"),
    Costume("3.9.1", "s390x", ("manylinux", 2, 28)),
    Costume("3.10.1", manylinux=False),
    Costume("3.11.2"),
    Costume("3.11.2", "armv7l", ("manylinux", 2, 31)),
    Costume("3.11.9", "aarch64"),
    Costume("3.12.3", libc=("musllinux", 1, 1)),
    Costume("3.12.4", "aarch64", ("musllinux", 1, 2)),
    Costume("3.12.9", "riscv64", ("manylinux", 2, 39)),
    Costume("3.13.0", libc=("manylinux", 2, 17)),
    Costume("3.13.1", debug=True),
    Costume("3.13.1", free_threaded=True),
    Costume("3.14.0", "aarch64", ("manylinux", 2, 40)),
    Costume("3.14.1", free_threaded=True),
    Costume("3.14.2"),
    Costume("3.15.0rc2"),
    Costume("3.15.1", free_threaded=True),
)


def dress(real: Path, costume: Costume, directory: Path) -> Path:
    """Write the executable; `real` is the interpreter that does the work."""
    path = directory / str(costume) / "bin" / "python"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _WRAPPER.format(real=str(real), changes=json.dumps(costume.changes()))
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def probe(python: Path, costume: Costume | None = None) -> Interpreter:
    """Return the facts of an interpreter, as the build itself would learn them."""
    script = Path(next(iter(uvlayers.guest.__path__))) / "probe.py"
    done = subprocess.run([python, "-I", "-B", script], capture_output=True, check=True)
    facts = json.loads(done.stdout)
    for key, value in ({} if costume is None else costume.changes()).items():
        facts[key] = {**facts[key], **value} if isinstance(value, dict) else value
    return parse_facts(json.dumps(facts).encode())
