"""Unpack wheels into layers: the files, byte for byte, that uv would install.

Run inside the build as `python -I -S -B unpack.py '<json>'` (or `@FILE` for an argument that is
too long) by the interpreter of the environment. The result is a function of the argument, the
wheels and, for bytecode, the interpreter's minor version: not of the machine, the time, the hash
seed or what was compiled before. The bytes of this program are part of the cache key of every
wheel: an edit, even of a comment, builds every layer again.

The argument, a JSON object:
  wheels        list of {archive, output, name, version, sha256, direct_url, uv_cache, uv_build,
                metadata}; `output` is an empty directory, which several wheels may share (the later
                wins); all but the first two may be null or absent; the three before the last are
                JSON objects that become files of `.dist-info`, `metadata` is a directory that may
                have such files ready
  scheme        {purelib, platlib, scripts, data, headers}: absolute paths as the environment's
                interpreter spells them (headers without the project's name)
  executable    the interpreter's path for shebangs
  python        {cache_tag, magic, version}: must be this interpreter's when bytecode is wanted
  directories   {path: [mode, uid, gid]} of directories and {path: target} of symbolic links in
                the state below; what it does not name is looked up here, else made anew
  uid, gid, umask, mtime    of everything that is made; integers
  modes         null, or the permission bits of plain files, programs and directories that are made
  bytecode      null, "timestamp", "checked-hash" or "unchecked-hash"
  installer_metadata        whether INSTALLER, REQUESTED and the JSON files are written

Or `{"compile": PATH, "mtime": …}`: write this program's own bytecode there and do nothing else.
`python -I -S -B PATH.pyc '<json>'` then starts 12 to 18 ms sooner than from the source.

Each wheel with a name is told on standard output once all are installed, as uv does.
Exit code 1 and one sentence on standard error when a wheel is refused: the outputs are then empty.
Exit code 3 if that is for a file whose name is taken, by the system or by the environment.
"""

import posix
import sys

from uvlayers.guest.archive import Archive
from uvlayers.guest.bytecode import MAGIC, compile_source, prepare
from uvlayers.guest.install import Installation, Item, new_sha256
from uvlayers.guest.layer import Layer
from uvlayers.guest.modules import Module, Modules
from uvlayers.guest.record import Row, encode_hash, write_record
from uvlayers.guest.refusal import Refusal, TakenName, cannot_install
from uvlayers.guest.scripts import PLACEHOLDER, rewrite_shebang

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MODES = (None, "timestamp", "checked-hash", "unchecked-hash")
HEAD = 1 << 20  # a script's first two lines must end within so many bytes
MOST_OPEN = 200  # archives, of the 1024 files that a process may have open


