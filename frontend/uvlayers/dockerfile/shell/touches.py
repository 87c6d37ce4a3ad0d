"""Where a program changes something: the paths that its words name, or that it is known for."""

# Long lists of words are read best as words:
# ruff: noqa: SIM905

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath

from uvlayers.dockerfile.shell.accounts import ACCOUNTS, homes_of

# Their arguments are all that they touch; a link below one of them is not followed.
_ARGUMENTS = frozenset(
    ("cat", "chgrp", "chmod", "chown", "ln", "mkdir", "rm", "rmdir", "tee", "touch")
)
CLEAR_UV_CACHE = (
    ("uv", "cache", "clean"),
    ("uv", "cache", "prune"),
    ("uv", "cache", "prune", "--ci"),
)
_CACHES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("apt", "clean"): ("/var/cache/apt", "/var/lib/apt"),
    ("apt-get", "clean"): ("/var/cache/apt", "/var/lib/apt"),
    **dict.fromkeys(CLEAR_UV_CACHE, ()),
}
# What a command may start of which all changes are known: these programs, those that they start,
# and the shells that read it.
PROGRAMS = frozenset(
    """
    addgroup adduser ash bash busybox cat chage chfn chgrp chmod chown chpasswd chsh cp dash env
    find getent gpasswd groupadd groupmod id install ln mkdir mv nscd passwd perl pwck rm rmdir
    sed sh sss_cache tee touch useradd usermod
    """.split()
)
_FIRST_IS_NO_PATH = frozenset(("chgrp", "chmod", "chown", "ln"))
_TARGET_AND_LINK = 2
# A program by a path of its own may be anybody's.
_SYSTEM_PLACES = frozenset(("", "/bin", "/sbin", "/usr/bin", "/usr/sbin"))
_MODE = re.compile(r"(?:-[pv]*m|--mode(?==|$))=?(.*)")
# `install -dm755 -o app /x`: a cluster of letters, the last of which may take what follows.
_INSTALL_OPTION = re.compile(r"-([dpv]*)(?:([mog])(.*))?")
_COPY = frozenset(("cp", "mv"))
# No directory, in which there may be links to anywhere.
_COPY_OPTION = re.compile(r"--|-[fpnv]+|--(force|verbose|no-clobber)")
_SOURCE_AND_TARGET = 2
_SED_OPTION = re.compile(r"-[eiErnsz]|--(regexp-extended|quiet|silent)")
# Neither `e`, which runs what it finds, nor `w`, which writes to another file.
_SUBSTITUTION = re.compile(
    r"[0-9,$]*s([/|#,:@!%])(?:(?!\1)[^\\\n]|\\[^\n])*\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gIip0-9]*"
)
_OWNING = re.compile(r"--|-[Rfhv]+|--(recursive|verbose|no-dereference)")
# Those that take no argument and follow no link; `-r` is a mode to chmod, and a file to touch.
_OPTIONS = {
    "cat": re.compile("--"),
    "chgrp": _OWNING,
    "chmod": re.compile(r"--|-[Rfv]+|--(recursive|verbose)"),
    "chown": _OWNING,
    "mkdir": re.compile(r"--|-[pv]+|--(parents|verbose)"),
    "rm": re.compile(r"--|-[Rrfv]+|--(recursive|force|verbose)"),
    "rmdir": re.compile(r"--|-v|--verbose"),
    "touch": re.compile("--"),
    # a symbolic link, whatever it points to; in whose place, the rest says
    "ln": re.compile(r"-[fnv]*s[fnv]*|--symbolic"),
    "tee": re.compile(r"--|-[ai]+|--append"),
}
# They change what they name, and nothing in it.
_SHALLOW = frozenset(("chgrp", "chmod", "chown", "mkdir", "touch"))
# With this option they go through all that is in a directory, and follow no link.
_LOOKS = frozenset(("chgrp", "chmod", "chown"))
_RECURSIVE = re.compile(r"-[fhv]*R[Rfhv]*|--recursive")
# What is there comes from elsewhere, and nobody misses it.
_CACHE = re.compile(r"(/.+)?/\.cache(/.*)?|/var/cache(/.*)?|/var/lib/apt(/lists(/.*)?)?")


@dataclass(frozen=True, slots=True)
class Touched:
    """Where programs change something, by absolute paths.

    At or below `paths` they may do anything; `named` are those that may themselves be changed, or
    made with something in them, but what was in them stays. Of `looks`, and of all that is in them,
    owner, group or permissions are changed, and nothing else: `modes` says which of these get other
    permissions, and by what words of chmod, in this order. Of `paths`, `links` may become links.
    """

    paths: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    modes: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()

    def then(self, other: "Touched") -> "Touched | None":
        """What is touched by one after the other; None where the first may lead the second away."""
        if any(f"{path}/".startswith(f"{link}/") for path in other.all for link in self.links):
            return None
        return Touched(
            (*self.paths, *other.paths),
            (*self.named, *other.named),
            (*self.looks, *other.looks),
            (*self.modes, *other.modes),
            (*self.links, *other.links),
        )

    @property
    def all(self) -> tuple[str, ...]:
        """All the paths."""
        return *self.paths, *self.named, *self.looks


