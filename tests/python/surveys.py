"""What a survey reports of two platforms, with any member replaced."""

import copy
import json
from typing import Any

from uvlayers.python.foreign import Survey, parse_survey

PYTHON, UV = "/usr/local/bin/python3.13", "/bin/uv"


def side(machine: str, elf: int) -> dict[str, Any]:
    program = {"machine": elf, "wide": True, "little": True, "loader": f"/lib/ld-{machine}.so"}
    return {
        "same": {
            "accounts": {"/etc/passwd": "a"},
            "compared": {"/etc/uv": None},
            "installed": [],
            "library": "b",
            "python": PYTHON,
            "pythons": {"/usr/local/bin/python": PYTHON, "/usr/bin/python3": "/usr/bin/python3.11"},
            "uv": UV,
        },
        "build": {
            f"_sysconfigdata__linux_{machine}-linux-gnu.py": {
                "MULTIARCH": f"{machine}-linux-gnu",
                "Py_GIL_DISABLED": 0,
            }
        },
        "libc": {"family": "glibc", "versions": ["2.36"]},
        "others": {"/usr/bin/python3.11": {**program, "versions": ["3.11.2", "3.40.1"]}},
        "python": {**program, "versions": ["3.13.2"]},
        "uv": {**program, "versions": ["0.13.9"]},
        "uv_mount": None,
        "vetoes": [],
    }


def make_document(**changes: Any) -> dict[str, Any]:
    """`changes` by path, such as `target__same__python`."""
    document = {"result": "success", "twin": side("x86_64", 62), "target": side("aarch64", 183)}
    document = copy.deepcopy(document)
    for path, value in changes.items():
        *above, name = path.split("__")
        table: Any = document
        for each in above:
            table = table[each]
        table[name] = value
    return document


def make_survey(**changes: Any) -> Survey:
    return parse_survey(json.dumps(make_document(**changes)).encode())
