"""What is in an image, file by file and layer by layer, from the archive of `docker save`."""

import dataclasses
import hashlib
import json
import tarfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from integration.engine import Engine

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"

# What two images with the same content have in common; times are left to those who promise them.
COMPARED = ("kind", "mode", "uid", "gid", "link", "sha256")


@dataclass(frozen=True)
class Entry:
    """One path in an image; a hard link is the file that it leads to."""

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    mtime: float
    size: int = 0
    link: str = ""
    sha256: str = ""
    # The bytes, where the caller asked for them.
    data: bytes | None = field(default=None, repr=False, compare=False)


Tree = dict[str, Entry]
KINDS = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "symlink",
    tarfile.CHRTYPE: "device",
    tarfile.BLKTYPE: "device",
    tarfile.FIFOTYPE: "fifo",
}


def read_nothing(_path: str) -> bool:
    return False


def image_tree(
    engine: Engine, image_ref: str, *, keep: Callable[[str], bool] = read_nothing
) -> Tree:
    """All paths of an image, without leading slash; `keep` says whose bytes are wanted."""
    return flatten(image_layers(engine, image_ref, keep=keep))


def image_layers(
    engine: Engine, image_ref: str, *, keep: Callable[[str], bool] = read_nothing
) -> list[Tree]:
    """The layers of an image from the lowest up, each with what it alone holds."""
    with TemporaryDirectory() as work:
        archive = Path(work) / "image.tar"
        engine.save(image_ref, archive)
        with tarfile.open(archive) as image:
            manifest = image.extractfile("manifest.json")
            assert manifest is not None
            (described,) = json.load(manifest)
            return [read_layer(image, name, keep) for name in described["Layers"]]


def read_layer(image: tarfile.TarFile, name: str, keep: Callable[[str], bool]) -> Tree:
    layer: Tree = {}
    with tarfile.open(fileobj=image.extractfile(name), mode="r:*") as members:
        for member in members:
            entry = read_entry(members, member, layer, keep)
            layer[entry.path] = entry
    return layer


def read_entry(
    members: tarfile.TarFile, member: tarfile.TarInfo, layer: Tree, keep: Callable[[str], bool]
) -> Entry:
    path = normal(member.name)
    if member.islnk() and normal(member.linkname) in layer:
        return dataclasses.replace(layer[normal(member.linkname)], path=path)
    entry = Entry(
        path=path,
        kind=KINDS.get(member.type, "hardlink"),
        mode=member.mode,
        uid=member.uid,
        gid=member.gid,
        mtime=member.mtime,
        size=member.size,
        link=member.linkname,
    )
    content = members.extractfile(member) if member.isreg() else None
    if content is None:
        return entry
    data = content.read()
    sha256 = hashlib.sha256(data).hexdigest()
    return dataclasses.replace(entry, sha256=sha256, data=data if keep(path) else None)


def normal(name: str) -> str:
    return str(PurePosixPath(name)).lstrip("/")


def flatten(layers: Iterable[Tree]) -> Tree:
    """One tree from layers that lie on each other, whiteouts applied."""
    tree: Tree = {}
    for layer in layers:
        hidden = {target for path in layer if (target := hides(path)) is not None}
        covered = {path for path, entry in layer.items() if entry.kind != "directory"}
        tree = {
            path: entry
            for path, entry in tree.items()
            if not any(parent in hidden for parent in (path, *parents(path)))
            and not any(parent in covered or f"{parent}/" in hidden for parent in parents(path))
        }
        tree |= {path: entry for path, entry in layer.items() if hides(path) is None}
    return tree


def hides(path: str) -> str | None:
    """What a whiteout removes from below: a path, or with a slash at its end all that is in it."""
    parent, _, name = path.rpartition("/")
    if name == OPAQUE:
        return f"{parent}/"
    if name.startswith(WHITEOUT):
        return f"{parent}/{name.removeprefix(WHITEOUT)}".lstrip("/")
    return None


def parents(path: str) -> list[str]:
    return [str(parent) for parent in PurePosixPath(path).parents][:-1]


def differences(
    left: Tree,
    right: Tree,
    fields: Sequence[str] = COMPARED,
    names: tuple[str, str] = ("on the left", "on the right"),
) -> list[str]:
    """One line per path and field in which two trees differ, in order of path."""
    lines = []
    for path in sorted(left.keys() | right.keys()):
        if path not in left or path not in right:
            lines.append(f"{path}: only {names[path not in left]}")
            continue
        for name in fields:
            ours, theirs = getattr(left[path], name), getattr(right[path], name)
            if ours != theirs:
                lines.append(f"{path}: {name} {ours!r} {names[0]}, {theirs!r} {names[1]}")
    return lines
