"""Facts as the probe writes them, with any member replaced."""

import json
from typing import Any

from uvlayers.python.interpreter import Interpreter, parse_facts

SCHEME = {
    "purelib": "/app/.venv/lib/python3.13/site-packages",
    "platlib": "/app/.venv/lib/python3.13/site-packages",
    "scripts": "/app/.venv/bin",
    "data": "/app/.venv",
    "include": "/app/.venv/include/site/python3.13",
}


def make_facts(**changes: Any) -> dict[str, Any]:
    version = changes.pop("version", "3.13.2")
    facts: dict[str, Any] = {
        "result": "success",
        "markers": {
            "implementation_name": "cpython",
            "implementation_version": version,
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "6.1.0-amd64",
            "platform_system": "Linux",
            "platform_version": "#1 SMP",
            "python_full_version": version,
            "python_version": ".".join(version.split(".")[:2]),
            "sys_platform": "linux",
        },
        "os": {"name": "manylinux", "major": 2, "minor": 36},
        "arch": "x86_64",
        "manylinux_compatible": True,
        "gil_disabled": False,
        "debug_enabled": False,
        "pointer_size": 64,
        "prefix": "/app/.venv",
        "base_prefix": "/usr/local",
        "executable": "/app/.venv/bin/python",
        "base_executable": "/usr/local/bin/python3.13",
        "cache_tag": "cpython-313",
        "magic": "f30d0d0a",
        "scheme": dict(SCHEME),
        "real_scheme": dict(SCHEME),
        "umask": 18,
        "uid": 1000,
        "gid": 1000,
        "groups": [100, 1000],
        "home": "/home/app",
        "installed": ["pip-25.0.dist-info"],
        "sys_version": "3.13.2 (main)",
        "environment": {
            "path": "/app/.venv",
            "real_path": "/srv/app/.venv",
            "existed": False,
            "virtual": True,
            "extraneous": [],
        },
        "uv": "0.13.9",
    }
    return facts | changes


def make_interpreter(**changes: Any) -> Interpreter:
    return parse_facts(json.dumps(make_facts(**changes)).encode())
