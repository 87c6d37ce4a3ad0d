"""What lies in an environment after wheels were installed: by real uv, and by our unpacker.

Both install into the same path with the same interpreter, umask and wheels: a virtual environment,
or a copy of the interpreter's own prefix as a system would have it.
Compared are types, modes, contents and link targets of everything that installing added; of
bytecode the header and the code object, since two processes of one interpreter may write the same
code in different bytes (see `uvlayers/guest/bytecode.py`).
"""

import hashlib
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from uvlayers.guest import unpacker

from integration.oracle.costumes import probe
from integration.oracle.files import normalize
from integration.oracle.index import serve_directory

MTIME = 315532800
IGNORED = frozenset({".lock"})  # uv's own, empty


@dataclass(frozen=True)
class Node:
    """`kind` is file, directory or link; `data` a file's contents or a link's target."""

    kind: str
    mode: int
    data: bytes = b""

    def __str__(self) -> str:
        shown = self.data if len(self.data) <= 400 else self.data[:400] + "…".encode()
        return f"{self.kind} {self.mode:o} {shown!r}"


Tree = Mapping[str, Node]
"""Path relative to the environment -> what is there."""


@dataclass(frozen=True)
class Refused:
    """Nothing is installed; the message says why."""

    message: str


@dataclass(frozen=True)
class Case:
    """Wheels to be installed into an environment at an absolute path that may not exist yet."""

    wheels: Sequence[Path]
    python: Path
    environment: Path
    bytecode: str | None = None
    umask: int = 0o022
    system: bool = False


@dataclass(frozen=True)
class Verdict:
    """What uv made, what we made, and every difference between the two, one line each."""

    uv: Tree | Refused
    ours: Tree | Refused
    differences: Sequence[str]


def judge(uv: str, case: Case, work: Path) -> Verdict:
    """Install with both; `work` is a directory for everything else that this needs."""
    shutil.rmtree(case.environment, ignore_errors=True)
    environment = _environment(work)
    with serve_directory(case.wheels) as host:
        project = _write_project(case, work, host)
        if case.system:
            copy_prefix(case.python, case.environment)
        else:
            venv = [uv, "venv", "-q", "--python", str(case.python), str(case.environment)]
            subprocess.run(venv, env=environment, check=True, umask=case.umask)
        before = read_tree(case.environment)
        judged = _ask_uv(uv, case, project, environment)
    ours = _ask_unpacker(case, work, before)
    if isinstance(judged, Refused) or isinstance(ours, Refused):
        agree = isinstance(judged, Refused) and isinstance(ours, Refused)
        return Verdict(judged, ours, [] if agree else [f"uv: {judged}", f"ours: {ours}"])
    made, added = (_news(tree, before) for tree in (judged, ours))
    return Verdict(made, added, compare(made, added, case.python))


def copy_prefix(python: Path, prefix: Path) -> None:
    """Make a prefix that an interpreter takes for its own, with no packages in it."""
    query = "import sys; print(sys.base_prefix, 'python%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", query], capture_output=True, text=True, check=True)
    base, name = done.stdout.split()
    (prefix / "bin").mkdir(parents=True)
    shutil.copy(Path(base, "bin", name), prefix / "bin" / name)
    (prefix / "bin/python").symlink_to(name)
    for path in Path(base, "lib").iterdir():
        if path.name != name:
            _link(path, prefix / "lib" / path.name)
    for path in Path(base, "lib", name).iterdir():
        if path.name != "site-packages":
            _link(path, prefix / "lib" / name / path.name)
    _link(Path(base, "include", name), prefix / "include" / name)
    (prefix / "lib" / name / "site-packages").mkdir()
    (prefix / "share/man").mkdir(parents=True)
    (prefix / "man").symlink_to("share/man")


