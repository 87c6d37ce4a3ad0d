"""Make the skeleton of the environment that `uv sync` would install into, with the user's own uv.

Run inside the build as `python -I -S environment.py '<JSON>'` by any Python, as root (who alone
can give the parent directories their owners; uv itself runs as `user`) or as the user. The JSON
object:

  uv                the words by which the RUN starts uv: a name on PATH or a path, or
                    ["python", "-m", "uv"]
  project           {"pyproject": text, "lock": text, "python_version": text or null}: a project
                    without dependencies that makes uv pick the same interpreter and prompt
  cwd               where to write that project; its last part is the prompt of a nameless project
  environment_path  as uv would see it; a relative one is taken from the real path of
                    `workspace_root`
  arguments         more arguments of `uv sync`, such as ["--python", "3.13"]
  bytecode          how compiled modules are invalidated (probe.py), null: none are compiled
  variables         the environment of the RUN's uv; this process's own where missing
  user              the USER of the RUN (`app`, `1000:1000`); this process's own where missing
  output            directory that becomes a layer: OUTPUT/<real path of everything that uv made>
  facts             file for the facts of probe.py, which lies beside this file; `uv` (its version)
                    and `environment` are added
  mtime             seconds, for everything in the output
  directories       {path: [mode, uid, gid]}: directories of the state below that this root may
                    lack; any other parent looks as it does in this root

Of an environment that exists, `extraneous` are the entries of site-packages that an exact sync may
take away. It is tried, last of all, where there are none but installers.

What existed before and is unchanged stays out of the output: for a system prefix that is all (but
for bytecode, where asked for). Whatever goes wrong is data, and the exit code 0: the facts are
{"result": "error", "kind": …, "message": …}, for uv's own failures with its last lines, the output
is empty, and the user's command will speak for itself.

Standard library only, Python 3.8 grammar. The bytes of this file are part of every cache key
below it: an edit, even of a comment, rebuilds every environment.
"""

from __future__ import annotations

import json
import os
import stat
import sys

from uvlayers.guest.account import Account
from uvlayers.guest.failure import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    # st_mode, owner, group; for all but directories also inode, size and mtime.
    Snapshot = dict[str, tuple[int, ...]]

MESSAGE_LINES = 20  # what a terminal shows of uv's error, which comes last
INSTALLERS = ("pip", "setuptools", "uv", "wheel")  # which of them it keeps, uv itself shows
TIMESTAMP_BASED = bytes(4)  # PEP 552: the flags after a pyc's magic number


def main(arguments: Sequence[str]) -> None:
    options = json.loads(arguments[0])
    try:
        facts = make_environment(options)
    except Failure as error:
        facts = {"result": "error", "kind": error.kind, "message": error.message}
    except Exception as error:  # noqa: BLE001 - no fault of ours may break the user's build
        message = f"cannot prepare the environment: {type(error).__name__}: {error}"
        facts = {"result": "error", "kind": "unexpected", "message": message}
    if facts["result"] != "success":
        clear(options["output"])
    with open(options["facts"], "w", encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps(facts, indent=1, sort_keys=True) + "\n")


