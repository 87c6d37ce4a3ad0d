"""`python3 -m integration COMMAND`: only the chosen command's module is imported."""

import sys
from importlib import import_module
from importlib.util import find_spec

from integration.errors import SetupError

COMMANDS = {
    "up": "find or set up engine, registry, base images and virtual environment",
    "down": "stop what `up` started",
    "status": "say what is there and what runs",
    "env": "print shell commands that lead docker to the engine",
    "demo": "build an example project, add a dependency, build it again",
    "test": "lint, unit tests, integration tests; further arguments go to pytest",
    "verify": "compare the environment that uvlayers makes of a project with uv's own",
    "corpus": "build many Dockerfiles with and without uvlayers, and say what becomes of each",
    "golden": "build the layers of well-known wheels, and compare them with the published table",
    "bench": "measure, side by side with uv's recommended Dockerfile",
}

# Modules that may not bear the name of their command.
MODULES = {"test": "suite", "corpus": "shapes"}


def module_name(command: str) -> str:
    return f"integration.{MODULES.get(command, command)}"


def main(argv: list[str]) -> int:
    known = {name: text for name, text in COMMANDS.items() if find_spec(module_name(name))}
    if not argv or argv[0] not in known:
        width = max(map(len, known))
        lines = [f"  {name:{width}}  {text}" for name, text in known.items()]
        sys.stderr.write("\n".join(["usage: python3 -m integration COMMAND …", "", *lines, ""]))
        return 0 if argv and argv[0] in {"-h", "--help"} else 2
    try:
        code: int = import_module(module_name(argv[0])).main(argv[1:])
    except SetupError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
