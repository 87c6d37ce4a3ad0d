"""What runs in a build, as functions of trees: uv itself, and the guest's programs.

Enough of them to see that a rewritten build makes what the Dockerfile says: each package is one
module that holds its name and version, and a `.dist-info`.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from posixpath import basename, dirname, join, normpath
from typing import Any

import tomli
from uvlayers.llb.graph import Vertex

from tests.model.tree import (
    EMPTY,
    BuildError,
    Directory,
    File,
    Link,
    Node,
    Tree,
    below,
    parents,
    real_path,
    tree,
)
from tests.python.facts import make_facts
from tests.python.surveys import make_document

# Code whose build leaves something in the project's directory, as setuptools does.
LEAVES_FILES = "egg"
PYTHON = "/usr/local/bin/python3.13"
MANAGED_PYTHON = "/root/.local/share/uv/python/cpython-3.13.2-linux-x86_64-gnu/bin/python3"
PYTHON_IMAGE = tree(
    {
        PYTHON: b"\x7fELF python",
        "/usr/local/bin/python": "python3.13",
        "/usr/local/bin/python3": "python3.13",
        "/usr/local/lib/python3.13/site-packages/pip-25.0.dist-info/METADATA": b"",
        "/usr/local/include/python3.13/Python.h": b"",
        "/usr/local/bin/uv": b"\x7fELF uv",
        "/bin/sh": b"\x7fELF sh",
        "/etc/passwd": b"root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n",
        "/tmp": Directory(0o1777),
    }
)


@dataclass(frozen=True)
class Package:
    """A package of a lock."""

    name: str
    version: str = "1.0"

    @property
    def url(self) -> str:
        return f"https://files.example.org/{self.filename}"

    @property
    def filename(self) -> str:
        return f"{self.name}-{self.version}-py3-none-any.whl"

    @property
    def digest(self) -> str:
        return f"sha256:{sha256(self.filename.encode()).hexdigest()}"


def lock_of(*packages: Package, packaged: bool = False) -> bytes:
    """The uv.lock of the project `proj` with these dependencies; `packaged`: it is installed."""
    source = 'editable = "."' if packaged else 'virtual = "."'
    dependencies = "".join(f'    {{ name = "{each.name}" }},\n' for each in packages)
    requires = "".join(f'    {{ name = "{each.name}" }},\n' for each in packages)
    text = f"""\
version = 1
revision = 3
requires-python = ">=3.13"

[[package]]
name = "proj"
version = "0.1.0"
source = {{ {source} }}
dependencies = [
{dependencies}]

[package.metadata]
requires-dist = [
{requires}]
"""
    for each in packages:
        text += f"""
[[package]]
name = "{each.name}"
version = "{each.version}"
source = {{ registry = "https://index.example/simple" }}
wheels = [
    {{ url = "{each.url}", hash = "{each.digest}", size = 1000 }},
]
"""
    return text.encode()


def pyproject_of(*packages: Package, packaged: bool = False) -> bytes:
    names = ", ".join(f'"{each.name}"' for each in packages)
    build = '[build-system]\nrequires = ["hatchling"]\n' if packaged else ""
    return f"""\
