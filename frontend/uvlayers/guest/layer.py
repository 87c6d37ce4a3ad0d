"""Write a layer: an output directory that is later merged onto `/` of the image.

Every file and directory gets a fixed time, and the mode and owner that it would have in the image.
"""

import posix

from uvlayers.guest.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Facts = tuple[int, int, int]

KIND, DIRECTORY, SYMLINK = 0xF000, 0x4000, 0xA000  # as in the `stat` module
LINKS = 40  # as many symbolic links on one way as Linux follows


class Layer:
    """An output directory. Paths are absolute in the image.

    `directories` says what is in the state below: `[mode, uid, gid]` for a directory, the target
    for a symbolic link. What it does not name is looked up in this process's own root. `modes` are
    those of plain files, of programs and of directories that are made; the umask says them if not.
    """

    def __init__(
        self,
        output: str,
        directories: "Mapping[str, object]",
        owner: "Facts",
        mtime: int,
        modes: "Facts | None" = None,
    ) -> None:
        self.output = output
        self.known = directories
        umask, self.uid, self.gid = owner
        file = 0o666 & ~umask
        usual = file, file | 0o111, 0o777 & ~umask
        self.file_mode, self.program_mode, self.directory_mode = modes or usual
        self.times = (mtime * 10**9, mtime * 10**9)
        self.chowns = posix.geteuid() == 0
        self.made: dict[str, Facts] = {}
        self.real: dict[str, str] = {}
        self.new: set[str] = set()
        self._follow = 0
        if posix.listdir(output):
            raise Refusal(f"the output directory is not empty: {output}")
        root = self._below("/")
        self._make("/", root if isinstance(root, tuple) else (self.directory_mode, 0, 0))
        self.real[""] = self.real["/"] = ""

    def directory(self, path: str) -> str:
        """Make sure that the directory is in the layer; its path with symbolic links resolved."""
        known = self.real.get(path)
        if known is None:
            parent, _, name = path.rpartition("/")
            known = self.real[path] = self._enter(self.directory(parent), name)
        return known

    def write(self, path: str, data: bytes, mode: int) -> None:
        """Create or replace a file."""
        fd = self.create(path, mode)
        try:
            view = memoryview(data)
            while view:
                view = view[posix.write(fd, view) :]
        finally:
            self.close(fd)

    def create(self, path: str, mode: int) -> int:
        """Create or replace a file: a descriptor for writing, for `close`."""
        parent, _, name = path.rpartition("/")
        full = f"{self.output}{self.directory(parent)}/{name}"
        flags = posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_CLOEXEC
        try:
            return posix.open(full, flags, mode)
        except FileExistsError:
            if posix.lstat(full).st_mode & KIND == DIRECTORY:
                raise Refusal(f"`{path}` is both a file and a directory") from None
            posix.unlink(full)
            return posix.open(full, flags, mode)

    def close(self, fd: int) -> None:
        """Give a created file its owner and time."""
        if self.chowns and (self.uid or self.gid):
            posix.fchown(fd, self.uid, self.gid)
        posix.utime(fd, ns=self.times)
        posix.close(fd)

    def remove(self, path: str) -> None:
        """Remove a file."""
        parent, _, name = path.rpartition("/")
        full = f"{self.output}{self.directory(parent)}/{name}"
        posix.unlink(full)

    def remove_if_empty(self, path: str) -> None:
        """Take a directory back into which nothing was put."""
        real = self.real[path]
        if not posix.listdir(self.output + real):
            posix.rmdir(self.output + real)
            del self.made[real]
            self.new.discard(real)
            self.real = {path: place for path, place in self.real.items() if place != real}

    def seal(self) -> None:
        """Give the directories their modes, owners and times, once no file will be added."""
        for path in sorted(self.made, reverse=True):
            mode, uid, gid = self.made[path]
            full = self.output + path
            if self.chowns:
                posix.chown(full, uid, gid)
            posix.chmod(full, mode)
            posix.utime(full, ns=self.times)

    def _enter(self, parent: str, name: str) -> str:
        """One step down from a resolved directory."""
        path = f"{parent}/{name}"
        if path in self.made:
            return path
        bare = parent in self.new and path not in self.known
        found = None if bare else self._below(path)
        if isinstance(found, str):
            return self._resolve(parent, found)
        if found is None:
            self.new.add(path)
            found = (self.directory_mode, self.uid, self.gid)
        self._make(path, found)
        return path

    def _resolve(self, parent: str, target: str) -> str:
        self._follow += 1
        if self._follow > LINKS:
            raise Refusal(f"too many symbolic links: {parent}")
        here = "" if target.startswith("/") else parent
        for part in target.split("/"):
            if part == "..":
                here = here.rpartition("/")[0]
            elif part not in ("", "."):
                here = self._enter(here, part)
        self._follow -= 1
        return here

    def _below(self, path: str) -> "Facts | str | None":
        """What is at the path in the state below: facts of a directory, a link's target, None."""
        known = self.known.get(path)
        if isinstance(known, str):
            return known
        if isinstance(known, (list, tuple)):
            mode, uid, gid = known
            return mode & 0o7777, uid, gid
        try:
            status = posix.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if status.st_mode & KIND == SYMLINK:
            return posix.readlink(path)
        if status.st_mode & KIND != DIRECTORY:
            raise Refusal(f"a file is in the place of a directory: {path}")
        return status.st_mode & 0o7777, status.st_uid, status.st_gid

    def _make(self, path: str, facts: "Facts") -> None:
        if path != "/":
            posix.mkdir(self.output + path, 0o755)
        self.made[path] = facts
