"""Find the environment that `uv pip` installs into, with the user's own uv, and what it changes.

Run inside the build as `environment.py` is, which this is one file with, and with its options but
for the project; more of them:

  words      the command, such as ["pip", "sync"]
  directory  where the RUN's uv works, and looks for an environment

uv installs a lock without packages, as the user's command would; what that changes is the output.
Then it installs a package of our own, which tells where uv puts things, under which name scripts
know the interpreter, and what an exact command takes away.

Standard library only, Python 3.8 grammar. The bytes of this file are part of every cache key
below it: an edit, even of a comment, rebuilds every environment.
"""

import hashlib
import json
import os
import re
import sys
import zipfile

from uvlayers.guest.account import Account
from uvlayers.guest.environment import (
    clear,
    compile_flag,
    copy_entries,
    extraneous,
    find_python,
    installation_roots,
    make_directories,
    probe,
    snapshot,
    uv_version,
)
from uvlayers.guest.failure import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

MARKER = "uvlayers_marker"
WHEEL = f"{MARKER}-0-py3-none-any.whl"
INFO = f"{MARKER}-0.dist-info"
HEAD = 'lock-version = "1.0"\ncreated-by = "uvlayers"\n'
MEMBERS = {
    f"{MARKER}.py": "def main():\n    pass\n",
    f"{INFO}/METADATA": f"Metadata-Version: 2.1\nName: {MARKER}\nVersion: 0\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/entry_points.txt": f"[console_scripts]\n{MARKER} = {MARKER}:main\n",
}


def main(arguments: "Sequence[str]") -> None:
    options = json.loads(arguments[0])
    try:
        facts = find_environment(options)
    except Failure as error:
        facts = {"result": "error", "kind": error.kind, "message": error.message}
    except Exception as error:  # noqa: BLE001 - no fault of ours may break the user's build
        message = f"cannot find the environment: {type(error).__name__}: {error}"
        facts = {"result": "error", "kind": "unexpected", "message": message}
    if facts["result"] != "success":
        clear(options["output"])
    with open(options["facts"], "w", encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps(facts, indent=1, sort_keys=True) + "\n")


def find_environment(options: "Mapping[str, Any]") -> "dict[str, Any]":
    """Make the output; returns the facts."""
    account = Account(options.get("user"), options.get("variables", os.environ))
    make_directories(options["directories"])
    os.makedirs(options["directory"], exist_ok=True)
    path = options["environment_path"]
    version = uv_version(options, account)
    executable = find_python(path, version)
    if executable is None:
        raise Failure("no_environment", f"there is no environment at `{path}`")
    roots = installation_roots(path, executable, account)
    facts = probe(executable, account)
    if os.path.realpath(facts["prefix"]) != os.path.realpath(path):
        message = f"the environment at `{path}` has another prefix: `{facts['prefix']}`"
        raise Failure("unexpected_prefix", message)
    before = snapshot(roots)
    install(options, account, HEAD + "packages = []\n")
    after = snapshot(roots)
    copy_entries([name for name in sorted(after) if after[name] != before.get(name)], options)
    found = install_marker(options, account, facts["scheme"])
    if found != facts["executable"]:
        known = facts["installed"]
        facts = dict(probe(found, account), installed=known)
    gone = sorted(set(before) - set(snapshot(roots)))
    removed = [name for name in facts["installed"] if any(f"/{name}/" in p for p in gone)]
    environment = {
        "path": path,
        "real_path": os.path.realpath(path),
        "existed": True,
        "virtual": facts["prefix"] != facts["base_prefix"],
        "extraneous": extraneous(facts["installed"])
        or removed
        or (facts["installed"] if gone else []),
    }
    return dict(facts, uv=version, environment=environment)


def install(options: "Mapping[str, Any]", account: Account, lock: str) -> None:
    """Have uv install the text of a lock."""
    place = os.path.join(options["cwd"], "pylock.toml")
    with open(place, "w", encoding="utf-8", newline="") as stream:
        stream.write(lock)
    given = [place] if options["words"][-1] == "sync" else ["--requirements", place]
    flags = [*options["arguments"], compile_flag(options["bytecode"])]
    command = [*options["uv"], *options["words"], *given, *flags]
    code, _, messages = account.run(command, options["directory"])
    if code != 0:
        errors = [line for line in messages.splitlines() if line.startswith("error:")]
        message = errors[0][len("error:") :].strip() if errors else messages.strip()
        raise Failure("uv_failed", f"uv would fail: {message}")


def install_marker(
    options: "Mapping[str, Any]", account: Account, scheme: "Mapping[str, str]"
) -> str:
    """Install our own package; returns the interpreter that its script begins with."""
    wheel = os.path.join(options["cwd"], WHEEL)
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in MEMBERS.items():
            archive.writestr(name, text)
        record = "".join(f"{name},,\n" for name in (*MEMBERS, f"{INFO}/RECORD"))
        archive.writestr(f"{INFO}/RECORD", record)
    with open(wheel, "rb") as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()
    package = f'[[packages]]\nname = "{MARKER.replace("_", "-")}"\nversion = "0"\n'
    archived = f'archive = {{ path = "{WHEEL}", hashes = {{ sha256 = "{digest}" }} }}\n'
    install(options, account, HEAD + package + archived)
    script = os.path.join(scheme["scripts"], MARKER)
    if not os.path.isdir(os.path.join(scheme["purelib"], INFO)) or not os.path.isfile(script):
        message = f"uv installs to another place than `{options['environment_path']}`"
        raise Failure("another_environment", message)
    with open(script, encoding="utf-8") as stream:
        first = stream.readline()
        second = stream.readline()
    if first == "#!/bin/sh\n":  # a long path, or one with a space
        exact = re.match(r"'''exec' '(.*)' ", second)
        return exact.group(1) if exact else scheme["scripts"]
    return first[2:].rstrip("\n")


if __name__ == "__main__":
    main(sys.argv[1:])