[project]
name = "proj"
version = "0.1.0"
requires-python = ">=3.13"
dependencies = [{names}]
{build}""".encode()


def project(*packages: Package, packaged: bool = False, code: bytes = b"") -> dict[str, bytes]:
    """The files of a project, by name."""
    return {
        "/pyproject.toml": pyproject_of(*packages, packaged=packaged),
        "/uv.lock": lock_of(*packages, packaged=packaged),
        "/proj.py": code,
    }


class Machine:
    """Runs execs; `ran` are the arguments of every process in order, `on` their platforms.

    `survey` is what a comparison of two platforms finds, a process fails whose first or last
    argument is in `failing`. Wheels that are `refused` have a name that is taken.
    """

    def __init__(
        self,
        survey: Mapping[str, Any] | None = None,
        failing: Collection[str] = (),
        refused: Collection[str] = (),
    ) -> None:
        self.ran: list[list[str]] = []
        self.on: list[str] = []
        self.survey = survey or make_document()
        self.failing = failing
        self.refused = refused

    def __call__(self, run: Vertex, mounts: Mapping[str, Tree]) -> Mapping[str, Tree]:
        arguments = list(run.op.exec.meta.args)
        self.ran.append(arguments)
        self.on.append(run.op.platform.Architecture)
        for argument in {arguments[0], arguments[-1]} & set(self.failing):
            raise BuildError(f"exit code 1: {argument}")
        program = next((basename(a) for a in arguments if a.endswith((".py", ".pyc"))), "")
        if program == "environment.py":
            return _make_environment(json.loads(arguments[-1]), mounts)
        if program == "survey.py":
            return _survey(json.loads(arguments[-1]), mounts, self.survey)
        if program == "comparison.py":
            return _compare(json.loads(arguments[-1]), mounts)
        if program == "unpack.py":
            return {"/uvlayers/out": tree({"/unpack.pyc": bytes.fromhex("f30d0d0a")})}
        if program == "unpack.pyc":
            wheels = json.loads(arguments[-1])["wheels"]
            if any(wheel["name"] in self.refused for wheel in wheels):
                raise BuildError("the process did not complete successfully: exit code: 3")
            return _unpack(json.loads(arguments[-1]), mounts)
        text = arguments[-1] if arguments[0] == "/bin/sh" else " ".join(arguments)
        return {"/": _script(text, run, mounts)}


def scheme_of(prefix: str, *, virtual: bool) -> dict[str, str]:
    packages = f"{prefix}/lib/python3.13/site-packages"
    include = f"{prefix}/include/site/python3.13" if virtual else f"{prefix}/include/python3.13"
    return {
        "purelib": packages,
        "platlib": packages,
        "scripts": f"{prefix}/bin",
        "data": prefix,
        "include": include,
    }


def _owner(user: str) -> tuple[int, int]:
    return (1000, 1000) if user in ("app", "1000") else (0, 0)


def _python_of(root: Tree) -> str | None:
    """The interpreter that uv finds."""
    return next((each for each in (PYTHON, MANAGED_PYTHON) if each in root), None)


def _make_environment(
    document: Mapping[str, Any], mounts: Mapping[str, Tree]
) -> Mapping[str, Tree]:
    root = dict(mounts["/"])
    if document["uv"] == "uv" and not any(f"{d}/uv" in root for d in ("/usr/local/bin", "/bin")):
        raise BuildError("uv: not found")
    python = _python_of(root)
    if python is None:
        return {}
    for path, (mode, uid, gid) in document["directories"].items():
        root.setdefault(path, Directory(mode, uid, gid))
    path = document["environment_path"]
    existed = join(path, "bin/python") in root
    uid, gid = _owner(document["user"] or "")
    made = _entered(root, path, uid, gid)
    virtual = f"{path}/pyvenv.cfg" in {**root, **made}
    installed = _installed(root, path)
    facts = make_facts(
        prefix=path,
        executable=f"{path}/bin/python",
        base_executable=python,
        scheme=scheme_of(path, virtual=virtual),
        real_scheme=scheme_of(path, virtual=virtual),
        uid=uid,
        gid=gid,
        installed=installed,
        environment={
            "path": path,
            "real_path": real_path(root, path),
            "existed": existed,
            "virtual": virtual,
            "extraneous": [each for each in installed if existed and not each.startswith("pip-")],
        },
    )
    both = {**root, **made}
    layer: Tree = {name: both[name] for each in made for name in (*parents(each), each)}
    facts_file = {**EMPTY, "/facts.json": File(json.dumps(facts).encode())}
    return {"/uvlayers/out": layer or EMPTY, "/uvlayers/facts": facts_file}


def _survey(
    document: Mapping[str, Any], mounts: Mapping[str, Tree], found: Mapping[str, Any]
) -> Mapping[str, Tree]:
    target = dict(mounts[document["target"]])
    for destination, place in document["mounts"].items():
        assert mounts[document["target"] + place], destination
    if PYTHON not in target:
        found = {"result": "error", "message": "in the target, there is no such file"}
    facts = {**EMPTY, "/survey.json": File(json.dumps(found).encode())}
    return {dirname(document["facts"]): facts}


def _compare(document: Mapping[str, Any], mounts: Mapping[str, Tree]) -> Mapping[str, Tree]:
    before, after = mounts[document["before"]], mounts[document["after"]]
    path = document["path"]
    old, new = (set(below(tree, path)) for tree in (before, after))
    changed = {each for each in old if before[each] != after.get(each)}
    found = {"undone": min(changed)} if changed else {"added": bool(new - old)}
    facts = {**EMPTY, "/comparison.json": File(json.dumps(found).encode())}
    return {dirname(document["facts"]): facts}


def _installed(root: Tree, prefix: str) -> list[str]:
    packages = scheme_of(prefix, virtual=False)["purelib"]
    return _entries(root, packages)


def _entered(root: Tree, path: str, uid: int, gid: int) -> dict[str, Node]:
    """What is new when uv has found the environment, or made it."""
    found = join(path, "bin/python") in root
    made = {} if found else _virtual_environment(root, path, uid, gid)
    if f"{path}/pyvenv.cfg" in {**root, **made} and f"{path}/.lock" not in root:
        made[f"{path}/.lock"] = File(b"", 0o666, uid, gid)
    return made


def _virtual_environment(root: Tree, path: str, uid: int, gid: int) -> dict[str, Node]:
    """What is new when uv makes an environment."""
    files = tree(
        {
            f"{path}/pyvenv.cfg": b"home = /usr/local/bin",
            f"{path}/bin/python": Link(_python_of(root) or PYTHON),
            f"{path}/lib/python3.13/site-packages/_virtualenv.py": b"",
        }
    )
    return {name: _given(node, uid, gid) for name, node in files.items() if name not in root}


def _given(node: Node, uid: int, gid: int) -> Node:
    match node:
        case Directory(mode=mode):
            return Directory(mode, uid, gid)
        case File(data=data, mode=mode):
            return File(data, mode, uid, gid)
        case _:
            return node


def _unpack(document: Mapping[str, Any], mounts: Mapping[str, Tree]) -> Mapping[str, Tree]:
    known = {path: Directory(*looks) for path, looks in document["directories"].items()}
    uid, gid, modes = document["uid"], document["gid"], document["modes"]
    layer: dict[str, Node] = dict(EMPTY)
    for wheel in document["wheels"]:
        archive = mounts[dirname(wheel["archive"])]
        assert f"/{basename(wheel['archive'])}" in archive
        name, version = wheel["name"], wheel["version"]
        for path, node in _package(document["scheme"]["purelib"], name, version).items():
            there = known.get(path) or mounts["/"].get(path)
            layer[path] = (
                there
                if isinstance(there, Directory) and path != "/"
                else _with_mode(_given(node, uid, gid), modes)
            )
    layer["/"] = Directory()
    return {"/uvlayers/out": layer}


def _moded(root: Tree, paths: Sequence[str], mode: str) -> Tree:
    """With other permissions; what chmod's words mean is beyond this model."""
    if not paths:
        raise BuildError("No such file or directory")
    modes = [int(mode, 8)] * 3 if mode.isdigit() else None
    return {**root, **{path: _with_mode(root[path], modes) for path in paths}}


