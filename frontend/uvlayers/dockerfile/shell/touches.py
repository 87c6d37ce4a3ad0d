"""Where a program changes something: the paths that its words name, or that it is known for."""

# Long lists of words are read best as words:
# ruff: noqa: SIM905

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename, join, normpath

# Their arguments are all that they touch; a link below one of them is not followed.
_ARGUMENTS = frozenset(("chgrp", "chmod", "chown", "ln", "mkdir", "rm", "rmdir", "touch"))
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
_ADD_ACCOUNTS = frozenset(("addgroup", "adduser", "groupadd", "useradd"))
# What a command may start of which all changes are known: these programs, those that they start,
# and the shells that read it.
PROGRAMS = frozenset(
    """
    addgroup adduser ash bash busybox chage chfn chgrp chmod chown chpasswd chsh cp dash env
    find getent gpasswd groupadd groupmod id install ln mkdir mv nscd passwd perl pwck rm rmdir
    sed sh sss_cache touch useradd usermod
    """.split()
)
_ACCOUNTS = ("/etc", "/home", "/run", "/var")
# The letters of useradd(8), of busybox and of groupadd(8): `-h` is a home for busybox alone.
_ACCOUNT_FLAGS, _ACCOUNT_ARGUMENTS = frozenset("DHlmMNorSU"), frozenset("cdefgGhKpsuZ")
_ADD_GROUPS = frozenset(("addgroup", "groupadd"))
_HOME = re.compile(r"--home(?:-dir)?(?:=(.*))?")
# The contents of a home, or a whole root, come from elsewhere.
_ELSEWHERE = re.compile(r"--(base-dir|conf|prefix|root|skel)(=.*)?")
_FIRST_IS_NO_PATH = frozenset(("chgrp", "chmod", "chown", "ln"))
_TARGET_AND_LINK = 2
# Options that take no argument and follow no link.
_PLAIN_OPTION = re.compile(r"--|-[Rfhrpv]+|--(recursive|force|parents|verbose|no-dereference)")
_MODE = re.compile(r"(?:-[pv]*m|--mode(?==|$))=?(.*)")
# A symbolic link, whatever it points to; in whose place, the rest says.
_LINK_OPTION = re.compile(r"-[fnv]*s[fnv]*|--symbolic")
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
    permissions, and by what words of chmod, in this order.
    """

    paths: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    modes: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: "Touched") -> "Touched":
        return Touched(
            (*self.paths, *other.paths),
            (*self.named, *other.named),
            (*self.looks, *other.looks),
            (*self.modes, *other.modes),
        )

    @property
    def all(self) -> tuple[str, ...]:
        """All the paths."""
        return *self.paths, *self.named, *self.looks


def is_cache(path: str) -> bool:
    """Whether an absolute path is a cache's, or in one."""
    return _CACHE.fullmatch(path) is not None


def touched_by_program(words: Sequence[str], cwd: str) -> Touched | None:
    """What a program may change; None if unknown.

    `words` are what it is started with, but for patterns that end in `/*`, which stay as written.
    """
    if tuple(words) in _CACHES:
        return Touched(_CACHES[tuple(words)])
    name = basename(words[0])
    if name == "mkdir":
        words = list(_without_mode(words))
    options = [word for word in words[1:] if word.startswith("-")]
    if name in _ADD_ACCOUNTS:
        return _touched_by_account(name, words[1:], cwd)
    plain = _LINK_OPTION if name == "ln" else _PLAIN_OPTION
    if name not in _ARGUMENTS or not all(map(plain.fullmatch, options)):
        return None
    if name == "touch" and options:  # its `-r` takes a path
        return None
    arguments = [word for word in words[1:] if not word.startswith("-")]
    if name == "ln" and (not options or len(arguments) != _TARGET_AND_LINK):
        return None
    first = arguments[0] if arguments else ""
    if name in _FIRST_IS_NO_PATH:
        arguments = arguments[1:]
    paths = tuple(_absolute(argument.removesuffix("/*"), cwd) for argument in arguments)
    recursive = any(map(_RECURSIVE.fullmatch, options))
    # a pattern names what is in a directory, but for what begins with a dot
    if any(argument.endswith("/*") for argument in arguments):
        return Touched(paths)
    if name in _SHALLOW and not recursive:
        return Touched(named=paths)
    modes = tuple((path, first) for path in paths) if name == "chmod" else ()
    return Touched(looks=paths, modes=modes) if name in _LOOKS else Touched(paths)


def _without_mode(words: Sequence[str]) -> Iterator[str]:
    """The words of a `mkdir` without what says which mode directories get."""
    following = iter(words)
    for word in following:
        mode = _MODE.fullmatch(word)
        if mode is None:
            yield word
        elif not mode[1]:
            next(following, "")


def _touched_by_account(name: str, words: Sequence[str], cwd: str) -> Touched | None:
    """What a program touches that adds a user or a group, of whom `words` tell more."""
    flags = _ACCOUNT_FLAGS | {"f"} if name in _ADD_GROUPS else _ACCOUNT_FLAGS
    homes: list[str] = []
    following = iter(words)
    for word in following:
        home = _HOME.fullmatch(word)
        if home is not None:
            homes.append(next(following, "") if home[1] is None else home[1])
        elif _ELSEWHERE.fullmatch(word):
            return None
        elif word.startswith("-") and not word.startswith("--"):
            letter, argument = _option_with_argument(word[1:], flags)
            if letter is None:
                continue
            if letter not in _ACCOUNT_ARGUMENTS:
                return None
            argument = argument or next(following, "")
            if letter in "dh":
                homes.append(argument)
    return Touched(_ACCOUNTS, tuple(_absolute(home, cwd) for home in homes))


def _option_with_argument(letters: str, flags: Collection[str]) -> tuple[str | None, str]:
    """The first letter that is no flag, and what follows it: `-rd/srv`."""
    for index, letter in enumerate(letters):
        if letter not in flags:
            return letter, letters[index + 1 :]
    return None, ""


def _absolute(path: str, cwd: str) -> str:
    return f"/{normpath(join(cwd, path)).lstrip('/')}"
