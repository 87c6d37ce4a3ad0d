"""Where a program changes something: the paths that its words name, or that it is known for."""

# Long lists of words are read best as words:
# ruff: noqa: SIM905

import re
from collections.abc import Sequence
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
# What a command may start of which all changes are known, by itself or through such a program.
PROGRAMS = frozenset(
    """
    addgroup adduser chage chfn chgrp chmod chown chpasswd chsh cp env find getent gpasswd groupadd
    groupmod id install ln mkdir mv nscd passwd perl pwck rm rmdir sed sh sss_cache touch useradd
    usermod
    """.split()
)
_ACCOUNTS = ("/etc", "/home", "/run", "/var")
# A home, its contents or a whole root may be elsewhere: `-md /app`, `--home-dir=/app`.
_PLACES_HOME = re.compile(r"-\w*[bdhkPR].*|--(base-dir|conf|home|home-dir|prefix|root|skel)(=.*)?")
_FIRST_IS_NO_PATH = frozenset(("chgrp", "chmod", "chown", "ln"))
_TARGET_AND_LINK = 2
# Options that take no argument and follow no link.
_PLAIN_OPTION = re.compile(r"--|-[Rfhrpv]+|--(recursive|force|parents|verbose|no-dereference)")
# A symbolic link, whatever it points to; in whose place, the rest says.
_LINK_OPTION = re.compile(r"-[fnv]*s[fnv]*|--symbolic")
# What is there comes from elsewhere, and nobody misses it.
_CACHE = re.compile(r"(/.+)?/\.cache(/.*)?|/var/cache(/.*)?|/var/lib/apt(/lists(/.*)?)?")


# With them `chown` and `chgrp` go through all that is in a directory, and follow no link.
_OWNING = frozenset(("chgrp", "chown"))
_RECURSIVE = re.compile(r"-[fhv]*R[Rfhv]*|--recursive")


@dataclass(frozen=True, slots=True)
class Touched:
    """Where programs change something, by absolute paths.

    At or below `paths` they may do anything; `given` are those that get another owner or group, and
    all that is in them, of which nothing else is changed.
    """

    paths: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    def __add__(self, other: "Touched") -> "Touched":
        return Touched((*self.paths, *other.paths), (*self.given, *other.given))

    @property
    def all(self) -> tuple[str, ...]:
        """All the paths."""
        return *self.paths, *self.given


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
    options = [word for word in words[1:] if word.startswith("-")]
    if name in _ADD_ACCOUNTS and not any(map(_PLACES_HOME.fullmatch, options)):
        return Touched(_ACCOUNTS)
    plain = _LINK_OPTION if name == "ln" else _PLAIN_OPTION
    if name not in _ARGUMENTS or not all(map(plain.fullmatch, options)):
        return None
    if name == "touch" and options:  # its `-r` takes a path
        return None
    arguments = [word for word in words[1:] if not word.startswith("-")]
    if name == "ln" and (not options or len(arguments) != _TARGET_AND_LINK):
        return None
    if name in _FIRST_IS_NO_PATH:
        arguments = arguments[1:]
    paths = tuple(_absolute(argument.removesuffix("/*"), cwd) for argument in arguments)
    # a pattern leaves out what begins with a dot
    whole = not any(argument.endswith("/*") for argument in arguments)
    if name in _OWNING and whole and any(map(_RECURSIVE.fullmatch, options)):
        return Touched(given=paths)
    return Touched(paths)


def _absolute(path: str, cwd: str) -> str:
    return f"/{normpath(join(cwd, path)).lstrip('/')}"
