"""What the frontend's process imports, and when: it starts for every build.

What we import is pinned, so that a module more is a decision.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Golden

FRONTEND = Path(__file__).parents[1] / "frontend"
SITE = next(path for path in sys.path if path.endswith("site-packages"))

# As the image starts: isolated, without site, the packages' directory behind our own.
PROGRAM = f"""
import sys
sys.path += [{str(FRONTEND)!r}, {SITE!r}]
{{imports}}
print(*sys.modules, sep="\\n")
"""

# What the process has before it says its first word to the daemon, which does not wait for ever.
GREETING = "import uvlayers.__main__"

# What the process has to have before the daemon reads the Dockerfile, and what it has at the end.
FIRST = "import uvlayers.__main__, uvlayers.build, uvlayers.options"
ALL = f"{FIRST}\nimport uvlayers.rewrite"

# grpc imports them where they are, which the image is not.
DEVELOPMENT = frozenset(["grpc_tools", "typing_extensions"])

SLOW = {
    *("argparse", "email", "html", "http", "importlib.metadata", "multiprocessing", "pydoc"),
    *("sqlite3", "unittest", "urllib.request", "xml", "zipfile"),
}
"""Modules of the standard library that take milliseconds to import, and are not needed."""


def imported(imports: str) -> list[str]:
    program = PROGRAM.format(imports=imports)
    command = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return sorted(done.stdout.split())


def pinned(modules: list[str]) -> list[str]:
    """Our own modules, and the packages beside them: what those import is up to their release."""
    ours = {module for module in modules if module.partition(".")[0] == "uvlayers"}
    tops = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - DEVELOPMENT
    # compiled extensions register modules under names of their own making
    return sorted(ours | {top for top in tops if (Path(SITE) / top).is_dir()})


@pytest.mark.parametrize(
    ("name", "imports"), [("greeting", GREETING), ("first", FIRST), ("all", ALL)]
)
def test_the_imported_modules_are_pinned(golden: Golden, name: str, imports: str) -> None:
    golden(f"imports/{name}.json", pinned(imported(imports)))


@pytest.mark.parametrize("imports", [FIRST, ALL])
def test_nothing_slow_of_the_standard_library_is_imported(imports: str) -> None:
    assert SLOW.isdisjoint(imported(imports))
