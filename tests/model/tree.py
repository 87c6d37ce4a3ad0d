"""File systems as values, and what BuildKit's file ops, merges and diffs make of them.

A model to compare graphs with: two graphs mean the same when their trees are equal. Follows
BuildKit `solver/llbsolver/file/backend.go`, `tonistiigi/fsutil/copy` and containerd's `archive`
(v0.32); times, devices and extended attributes are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from posixpath import basename, dirname, join, normpath

from uvlayers.pb import ops_pb2 as pb

LINKS = 40  # as many symbolic links on one way as Linux follows


@dataclass(frozen=True)
class Directory:
    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class File:
    data: bytes = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Link:
    target: str


@dataclass(frozen=True)
class Removed:
    """In a diff: what was there below is gone."""


Node = Directory | File | Link | Removed
Tree = Mapping[str, Node]

EMPTY: Tree = {"/": Directory()}


class BuildError(Exception):
    """What fails a step of a build; the solver adds the digest of its vertex."""

    vertex: str | None = None


def tree(entries: Mapping[str, Node | bytes | str]) -> Tree:
    """A tree of `entries`: bytes are files, text is a link; directories above are made."""
    nodes = dict(EMPTY)
    for path, entry in entries.items():
        for parent in parents(path):
            nodes.setdefault(parent, Directory())
        nodes[path] = _node(entry)
    return nodes


def _node(entry: Node | bytes | str) -> Node:
    if isinstance(entry, bytes):
        return File(entry)
    return Link(entry) if isinstance(entry, str) else entry


def parents(path: str) -> list[str]:
    """The directories above an absolute path, the root first."""
    above = []
    while path != "/":
        path = dirname(path)
        above.append(path)
    return above[::-1]


def real_path(nodes: Tree, path: str, *, follow: bool = True) -> str:
    """`path` with links resolved inside the tree; what does not exist stays as it is spelled."""
    pending = path.split("/")
    here, links = "/", 0
    while pending:
        name = pending.pop(0)
        if name in ("", "."):
            continue
        step = dirname(here) if name == ".." else join(here, name)
        node = nodes.get(step)
        if isinstance(node, Link) and (follow or any(pending)):
            links += 1
            if links > LINKS:
                raise BuildError(f"too many links: {path}")
            pending = node.target.split("/") + pending
            here = "/" if node.target.startswith("/") else here
        else:
            here = step
    return here


def below(nodes: Tree, path: str) -> Iterator[str]:
    """`path` and everything in it."""
    prefix = "/" if path == "/" else f"{path}/"
    return (name for name in nodes if name == path or name.startswith(prefix))


def children(nodes: Tree, path: str) -> list[str]:
    """The paths of the entries of a directory, sorted."""
    return sorted(name for name in nodes if name != "/" and dirname(name) == path)


def apply_action(nodes: Tree, action: pb.FileAction, source: Tree) -> Tree:
    """The tree after one action of a file op."""
    changed = dict(nodes)
    match action.WhichOneof("action"):
        case "copy":
            _copy(changed, source, action.copy)
        case "mkdir":
            path = real_path(changed, action.mkdir.path)
            _make_directories(changed, path, Directory(action.mkdir.mode))
        case "mkfile":
            path = real_path(changed, action.mkfile.path)
            _write(changed, path, File(action.mkfile.data, action.mkfile.mode))
        case "symlink":
            path = real_path(changed, action.symlink.newpath, follow=False)
            if path in changed:
                raise BuildError(f"file exists: {path}")
            _write(changed, path, Link(action.symlink.oldpath))
        case "rm":
            path = real_path(changed, action.rm.path, follow=False)
            for name in list(below(changed, path)):
                del changed[name]
    return changed


def _copy(nodes: dict[str, Node], source: Tree, action: pb.FileActionCopy) -> None:
    owner = action.owner
    chown = (owner.user.byID, owner.group.byID) if action.HasField("owner") else None
    slashed = action.dest.endswith("/")
    made = Directory(0o755, *(chown or (0, 0)))
    ensured = action.dest if slashed else dirname(action.dest)
    _make_directories(nodes, real_path(nodes, ensured), made)
    start = real_path(source, action.src, follow=action.followSymlink)
    if start not in source:
        if action.allowWildcard and action.allowEmptyWildcard:
            return
        raise BuildError(f"not found: {action.src}")
    target = real_path(nodes, action.dest)
    if not isinstance(source[start], Directory) and isinstance(nodes.get(target), Directory):
        target = join(target, basename(normpath(action.src)))
    parent = target if isinstance(source[start], Directory) else dirname(target)
    if target not in nodes:
        _make_directories(nodes, parent, made)
    _copy_tree(nodes, source, start, target, chown)


def _copy_tree(
    nodes: dict[str, Node], source: Tree, start: str, target: str, chown: tuple[int, int] | None
) -> None:
    entry = source[start]
    if isinstance(entry, Directory):
        there = nodes.get(target)
        if there is None:
            nodes[target] = _owned(entry, chown)
        elif not isinstance(there, Directory):
            raise BuildError(f"cannot copy to non-directory: {target}")
        for child in children(source, start):
            _copy_tree(nodes, source, child, join(target, basename(child)), chown)
    elif isinstance(nodes.get(target), Directory):
        raise BuildError(f"cannot replace directory with file: {target}")
    else:
        nodes[target] = _owned(entry, chown)


def _owned(node: Node, chown: tuple[int, int] | None) -> Node:
    if chown is None or not isinstance(node, (Directory, File)):
        return node
    return replace(node, uid=chown[0], gid=chown[1])


def _make_directories(nodes: dict[str, Node], path: str, made: Directory) -> None:
    for name in (*parents(path), path):
        if not isinstance(nodes.setdefault(name, made), Directory):
            raise BuildError(f"not a directory: {name}")


def _write(nodes: dict[str, Node], path: str, node: Node) -> None:
    if not isinstance(nodes.get(dirname(path)), Directory):
        raise BuildError(f"no such directory: {dirname(path)}")
    if isinstance(nodes.get(path), Directory):
        raise BuildError(f"is a directory: {path}")
    nodes[path] = node


def merged(trees: Iterable[Tree]) -> Tree:
    """Trees on top of one another: the later wins, the looks of directories too."""
    result = dict(EMPTY)
    for layer in trees:
        for path in sorted(layer):
            node = layer[path]
            directories = isinstance(node, Directory) and isinstance(result.get(path), Directory)
            if path in result and not directories:
                for name in list(below(result, path)):
                    del result[name]
            if not isinstance(node, Removed):
                result[path] = node
    return result


def difference(lower: Tree, upper: Tree) -> Tree:
    """What `upper` changed, with the directories above each change as they look in `upper`."""
    changes: dict[str, Node] = {}
    for path, node in upper.items():
        if lower.get(path) != node:
            changes.update({name: upper[name] for name in (*parents(path), path)})
    for path in lower:
        if path not in upper and dirname(path) in upper:
            changes.update({name: upper[name] for name in parents(path)})
            changes[path] = Removed()
    return changes
