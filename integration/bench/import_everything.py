"""Runs in a container: imports every module at the top of an environment, in one process.

The last line of its output is JSON: the seconds that took, and which of them could be imported.
"""

import importlib
import json
import os
import signal
import sys
import sysconfig
import time
from pathlib import Path

# An import that waits for something would wait for ever.
PATIENCE = 600


def names(directory: str) -> list[str]:
    """What `import NAME` finds in a directory, but for what is private."""
    found = set()
    for entry in Path(directory).iterdir():
        name, _, suffix = entry.name.partition(".")
        package = (entry / "__init__.py").exists()
        if (package and not suffix) or (entry.is_file() and suffix.endswith(("py", "so"))):
            found.add(name)
    return sorted(name for name in found if name.isidentifier() and not name.startswith("_"))


def import_all(wanted: list[str]) -> list[str]:
    """Import modules, whatever they say to it; those that could be."""
    done = []
    for name in wanted:
        try:
            importlib.import_module(name)
        except BaseException:  # noqa: BLE001
            continue
        done.append(name)
    return done


def main() -> None:
    signal.alarm(PATIENCE)
    output = os.dup(1)
    # What modules have to say when they are imported is no part of the answer.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    wanted = names(sysconfig.get_path("purelib"))
    started = time.perf_counter()
    imported = import_all(wanted)
    seconds = time.perf_counter() - started
    answer = {"seconds": seconds, "imported": imported, "modules": len(sys.modules)}
    os.write(output, f"{json.dumps(answer)}\n".encode())
    # Threads that a module has started would be waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