def _with_mode(node: Node, modes: Sequence[int] | None) -> Node:
    """As one of the modes says, of files and of directories; a program is none of them."""
    if modes is None:
        return node
    match node:
        case Directory(uid=uid, gid=gid):
            return Directory(modes[2], uid, gid)
        case File(data=data, uid=uid, gid=gid):
            return File(data, modes[0], uid, gid)
        case _:
            return node


def _package(packages: str, name: str, version: str, module: str = "__init__.py") -> Tree:
    info = f"{name}-{version}.dist-info"
    record = f"{name}/{module}\n{info}/RECORD"
    return tree(
        {
            f"{packages}/{name}/{module}": f"{name} {version}".encode(),
            f"{packages}/{info}/RECORD": record.encode(),
        }
    )


def _script(text: str, run: Vertex, mounts: Mapping[str, Tree]) -> Tree:
    """What a shell does, of which every command succeeds."""
    root, cwd = mounts["/"], run.op.exec.meta.cwd
    if isinstance(root.get(cwd), File):
        raise BuildError(f"not a directory: {cwd}")
    commands = re.split("&&|;|\n", re.sub(r"\|\|[^;&\n]*", "", text))  # nothing fails
    for words in map(str.split, commands):
        seen = {**mounts, "/": root}
        match words:
            case [] | [":"] | [".", _]:
                pass
            case ["cd", directory]:
                cwd = normpath(join(cwd, directory))
            case ["uv", "venv", path]:
                uid, gid = _owner(run.op.exec.meta.user)
                path = join(cwd, path)
                root = _new(root, path, _virtual_environment(root, path, uid, gid))
            case ["uv", "sync", *flags]:
                root = _sync(flags, cwd, run, seen)
            case _:
                changed = _changed(root, cwd, words)
                root = _program(words, cwd, seen) if changed is None else changed
    return root


def _changed(root: Tree, cwd: str, words: Sequence[str]) -> Tree | None:
    """What a program makes of the files that its words name; None for any other program."""
    path = join(cwd, words[-1])
    match words:
        case ["touch", _]:
            return _touched(root, path)
        case ["mkdir", "-m", mode, _]:
            return _new(root, path, {}, Directory(int(mode, 8)))
        case ["chmod", "-R", mode, _]:
            named = join(real_path(root, dirname(path)), basename(path))
            return _moded(root, list(below(root, named)), mode)
        case ["chmod", mode, _]:
            return _moded(root, [each for each in root if each == real_path(root, path)], mode)
        case ["chown", "-R", owner, _]:
            return _owned(root, join(real_path(root, dirname(path)), basename(path)), owner)
        case ["rm", "-r", _]:
            gone = set(below(root, real_path(root, path)))
            return {name: node for name, node in root.items() if name not in gone}
        case _:
            return None