def make_environment(options: Mapping[str, Any]) -> dict[str, Any]:
    """Make the output; returns the facts."""
    account = Account(options.get("user"), options.get("variables", os.environ))
    make_directories(options["directories"])
    root = os.path.realpath(options.get("workspace_root", "/"))
    path = os.path.join(root, options["environment_path"])
    write_project(options["project"], options["cwd"])
    version = uv_version(options, account)
    executable = find_python(path, version)
    existed = executable is not None
    roots = installation_roots(path, executable, account)
    before = snapshot(roots)
    # uv starts an interpreter for each processor to compile, of a new environment, one module
    by_uv, by_probe = (options["bytecode"], None) if existed else (None, options["bytecode"])
    sync(options, path, account, "--inexact", compile_flag(by_uv))
    after = snapshot(roots)
    removed = sorted(set(before) - set(after))
    if removed:
        # A layer that is merged onto the old environment cannot take anything away.
        message = f"uv would remove files from the environment at `{path}`: `{removed[0]}`"
        raise Failure("environment_replaced", message)
    facts = probe(executable or os.path.join(path, "bin", "python"), account, by_probe)
    if by_probe:
        after = snapshot(roots)
    if os.path.realpath(facts["prefix"]) != os.path.realpath(path):
        message = f"the environment at `{path}` has another prefix: `{facts['prefix']}`"
        raise Failure("unexpected_prefix", message)
    if not os.path.isdir(facts["scheme"]["purelib"]):
        message = f"the environment has no such directory: `{facts['scheme']['purelib']}`"
        raise Failure("unexpected_scheme", message)
    copy_entries([name for name in sorted(after) if after[name] != before.get(name)], options)
    environment = {
        "path": path,
        "real_path": os.path.realpath(path),
        "existed": existed,
        "virtual": facts["prefix"] != facts["base_prefix"],
        "extraneous": [],
    }
    if executable is not None:
        environment["extraneous"] = extraneous(facts["installed"])
        if facts["installed"] and not environment["extraneous"]:
            sync(options, path, account, compile_flag(by_uv))
            gone = sorted(set(after) - set(snapshot(roots)))
            names = [name for name in facts["installed"] if any(f"/{name}/" in p for p in gone)]
            environment["extraneous"] = names or (facts["installed"] if gone else [])
    return dict(facts, uv=version, environment=environment)


def make_directories(directories: Mapping[str, Sequence[int]]) -> None:
    for path in sorted(directories):
        if not os.path.lexists(path):
            os.makedirs(path)
            set_looks(path, directories[path])


def uv_version(options: Mapping[str, Any], account: Account) -> str:
    code, output, messages = account.run([*options["uv"], "--version"], options["cwd"])
    words = output.split()
    if code != 0 or len(words) < 2:
        raise Failure("uv_failed", messages.strip() or "uv does not tell its version")
    return words[1]


def find_python(path: str, version: str) -> str | None:
    """The interpreter of an environment that exists; scripts installed there begin with its path.

    uv 0.12.14 was the first to look for `python` before `python3`. In an environment that it has
    just made, every uv uses `python`.
    """
    numbers = tuple(int(number) for number in version.split(".") if number.isdigit())
    names = ("python", "python3") if numbers >= (0, 12, 14) else ("python3", "python")
    candidates = (os.path.join(path, "bin", name) for name in names)
    return next((executable for executable in candidates if os.path.exists(executable)), None)


def installation_roots(path: str, executable: str | None, account: Account) -> list[str]:
    """The directories that uv may change: the virtual environment, or a prefix's site-packages."""
    if executable is None or os.path.lexists(os.path.join(path, "pyvenv.cfg")):
        return [os.path.realpath(path)]
    scheme = probe(executable, account)["real_scheme"]
    return sorted({scheme["purelib"], scheme["platlib"]})


def snapshot(roots: Sequence[str]) -> Snapshot:
    """What tells a changed entry from an unchanged one, by absolute path."""
    entries = {}
    pending = [root for root in roots if os.path.lexists(root)]
    while pending:
        path = pending.pop()
        status = os.lstat(path)
        looks: tuple[int, ...] = (status.st_mode, status.st_uid, status.st_gid)
        if stat.S_ISDIR(status.st_mode):
            pending.extend(os.path.join(path, name) for name in os.listdir(path))
        else:
            looks = (*looks, status.st_ino, status.st_size, status.st_mtime_ns)
        entries[path] = looks
    return entries


def sync(options: Mapping[str, Any], path: str, account: Account, *flags: str) -> None:
    """Have uv make the environment."""
    account.variables["UV_PROJECT_ENVIRONMENT"] = path
    command = [*options["uv"], "sync", "--frozen", *flags, *options["arguments"]]
    code, _, messages = account.run(command, options["cwd"])
    if code != 0:
        lines = messages.strip().splitlines()[-MESSAGE_LINES:]
        raise Failure("uv_failed", "\n".join(lines) or f"uv ended with code {code}")


def compile_flag(bytecode: str | None) -> str:
    return "--compile-bytecode" if bytecode else "--no-compile-bytecode"


