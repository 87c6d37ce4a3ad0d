"""Where a program changes something: the paths that its words name, or that it is known for."""

import re
from collections.abc import Sequence
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


def is_cache(path: str) -> bool:
    """Whether an absolute path is a cache's, or in one."""
    return _CACHE.fullmatch(path) is not None


def touched_paths(words: Sequence[str], cwd: str) -> tuple[str, ...] | None:
    """The absolute paths that a program may change something at or below; None if unknown.

    `words` are what it is started with, but for patterns that end in `/*`, which stay as written.
    """
    if tuple(words) in _CACHES:
        return _CACHES[tuple(words)]
    name = basename(words[0])
    options = [word for word in words[1:] if word.startswith("-")]
    if name in _ADD_ACCOUNTS and not any(map(_PLACES_HOME.fullmatch, options)):
        return _ACCOUNTS
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
    paths = [normpath(join(cwd, argument.removesuffix("/*"))) for argument in arguments]
    return tuple(f"/{path.lstrip('/')}" for path in paths)
