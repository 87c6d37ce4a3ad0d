"""Write modules and their bytecode: last, and in several processes where that is worth it.

The bytes of what is compiled do not depend on what the process did before (see `bytecode`), and so
not on how many there are.
"""

from uvlayers.guest.bytecode import bytecode_path, compile_source
from uvlayers.guest.install import Installation
from uvlayers.guest.layer import Layer
from uvlayers.guest.processes import make_shares, processors, share_out
from uvlayers.guest.refusal import Refusal, cannot_install

SHARE = 1 << 18  # bytes of source, to compile which takes 20 ms: ten times as long as a fork


class Module:
    """A file that is to be written with a `mode`, and compiled."""

    __slots__ = ("installation", "layer", "mode", "path", "size")

    def __init__(self, installation: Installation, layer: Layer, path: str, mode: int) -> None:
        self.installation = installation
        self.layer = layer
        self.path = path
        self.mode = mode
        entry = installation.items[path].entry
        self.size = 0 if entry is None else entry.size


class Modules:
    """What waits for being written, and in which layers a module was compiled."""

    def __init__(self, invalidation: str, cache_tag: str, mtime: int) -> None:
        self.invalidation = invalidation
        self.cache_tag = cache_tag
        self.mtime = mtime
        self.compiled: set[tuple[str, str]] = set()  # output and path of bytecode
        self.waiting: list[Module] = []
        self.places: set[tuple[str, str]] = set()  # of those and their bytecode: output, real path

    def add(self, module: Module) -> None:
        """Let a module wait, once none waits that would be in its place."""
        output, path = _place(module.layer, module.path)
        places = {(output, path), (output, self._bytecode_path(path))}
        if not self.places.isdisjoint(places):
            self.write()
        self.waiting.append(module)
        self.places |= places

    def make_way(self, layer: Layer, path: str) -> None:
        """Write what waits before something comes into its place: the later one wins."""
        if self.places and _place(layer, path) in self.places:
            self.write()

    def write(self) -> None:
        """Write and compile whatever waits."""
        modules, self.waiting, self.places = self.waiting, [], set()
        sizes = [module.size for module in modules]
        number = min(sum(sizes) // SHARE, processors())
        if number < 2:
            for module in modules:
                self._write(module)
            return
        created = self._make_directories(modules)
        failed = share_out(self._write, modules, make_shares(sizes, number))
        for position, module in enumerate(modules):
            key = module.layer.output, self._bytecode_path(module.path)
            (self.compiled.discard if position in failed else self.compiled.add)(key)
        if failed:
            for layer, directory in created:
                layer.remove_if_empty(directory)

    def _make_directories(self, modules: "list[Module]") -> "list[tuple[Layer, str]]":
        """Make them before there are several processes; those that only bytecode needs."""
        created = []
        for module in modules:
            layer = module.layer
            directory = self._bytecode_path(module.path).rpartition("/")[0]
            before = len(layer.made)
            layer.directory(directory)
            if len(layer.made) > before:
                created.append((layer, directory))
        return created

    def _write(self, module: Module) -> bool:
        """Write a module and its bytecode; False if it does not compile, which uv ignores too."""
        archive, item = module.installation.archive, module.installation.items[module.path]
        try:
            source = item.data if item.entry is None else b"".join(archive.chunks(item.entry))
            module.layer.write(module.path, source, module.mode)
            return self._compile(module, source)
        except (Refusal, OSError) as error:
            raise cannot_install(archive.path, error) from None

    def _compile(self, module: Module, source: bytes) -> bool:
        layer = module.layer
        target = self._bytecode_path(module.path)
        data = compile_source(source, module.path, self.invalidation, self.mtime)
        key = layer.output, target
        if data is not None:
            layer.write(target, data, layer.file_mode)
            self.compiled.add(key)
        elif key in self.compiled:  # it is an earlier wheel's, whose source was just replaced
            layer.remove(target)
            self.compiled.remove(key)
        return data is not None

    def _bytecode_path(self, path: str) -> str:
        return bytecode_path(path, self.cache_tag)


def _place(layer: Layer, path: str) -> "tuple[str, str]":
    """Where a file really is, whose directory may have several names."""
    directory, _, name = path.rpartition("/")
    return layer.output, f"{layer.directory(directory)}/{name}"
