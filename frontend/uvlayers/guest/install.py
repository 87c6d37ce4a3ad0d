"""Where each file of a wheel goes, and what its metadata become: uv's `install_wheel`, on values.

Source: uv-install-wheel/{install,wheel}.rs. The steps come in uv's order, because a later one may
replace a file of an earlier one: the wheel's root, launchers, `.data`, installer metadata, RECORD.
"""

import sys

from uvlayers.guest.archive import Archive, Entry
from uvlayers.guest.record import Row, clean_path, encode_hash, heal_record, read_record
from uvlayers.guest.refusal import Refusal, TakenName
from uvlayers.guest.scripts import (
    ENVIRONMENT,
    SYSTEM,
    read_entry_points,
    refuse_reserved,
    script_name,
)
from uvlayers.guest.versions import normalize_name, same_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from hashlib import _Hash

    Scheme = Mapping[str, str]

DATA_KEYS = ("data", "headers", "platlib", "purelib", "scripts")
FOLD = " \t"
LEFT_OVER = (".exe", "-script.py", ".pya")  # endings under which setuptools ships a script twice


class Item:
    """One file to be written: an entry of the archive, or `data` made here.

    A script of `.data` has the row of the RECORD that changes when its shebang does.
    """

    __slots__ = ("data", "entry", "executable", "script_row")

    def __init__(self, entry: "Entry | None", data: bytes = b"", *, executable: bool) -> None:
        self.entry = entry
        self.data = data
        self.executable = executable
        self.script_row: Row | None = None


class Installation:
    """What one wheel puts into the environment: `items` and `directories` by absolute path.

    `rows` become the RECORD at `record_path`; a rewritten script sets its row when it is written.
    """

    def __init__(self, archive: Archive, wheel: "Mapping[str, str]", scheme: "Scheme") -> None:
        self.archive = archive
        self.scheme = scheme
        self.items: dict[str, Item] = {}
        self.directories: list[str] = []
        self.files = {entry.path: entry for entry in archive.entries if not entry.is_directory}
        self.prefix = _dist_info_prefix(archive.entries)
        self.dist_info = self.prefix + ".dist-info"
        self.name = self._check_identity(wheel)
        self.site = scheme["purelib" if self._is_pure() else "platlib"]
        self.rows = self._read_record()
        self.record_path = f"{self.site}/{self.dist_info}/RECORD"

    def plan(self, executable: str, minor: int, metadata: "Mapping[str, bytes]") -> None:
        """Fill `items`; `metadata` are the files that an installer adds to `.dist-info`."""
        self._refuse_reserved_data()
        for path, entry in self.files.items():
            if not path.startswith(f"{self.prefix}.data/"):
                self.items[f"{self.site}/{path}"] = Item(entry, executable=entry.executable)
        names = self._add_launchers(executable, minor)
        self._add_data(names)
        self._add_directories()
        for name, data in metadata.items():
            self._add(f"{self.site}/{self.dist_info}/{name}", data, executable=False)
        self._refuse_taken()
        record = self.files[f"{self.dist_info}/RECORD"]
        self.items[self.record_path] = Item(record, executable=record.executable)

    def _metadata(self, name: str) -> bytes:
        entry = self.files.get(f"{self.dist_info}/{name}")
        if entry is None:
            raise Refusal(f"`{self.dist_info}/{name}` is missing")
        return self.archive.read(entry)

    def _check_identity(self, wheel: "Mapping[str, str]") -> str:
        """The normalised name, after METADATA agreed with what the lock says."""
        headers = _read_headers(self._metadata("METADATA"))
        found = {key.lower(): value for key, value in reversed(headers)}
        name, version = found.get("name"), found.get("version")
        if not name or not version:
            raise Refusal("its METADATA has no name or no version")
        locked = wheel.get("name")
        if locked and normalize_name(locked) != normalize_name(name):
            raise Refusal(f"its METADATA says name `{name}`, the lock says `{locked}`")
        locked = wheel.get("version")
        if locked and not same_version(version, locked):
            raise Refusal(f"its METADATA says version `{version}`, the lock says `{locked}`")
        return normalize_name(name)

    def _is_pure(self) -> bool:
        headers = _read_headers(self._metadata("WHEEL"))
        first: dict[str, str] = {}
        for key, value in headers:
            first.setdefault(key, value.strip())
        major, dot, minor = first.get("Wheel-Version", "").partition(".")
        if not dot or (major != "1" and (major, minor) != ("0", "1")):
            raise Refusal(f"its Wheel-Version is not supported: `{first.get('Wheel-Version')}`")
        return first.get("Root-Is-Purelib") == "true"

    def _read_record(self) -> "list[Row]":
        rows = read_record(self._metadata("RECORD"))
        sizes = {path: entry.size for path, entry in self.files.items()}
        return heal_record(rows, sizes, self.dist_info)

    def _refuse_reserved_data(self) -> None:
        for key, base in (("scripts", "scripts"), ("data", "data")):
            start = f"{self.prefix}.data/{key}/"
            for path in self.files:
                if path.startswith(start):
                    self._refuse_reserved(f"{self.scheme[base]}/{path[len(start) :]}")

    def _refuse_reserved(self, target: str) -> None:
        directory, _, name = target.rpartition("/")
        if directory == self.scheme["scripts"]:
            lowered = name.lower()
            refuse_reserved(lowered[:-4] if lowered.endswith(".exe") else lowered, name)

    def _refuse_taken(self) -> None:
        """Refuse what must not be in a layer by itself, because of what else an image has.

        A search for one of the system's programs would find a script by its name, `PATH`
        permitting; a file of the environment itself may come to lie above that of a wheel.
        """
        for name in SYSTEM:
            if f"{self.scheme['scripts']}/{name}" in self.items:
                raise TakenName(f"one of its programs is called like the system's `{name}`")
        for key, names in ENVIRONMENT.items():
            for name in names:
                if f"{self.scheme[key]}/{name}" in self.items:
                    raise TakenName(f"one of its files is the environment's own `{name}`")

    def _add(self, path: str, data: bytes, *, executable: bool) -> None:
        """A file made here, with a row of its own even when the wheel lists that path already."""
        self.items[path] = Item(None, data, executable=executable)
        row = Row(_relative(path, self.site), None, len(data))
        row.hash = encode_hash(_sha256(data))
        self.rows.append(row)

    def _add_launchers(self, executable: str, minor: int) -> "set[str]":
        entry = self.files.get(f"{self.dist_info}/entry_points.txt")
        if entry is None:
            return set()
        scripts = read_entry_points(self.archive.read(entry), minor)
        for script in scripts:
            path = f"{self.scheme['scripts']}/{script_name(script.name)}"
            self._add(path, script.launcher(executable), executable=True)
        return {script.name for script in scripts}

    def _add_data(self, launchers: "set[str]") -> None:
        by_path: dict[str, Row] = {}
        for row in self.rows:
            by_path.setdefault(clean_path(row.path), row)
        start = f"{self.prefix}.data/"
        for path in sorted(path for path in self.files if path.startswith(start)):
            key, _, rest = path[len(start) :].partition("/")
            if key == "scripts" and _script_stem(rest) in launchers:
                continue  # its row stays, as in uv
            target = self._data_target(key, rest)
            if path not in by_path:
                raise Refusal(f"`RECORD` does not spell `{path}` as it is")
            row = by_path[path]
            row.path = _relative(target, self.site)
            item = Item(self.files[path], executable=self.files[path].executable)
            if key == "scripts":
                item.executable, item.script_row = True, row
            self.items[target] = item

    def _data_target(self, key: str, rest: str) -> str:
        if key not in DATA_KEYS or not rest:
            raise Refusal(f"it has data of an unknown kind: `{key}`")
        if key == "scripts" and "/" in rest:
            raise Refusal(f"it has a directory among its scripts: `{rest}`")
        target = f"{self._data_base(key)}/{rest}"
        self._refuse_reserved(target)
        return target

    def _data_base(self, key: str) -> str:
        return f"{self.scheme[key]}/{self.name}" if key == "headers" else self.scheme[key]

    def _add_directories(self) -> None:
        start = f"{self.prefix}.data/"
        for entry in self.archive.entries:
            if not entry.is_directory or not entry.path or entry.path + "/" == start:
                continue
            if not entry.path.startswith(start):
                self.directories.append(f"{self.site}/{entry.path}")
                continue
            key, _, rest = entry.path[len(start) :].partition("/")
            if key not in DATA_KEYS or (key == "scripts" and rest):
                raise Refusal(f"it has a directory of an unknown kind: `{entry.path}`")
            if key != "scripts":
                self.directories.append(f"{self._data_base(key)}/{rest}".rstrip("/"))