def extraneous(installed: Sequence[str]) -> list[str]:
    """What no sync keeps that does not want it."""
    return [name for name in installed if name.split("-")[0].lower() not in INSTALLERS]


def write_project(project: Mapping[str, str | None], directory: str) -> None:
    os.makedirs(directory, exist_ok=True)
    names = {"pyproject": "pyproject.toml", "lock": "uv.lock", "python_version": ".python-version"}
    for key, name in names.items():
        text = project.get(key)
        if text is not None:
            with open(os.path.join(directory, name), "w", encoding="utf-8", newline="") as stream:
                stream.write(text)


def probe(executable: str, account: Account, bytecode: str | None = None) -> dict[str, Any]:
    """The facts of an interpreter, which compiles the modules of its environment if asked to."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe.py")
    arguments = json.dumps({"bytecode": bytecode})
    code, output, messages = account.run([executable, "-I", "-B", script, arguments], "/")
    if code != 0:
        message = f"cannot query `{executable}`: {messages.strip()}"
        raise Failure("probe_failed", message)
    facts: dict[str, Any] = json.loads(output)
    if facts["result"] != "success":
        raise Failure(facts["kind"], facts["message"])
    return facts


def copy_entries(paths: Sequence[str], options: Mapping[str, Any]) -> None:
    """Copy to the output, with all the directories above; `paths` are sorted."""
    output, mtime = options["output"], options["mtime"]
    chosen = set(paths)
    copies: dict[str, str] = {}
    for path in paths:
        for parent in parents(path):
            if parent not in copies:
                looks = options["directories"].get(parent) or looks_of(parent)
                copies[parent] = make_directory(parent, output, looks)
        copies[path] = copy_entry(path, output)
        if path.endswith(".pyc") and source_of(path) in chosen:
            set_source_mtime(copies[path], mtime)
    for copy in sorted(copies.values(), reverse=True):  # what is in a directory before itself
        os.utime(copy, (mtime, mtime), follow_symlinks=False)


def parents(path: str) -> list[str]:
    """The directories above an absolute path, the root first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: end + 1]) or "/" for end in range(len(parts))]


def copy_entry(path: str, output: str) -> str:
    mode = os.lstat(path).st_mode
    copy = output + path
    if stat.S_ISDIR(mode):
        return make_directory(path, output, looks_of(path))
    if stat.S_ISLNK(mode):
        os.symlink(os.readlink(path), copy)
    elif stat.S_ISREG(mode):
        with open(path, "rb") as source, open(copy, "xb") as target:
            target.write(source.read())
    else:
        raise Failure("special_file", f"uv made a file of an unknown kind: `{path}`")
    set_looks(copy, looks_of(path))
    return copy


def make_directory(path: str, output: str, looks: Sequence[int]) -> str:
    copy = output if path == "/" else output + path
    os.makedirs(copy, exist_ok=True)
    set_looks(copy, looks)
    return copy


def looks_of(path: str) -> tuple[int, int, int]:
    status = os.lstat(path)
    return stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid


def set_looks(path: str, looks: Sequence[int]) -> None:
    """Give a path its mode, owner and group."""
    mode, uid, gid = looks
    status = os.lstat(path)
    if (status.st_uid, status.st_gid) != (uid, gid):
        os.chown(path, uid, gid, follow_symlinks=False)
    if not stat.S_ISLNK(status.st_mode):
        os.chmod(path, mode)  # after chown, which drops the set-user-ID bit


def source_of(path: str) -> str:
    """The module that a `__pycache__/name.tag.pyc` belongs to (PEP 3147)."""
    directory, name = os.path.split(path)
    return os.path.join(os.path.dirname(directory), name.rsplit(".", 2)[0] + ".py")


def set_source_mtime(path: str, mtime: int) -> None:
    """Keep timestamp bytecode valid, whose source has another mtime in the layer than here."""
    with open(path, "r+b") as stream:
        if stream.read(8)[4:] == TIMESTAMP_BASED:
            stream.seek(8)
            stream.write((mtime & 0xFFFFFFFF).to_bytes(4, "little"))


def clear(directory: str) -> None:
    import shutil

    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)


if __name__ == "__main__":
    main(sys.argv[1:])