def _link(target: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def read_tree(root: Path) -> Tree:
    """Everything below a directory."""
    tree = {}
    for base, directories, files in os.walk(root):
        for name in (*directories, *files):
            path = Path(base, name)
            if name not in IGNORED:
                tree[str(path.relative_to(root))] = _read_node(path)
    return tree


def _news(tree: Tree, before: Tree) -> Tree:
    """What installing added, less the bytecode of the environment's own `_virtualenv.py`."""
    return {
        path: node
        for path, node in tree.items()
        if before.get(path) != node
        and (node.kind == "directory" or "__pycache__/_virtualenv." not in path)
        and not (path.endswith("site-packages/__pycache__"))
    }


def compare(uv: Tree, ours: Tree, python: Path) -> list[str]:
    """One line for each difference; `python` reads the bytecode of both."""
    lines = []
    bytecode = []
    for path in sorted(uv.keys() | ours.keys()):
        if path not in uv or path not in ours:
            where, node = ("uv", uv[path]) if path in uv else ("our tree", ours[path])
            lines.append(f"{path}: only in {where}: {node}")
        elif path.endswith(".pyc") and uv[path].kind == ours[path].kind == "file":
            bytecode.append(path)
        elif uv[path] != ours[path]:
            lines.append(f"{path}: {uv[path]} in uv, {ours[path]} in ours")
    return lines + _compare_bytecode({path: (uv[path], ours[path]) for path in bytecode}, python)


def _environment(work: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    own.pop("VIRTUAL_ENV", None)
    return {**own, "UV_CACHE_DIR": str(work / "cache"), "UV_PYTHON_DOWNLOADS": "never"}


def _write_project(case: Case, work: Path, host: str) -> Path:
    """A project whose lock names exactly the wheels, without the dependencies that they name."""
    project = work / "project"
    project.mkdir(parents=True, exist_ok=True)
    names = [wheel.name.split("-")[:2] for wheel in case.wheels]
    dependencies = ", ".join(f'{{ name = "{normalize(name)}" }}' for name, _ in names)
    lines = ["version = 1", 'requires-python = ">=3.8"', "", "[[package]]", 'name = "judged"']
    lines += ['version = "0"', 'source = { virtual = "." }', f"dependencies = [{dependencies}]"]
    for wheel, (name, version) in zip(case.wheels, names, strict=True):
        # By its hash too: uv's cache must not take it for one that had the same port and name.
        url = f"{host}/{hashlib.sha256(wheel.read_bytes()).hexdigest()}/{wheel.name}"
        lines += ["", "[[package]]", f'name = "{normalize(name)}"', f'version = "{version}"']
        lines += [f'source = {{ registry = "{host}" }}', f'wheels = [{{ url = "{url}" }}]']
    (project / "uv.lock").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (project / "pyproject.toml").write_text(
        '[project]\nname = "judged"\nversion = "0"\nrequires-python = ">=3.8"\n', encoding="utf-8"
    )
    return project


def _ask_uv(uv: str, case: Case, project: Path, environment: Mapping[str, str]) -> Tree | Refused:
    python = case.environment / "bin/python" if case.system else case.python
    flags = ["--frozen", "--no-config", "--link-mode", "copy", "--python", str(python)]
    added = {"UV_PROJECT_ENVIRONMENT": str(case.environment)}
    if case.bytecode is not None:
        flags.append("--compile-bytecode")
        added["PYC_INVALIDATION_MODE"] = case.bytecode.upper().replace("-", "_")
    done = subprocess.run(
        [uv, "sync", *flags],
        cwd=project,
        env={**environment, **added},
        capture_output=True,
        text=True,
        umask=case.umask,
        check=False,
    )
    return Refused(done.stderr) if done.returncode else read_tree(case.environment)


def _ask_unpacker(case: Case, work: Path, before: Tree) -> Tree | Refused:
    output, program = work / "output", work / "unpack.py"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    program.write_bytes(unpacker())
    argument = work / "argument.json"
    argument.write_text(json.dumps(request(case, output, before)), encoding="utf-8")
    done = subprocess.run(
        [case.python, "-I", "-S", "-B", program, f"@{argument}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        assert done.stderr.startswith("error: "), done.stderr
        assert not list(output.iterdir()), "a refusal leaves nothing behind"
        return Refused(done.stderr)
    return read_tree(output / str(case.environment).lstrip("/"))


def request(case: Case, output: Path, before: Tree) -> dict[str, object]:
    """The unpacker's argument; `before` is the environment as it was."""
    interpreter = probe(case.environment / "bin/python")
    scheme = interpreter.scheme
    owner = os.geteuid(), os.getegid()
    known: dict[str, object] = {str(case.environment): [0o777 & ~case.umask, *owner]}
    for path, node in before.items():
        if node.kind == "directory":
            known[f"{case.environment}/{path}"] = [node.mode, *owner]
        elif node.kind == "link":
            known[f"{case.environment}/{path}"] = node.data.decode()
    return {
        "wheels": [
            {"archive": str(wheel), "output": str(output), **_locked(wheel)}
            for wheel in case.wheels
        ],
        "scheme": {
            "purelib": scheme.purelib,
            "platlib": scheme.platlib,
            "scripts": scheme.scripts,
            "data": scheme.data,
            "headers": scheme.include,
        },
        "executable": interpreter.executable,
        "python": {
            "cache_tag": interpreter.cache_tag,
            "magic": interpreter.magic,
            "version": list(interpreter.version[:2]),
        },
        "directories": known,
        "uid": owner[0],
        "gid": owner[1],
        "umask": case.umask,
        "mtime": MTIME,
        "bytecode": case.bytecode,
        "installer_metadata": True,
    }


def _locked(wheel: Path) -> dict[str, str]:
    name, version = wheel.name.split("-")[:2]
    return {"name": normalize(name), "version": version}


def _read_node(path: Path) -> Node:
    status = path.lstat()
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return Node("link", 0, os.fsencode(path.readlink()))
    if stat.S_ISDIR(status.st_mode):
        return Node("directory", mode)
    return Node("file", mode, path.read_bytes())


def _compare_bytecode(pairs: Mapping[str, tuple[Node, Node]], python: Path) -> list[str]:
    lines = []
    codes = []
    for path, (uv, ours) in pairs.items():
        if uv.mode != ours.mode or _header(uv.data) != _header(ours.data):
            lines.append(f"{path}: {uv.mode:o} {_header(uv.data)!r} in uv, {ours.mode:o}")
        elif uv.data != ours.data:
            codes.append({"path": path, "codes": [uv.data[16:].hex(), ours.data[16:].hex()]})
    script = Path(__file__).with_name("same_code.py")
    done = subprocess.run(
        [python, "-I", "-B", script],
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        check=True,
    )
    return lines + [f"{path}: another code object" for path in json.loads(done.stdout)]


def _header(data: bytes) -> bytes:
    """The header that both must agree on: a source's time is when it was unpacked."""
    flags = data[4:8]
    return data[:8] + (data[12:16] if flags == bytes(4) else data[8:16])