def _dist_info_prefix(entries: "list[Entry]") -> str:
    names = set()
    for entry in entries:
        top, slash, _ = entry.path.partition("/")
        if top.endswith(".dist-info") and len(top) > 10 and (slash or entry.is_directory):
            names.add(top[:-10])
    if len(names) != 1:
        found = ", ".join(sorted(names)) or "none"
        raise Refusal(f"it must have exactly one .dist-info directory: {found}")
    return names.pop()


def _read_headers(data: bytes) -> "list[tuple[str, str]]":
    """The headers of METADATA or WHEEL as (name, value), up to the first line that is none.

    Recovery follows Python's compat32 policy, as uv's does; encoded words are left as they are.
    """
    headers: list[tuple[str, str]] = []
    for line in data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        text = line.decode("utf-8", "replace")
        if text[:1] in (" ", "\t"):
            if headers:
                name, value = headers[-1]
                headers[-1] = (name, f"{value} {text.lstrip(FOLD)}".lstrip(FOLD))
            continue
        if text.startswith("From "):
            headers.append((text, ""))  # takes the lines that continue it
            continue
        name, colon, value = text.partition(":")
        if not colon or not all("!" <= char <= "~" for char in name):
            break
        headers.append((name, value.lstrip(FOLD)))
    return headers


def _relative(path: str, base: str) -> str:
    """The way from one absolute path to another, as text; `posixpath` would import `os`."""
    to, start = path.split("/"), base.split("/")
    common = 0
    while common < min(len(to), len(start)) and to[common] == start[common]:
        common += 1
    return "/".join([".."] * (len(start) - common) + to[common:])


def _script_stem(name: str) -> str:
    for ending in LEFT_OVER:
        if name.endswith(ending):
            return name[: -len(ending)]
    return name


def _sha256(data: bytes) -> bytes:
    return new_sha256(data).digest()


def _load_sha256() -> "Callable[[bytes], _Hash]":
    """The interpreter's built-in SHA-256: `hashlib` would load OpenSSL, 2 ms."""
    name = "_sha2" if sys.version_info >= (3, 12) else "_sha256"
    try:
        module = __import__(name)
    except ImportError:
        module = __import__("hashlib")
    return module.sha256  # type: ignore[no-any-return]


new_sha256 = _load_sha256()