class Unpacker:
    """One request. Wheels are unpacked in order, each into the layer at its `output`.

    Modules come last, and are shared out among processes: none of them is in the way of anything
    that comes later, or they are written before that.
    """

    def __init__(self, request: "dict[str, Any]") -> None:
        self.request = request
        self.scheme = request["scheme"]
        self.bytecode = request["bytecode"]
        self.layers: dict[str, Layer] = {}
        tag = request["python"]["cache_tag"]
        self.modules = Modules(self.bytecode, tag, request["mtime"])
        self.archives: list[Archive] = []
        if self.bytecode not in MODES:
            raise Refusal(f"unknown bytecode invalidation mode: {self.bytecode}")
        if self.bytecode:
            self._check_interpreter()
            prepare()

    def run(self) -> None:
        """Unpack everything, or nothing."""
        posix.umask(0)
        try:
            for wheel in self.request["wheels"]:
                self._unpack(wheel)
            self._finish()
            for layer in self.layers.values():
                layer.seal()
        except BaseException:
            for output in self.layers:
                _empty(output)
            raise
        for wheel in self.request["wheels"]:
            if wheel.get("name"):
                version = f"=={wheel['version']}" if wheel.get("version") else ""
                sys.stdout.write(f" + {wheel['name']}{version}\n")

    def _finish(self) -> None:
        """Write what waits, after which no archive so far is needed."""
        self.modules.write()
        for archive in self.archives:
            archive.close()
        self.archives.clear()

    def _check_interpreter(self) -> None:
        expected = self.request["python"]
        tag = sys.implementation.cache_tag
        running = {
            "cache_tag": tag,
            "magic": MAGIC.hex(),
            "version": list(sys.version_info[:2]),
        }
        for key, value in running.items():
            if expected[key] != value:
                raise Refusal(f"bytecode needs {key} {expected[key]}, this interpreter has {value}")

    def _unpack(self, wheel: "dict[str, Any]") -> None:
        try:
            archive = Archive(wheel["archive"])
            if wheel.get("sha256"):
                _check_hash(archive, wheel["sha256"])
            installation = Installation(archive, wheel, self.scheme)
            minor = self.request["python"]["version"][1]
            installation.plan(self.request["executable"], minor, self._metadata(wheel))
            self._write(installation, self._layer(wheel["output"]))
            self.archives.append(archive)
            if not self.modules.waiting or len(self.archives) >= MOST_OPEN:
                self._finish()
        except (Refusal, OSError) as error:
            raise cannot_install(wheel["archive"], error) from None

    def _layer(self, output: str) -> Layer:
        layer = self.layers.get(output)
        if layer is None:
            request = self.request
            owner = request["umask"], request["uid"], request["gid"]
            layer = Layer(
                output, request["directories"], owner, request["mtime"], request.get("modes")
            )
            self.layers[output] = layer
        return layer

    def _metadata(self, wheel: "dict[str, Any]") -> "dict[str, bytes]":
        """What an installer adds to `.dist-info`, besides RECORD."""
        if not self.request["installer_metadata"]:
            return {}
        files = {"INSTALLER": b"uv", "REQUESTED": b""}
        for key in ("direct_url", "uv_cache", "uv_build"):
            if wheel.get(key) is not None:
                files[f"{key}.json"] = _compact(wheel[key])
            elif wheel.get("metadata"):
                files.update(_read_if_there(wheel["metadata"], f"{key}.json"))
        return files

    def _write(self, installation: Installation, layer: Layer) -> None:
        for directory in installation.directories:
            layer.directory(directory)
        # Bytecode that a wheel ships is written first: what is compiled here replaces it.
        order = sorted(installation.items, key=lambda path: "/__pycache__/" not in path)
        for path in order:
            if path != installation.record_path:
                self._write_item(path, installation.items[path], installation, layer)
        record = installation.items[installation.record_path]
        mode = _mode(layer, executable=record.executable)
        layer.write(installation.record_path, write_record(installation.rows), mode)

    def _write_item(self, path: str, item: Item, installation: Installation, layer: Layer) -> None:
        if item.entry is not None and item.entry.is_link:
            _check_link(installation.archive.read(item.entry), item.entry.path)
        mode = _mode(layer, executable=item.executable)
        if self.bytecode and item.script_row is None and self._is_module(path):
            self.modules.add(Module(installation, layer, path, mode))
            return
        self.modules.make_way(layer, path)
        chunks: Iterator[bytes] = iter((item.data,))
        if item.entry is not None:
            chunks = installation.archive.chunks(item.entry)
        if item.script_row is not None:
            self._write_script(path, item.script_row, chunks, layer, mode)
        else:
            _write_chunks(path, chunks, layer, mode)

    def _write_script(
        self, path: str, row: Row, chunks: "Iterator[bytes]", layer: Layer, mode: int
    ) -> None:
        """Write a script of `.data`, with the placeholder in its first line replaced."""
        head = b""
        while len(head) < HEAD:
            chunk = next(chunks, None)
            if chunk is None:
                break
            head += chunk
        if not head.startswith(PLACEHOLDER):
            _write_chunks(path, _chain(head, chunks), layer, mode)
            return
        digest = new_sha256(b"")
        size = 0
        fd = layer.create(path, mode)
        for chunk in _chain(rewrite_shebang(head, self.request["executable"]), chunks):
            digest.update(chunk)
            size += len(chunk)
            _write_all(fd, chunk)
        layer.close(fd)
        row.hash, row.size = encode_hash(digest.digest()), size

    def _is_module(self, path: str) -> bool:
        """Whether uv compiles the file: `.py` below site-packages."""
        if not path.endswith(".py") or path.endswith("/.py") or "/__pycache__/" in path:
            return False
        return path.startswith((self.scheme["purelib"] + "/", self.scheme["platlib"] + "/"))