def _new(root: Tree, path: str, files: Tree, node: Node | None = None) -> Tree:
    """With something where nothing is; what is above it is made like `mkdir -p`."""
    if path in root or real_path(root, path) != path:
        raise BuildError(f"File exists: {path}")
    above = {each: Directory() for each in parents(path)}
    return {**above, **root, **files, **({} if node is None else {path: node})}


def _touched(root: Tree, path: str) -> Tree:
    if dirname(path) not in root:
        raise BuildError(f"No such file or directory: {path}")
    return {path: File(b""), **root}


def _owned(root: Tree, path: str, owner: str) -> Tree:
    """All of a directory given to `uid:gid`, or to the user alone; a link is not followed."""
    if path not in root:
        raise BuildError(f"No such file or directory: {path}")
    user, _, group = owner.partition(":")
    given = {name: _chowned(root[name], int(user), group) for name in below(root, path)}
    return {**root, **given}


def _chowned(node: Node, uid: int, group: str) -> Node:
    gid = int(group or node.gid) if isinstance(node, (Directory, File)) else 0
    return _given(node, uid, gid)


def _program(words: Sequence[str], cwd: str, mounts: Mapping[str, Tree]) -> Tree:
    """What a program leaves that writes down all that it sees."""
    seen = {dest: sorted(nodes.items()) for dest, nodes in mounts.items()}
    return {**mounts["/"], f"/by-{words[0]}": File(repr((words, cwd, seen)).encode())}


def _sync(flags: Sequence[str], cwd: str, run: Vertex, mounts: Mapping[str, Tree]) -> Tree:
    """`uv sync` of the project in the directory `cwd`, as the user wrote it."""
    root = dict(mounts["/"])
    meta = run.op.exec.meta
    uid, gid = _owner(meta.user)
    variables = dict(entry.split("=", 1) for entry in meta.env)
    path = join(cwd, variables.get("UV_PROJECT_ENVIRONMENT", ".venv"))
    if _python_of(root) is None:
        root = {**tree({MANAGED_PYTHON: b"\x7fELF python"}), **root}
    if any(mount != "/" and path.startswith(f"{mount}/") for mount in mounts):
        return root
    root.update(_entered(root, path, uid, gid))
    left_out = {flag.split("=")[1] for flag in flags if flag.startswith("--no-install-package=")}
    lock = tomli.loads(_seen(f"{cwd}/uv.lock", mounts).decode())
    packages = scheme_of(path, virtual=True)["purelib"]
    wanted = {each["name"]: each for each in lock["package"] if each["name"] not in left_out}
    for each in wanted.values():
        if "registry" in each["source"]:
            files = _package(packages, each["name"], each["version"])
        elif "editable" in each["source"] and "--no-install-project" not in flags:
            code = _seen(f"{cwd}/proj.py", mounts).decode()
            files = _package(packages, "proj", "0.1.0", f"built_{code}.py")
            if code.startswith(LEAVES_FILES) and cwd in root:
                root[f"{cwd}/proj.egg-info"] = File(code.encode(), 0o644, uid, gid)
        else:
            wanted = {name: other for name, other in wanted.items() if other is not each}
            continue
        _install(root, packages, each["name"], files, (uid, gid))
    if "--inexact" not in flags:
        for entry in _entries(root, packages):
            if entry.partition("-")[0] not in {*wanted, "pip"}:
                _uninstall(root, packages, entry)
    return root


def _entries(root: Tree, packages: str) -> list[str]:
    return [basename(p) for p in sorted(root) if dirname(p) == packages and p.endswith("-info")]


def _install(
    root: dict[str, Node], packages: str, name: str, files: Tree, owner: tuple[int, int]
) -> None:
    """Nothing where it is there already; what is replaced is taken away first."""
    if all(name in root for name in files):
        return
    for entry in _entries(root, packages):
        if entry.partition("-")[0] == name:
            _uninstall(root, packages, entry)
    root.update({path: _given(node, *owner) for path, node in files.items() if path not in root})


def _uninstall(root: dict[str, Node], packages: str, entry: str) -> None:
    record = root.get(f"{packages}/{entry}/RECORD")
    for line in record.data.decode().splitlines() if isinstance(record, File) else ():
        del root[f"{packages}/{line}"]
        if list(below(root, dirname(f"{packages}/{line}"))) == [dirname(f"{packages}/{line}")]:
            del root[dirname(f"{packages}/{line}")]


def _seen(path: str, mounts: Mapping[str, Tree]) -> bytes:
    """A file as the exec sees it."""
    path = real_path(mounts["/"], path)
    mount = max((m for m in mounts if path == m or path.startswith(f"{m.rstrip('/')}/")), key=len)
    inner = "/" + path.removeprefix(mount).strip("/")
    node = mounts[mount].get(inner)
    if not isinstance(node, File):
        raise BuildError(f"No such file or directory: {path}")
    return node.data
