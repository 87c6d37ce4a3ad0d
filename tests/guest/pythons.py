"""The interpreters that guest programs are run with: this one, and those the developer names."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from uvlayers.guest import probe

PYTHONS = [sys.executable, *filter(None, os.environ.get("UVLAYERS_PYTHONS", "").split(os.pathsep))]


def run_beside_probe(
    python: str, program: bytes, options: Mapping[str, Any], directory: Path
) -> Any:
    """The facts that a program writes which finds the probe beside itself, as in a build."""
    script = directory / "guest" / "environment.py"
    script.parent.mkdir()
    script.write_bytes(program)
    script.with_name("probe.py").write_bytes(Path(probe.__file__).read_bytes())
    subprocess.run([python, "-I", "-S", "-B", str(script), json.dumps(options)], check=True)
    return json.loads(Path(options["facts"]).read_bytes())