def main(arguments: "list[str]") -> int:
    """Unpack as the only argument says; the exit code."""
    try:
        (text,) = arguments
        if text.startswith("@"):
            with open(text[1:], encoding="utf-8") as source:
                text = source.read()
        request = _parse(text)
        if "compile" in request:
            _compile_program(request["compile"], request["mtime"])
        else:
            Unpacker(request).run()
    except (Refusal, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 3 if isinstance(error, TakenName) else 1
    return 0


def _compile_program(path: str, mtime: int) -> None:
    """Make this file's bytecode; its directory is an output, so it gets the fixed time too."""
    prepare()
    with open(__file__, "rb") as source:
        data = compile_source(source.read(), __file__, "unchecked-hash", mtime)
    fd = posix.open(path, posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC, 0o644)
    _write_all(fd, data or b"")
    posix.close(fd)
    for made in (path, path.rpartition("/")[0]):
        posix.utime(made, ns=(mtime * 10**9, mtime * 10**9))


def _parse(text: str) -> "dict[str, Any]":
    """JSON, by the C scanner that the `json` package drives: the package itself costs 8 ms."""
    try:
        from _json import make_scanner
    except ImportError:
        import json

        return json.loads(text)  # type: ignore[no-any-return]

    class Context:
        strict = True
        object_hook = object_pairs_hook = None
        parse_float = float
        parse_int = int
        parse_constant = float

    return make_scanner(Context())(text, 0)[0]  # type: ignore[no-any-return,arg-type]


def _read_if_there(directory: str, name: str) -> "dict[str, bytes]":
    try:
        with open(f"{directory}/{name}", "rb") as source:
            return {name: source.read()}
    except FileNotFoundError:
        return {}


def _compact(value: object) -> bytes:
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _check_hash(archive: Archive, expected: str) -> None:
    import hashlib  # OpenSSL's is several times faster than the built-in one

    digest = hashlib.sha256()
    at = 0
    while True:
        chunk = posix.pread(archive.fd, 1 << 20, at)
        if not chunk:
            break
        digest.update(chunk)
        at += len(chunk)
    if digest.hexdigest() != expected.lower():
        raise Refusal(f"its SHA-256 is {digest.hexdigest()}, expected {expected}")


def _check_link(target: bytes, path: str) -> None:
    """uv writes a link's target as a plain file; so do we, unless it points out of the wheel."""
    depth = path.count("/")
    for part in target.split(b"/"):
        depth += -1 if part == b".." else part not in (b"", b".")
        if depth < 0:
            break
    if depth < 0 or target.startswith(b"/"):
        raise Refusal(f"`{path}` is a link out of the wheel")


def _mode(layer: Layer, *, executable: bool) -> int:
    return layer.program_mode if executable else layer.file_mode


def _chain(first: bytes, rest: "Iterator[bytes]") -> "Iterator[bytes]":
    yield first
    yield from rest


def _write_chunks(path: str, chunks: "Iterator[bytes]", layer: Layer, mode: int) -> None:
    fd = layer.create(path, mode)
    for chunk in chunks:
        _write_all(fd, chunk)
    layer.close(fd)


def _write_all(fd: int, data: bytes) -> None:
    written = posix.write(fd, data)
    while written < len(data):
        written += posix.write(fd, memoryview(data)[written:])


def _empty(output: str) -> None:
    """Remove everything in the directory; it may be a mount point, so it stays."""
    for entry in posix.scandir(output):
        if entry.is_dir(follow_symlinks=False):
            _empty(entry.path)
            posix.rmdir(entry.path)
        else:
            posix.unlink(entry.path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