def touched_by_all(parts: Iterable[Touched | None]) -> Touched | None:
    """What is touched by one part after the other; None if unknown."""
    found: Touched | None = Touched()
    for part in parts:
        found = None if found is None or part is None else found.then(part)
    return found


def is_cache(path: str) -> bool:
    """Whether an absolute path is a cache's, or in one."""
    return _CACHE.fullmatch(path) is not None


def touched_by_program(words: Sequence[str], cwd: str) -> Touched | None:
    """What a program may change; None if unknown.

    `words` are what it is started with, but for patterns that end in `/*`, which stay as written.
    """
    if tuple(words) in _CACHES:
        return Touched(_CACHES[tuple(words)])
    # above a link's target is not where the link is
    if dirname(words[0]) not in _SYSTEM_PLACES or any(".." in word for word in words[1:]):
        return None
    name = basename(words[0])
    # a pattern names what is in a directory, where there may be links that all but `rm` follow
    if name != "rm" and any(word.endswith("/*") for word in words[1:]):
        return None
    if name in ACCOUNTS:
        homes = homes_of(name, words[1:])
        return None if homes is None else Touched(ACCOUNTS[name], absolute_all(homes, cwd))
    if name in _COPY:
        return _touched_by_copy(name, words[1:], cwd)
    if name == "sed":
        edited = _edited_files(words[1:])
        return None if edited is None else Touched(absolute_all(edited, cwd))
    if name == "install":
        made = _made_directories(words[1:])
        return None if made is None else Touched(named=absolute_all(made, cwd))
    return _touched_arguments(name, words[1:], cwd) if name in _ARGUMENTS else None


def _touched_arguments(name: str, words: Sequence[str], cwd: str) -> Touched | None:
    """What one of _ARGUMENTS touches; None for options that may lead elsewhere."""
    if name == "mkdir":
        words = list(_without_mode(words))
    options = [word for word in words if word.startswith("-")]
    plain = _OPTIONS[name]
    if not all(map(plain.fullmatch, options)):
        return None
    arguments = [word for word in words if not word.startswith("-")]
    if name == "ln" and (not options or len(arguments) != _TARGET_AND_LINK):
        return None
    first = arguments[0] if arguments else ""
    if name in _FIRST_IS_NO_PATH:
        arguments = arguments[1:]
    paths = absolute_all([argument.removesuffix("/*") or "/" for argument in arguments], cwd)
    recursive = any(map(_RECURSIVE.fullmatch, options))
    if name in _SHALLOW and not recursive:
        return Touched(named=paths)
    modes = tuple((path, first) for path in paths) if name == "chmod" else ()
    if name in _LOOKS:
        return Touched(looks=paths, modes=modes)
    return Touched(paths, links=paths if name == "ln" else ())


def _without_mode(words: Sequence[str]) -> Iterator[str]:
    """The words of a `mkdir` without what says which mode directories get."""
    following = iter(words)
    for word in following:
        mode = _MODE.fullmatch(word)
        if mode is None:
            yield word
        elif not mode[1]:
            next(following, "")


def _touched_by_copy(name: str, words: Sequence[str], cwd: str) -> Touched | None:
    """What a `cp` or `mv` of one file touches, of one that it reads and one that it writes.

    If that is a directory, a link may be at the name that the file takes there.
    """
    options = [word for word in words if word.startswith("-")]
    files = [word for word in words if not word.startswith("-")]
    if not all(map(_COPY_OPTION.fullmatch, options)) or len(files) != _SOURCE_AND_TARGET:
        return None
    source, target = files
    if any(basename(file) in ("", "*", ".") for file in files):
        return None
    made = absolute_all((target, join(target, basename(source))), cwd)
    return Touched((*absolute_all((source,), cwd), *made), links=made if name == "mv" else ())


def _edited_files(words: Sequence[str]) -> list[str] | None:
    """What `sed -i` edits in place by one substitution; None for any other sed."""
    options = [word for word in words if word.startswith("-")]
    script, *files = [word for word in words if not word.startswith("-")] or [""]
    inplace = "-i" in options and all(map(_SED_OPTION.fullmatch, options))
    if not inplace or options.count("-e") > 1 or not _SUBSTITUTION.fullmatch(script):
        return None
    return files


def _made_directories(words: Sequence[str]) -> list[str] | None:
    """What an `install` makes that is told to make directories; None for any other."""
    made: list[str] = []
    flags = ""
    following = iter(words)
    for word in following:
        option = _INSTALL_OPTION.fullmatch(word)
        if option is not None:
            flags += option[1]
            if option[2] is not None and not option[3]:
                next(following, "")
        elif word.startswith("-"):
            return None
        else:
            made.append(word)
    return made if "d" in flags else None


def absolute_all(paths: Iterable[str], cwd: str) -> tuple[str, ...]:
    """Paths as they are seen from the directory `cwd`, made absolute, their links unresolved."""
    return tuple(f"/{normpath(join(cwd, path)).lstrip('/')}" for path in paths)
