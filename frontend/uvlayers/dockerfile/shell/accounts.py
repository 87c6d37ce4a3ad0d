"""Programs that have to do with users and groups: where they look, and what they make."""

import re
from collections.abc import Sequence

_DATABASES = ("/etc",)
_PLACES = ("/etc", "/home", "/run", "/var")
# At or below which paths they may look at, or change, anything.
ACCOUNTS = {
    "addgroup": _PLACES,
    "adduser": _PLACES,
    "chpasswd": _DATABASES,
    "getent": _DATABASES,
    "groupadd": _PLACES,
    "id": _DATABASES,
    "useradd": _PLACES,
    "usermod": _DATABASES,
}
_ADD_GROUPS = frozenset(("addgroup", "groupadd"))
# The letters of useradd(8), of busybox and of groupadd(8): `-h` is a home for busybox alone.
_FLAGS, _ARGUMENTS = frozenset("DHlmMNorSU"), frozenset("cdefgGhpsuZ")
_HOME = re.compile(r"--home(?:-dir)?(?:=(.*))?")
# Not those by which the contents of a home, or a whole root, come from elsewhere.
_LONG = re.compile(
    r"--(allow-all-names|allow-bad-names|allow-badname|badname|comment|create-home"
    r"|disabled-login|disabled-password|expiredate|firstgid|firstuid|force|force-badname|gecos"
    r"|gid|group|groups|inactive|ingroup|lastgid|lastuid|no-create-home|no-log-init"
    r"|no-user-group|non-unique|password|quiet|shell|system|uid|user-group|users)(=.*)?"
)
# Nobody's home is moved, or given to somebody else.
_OPTIONS = {
    "chpasswd": re.compile(r"-[em]|--encrypted|--md5"),
    "getent": re.compile(r"--"),
    "id": re.compile(r"-[Gagnru]+|--(group|groups|name|real|user)"),
    "usermod": re.compile(r"-[LUa]*[Gs]?|--(append|groups|lock|shell|unlock)(=.*)?"),
}


def homes_of(program: str, words: Sequence[str]) -> list[str] | None:
    """The directories that one of ACCOUNTS makes, as `words` name them; None if it may do more."""
    if program in _OPTIONS:
        known = _OPTIONS[program].fullmatch
        return [] if all(known(word) for word in words if word.startswith("-")) else None
    flags = _FLAGS | {"f"} if program in _ADD_GROUPS else _FLAGS
    homes: list[str] = []
    following = iter(words)
    for word in following:
        home = _HOME.fullmatch(word)
        if home is not None:
            homes.append(next(following, "") if home[1] is None else home[1])
        elif word.startswith("--") and not _LONG.fullmatch(word):
            return None
        elif word.startswith("-") and not word.startswith("--"):
            letter, argument = _option_with_argument(word[1:], flags)
            if letter is None:
                continue
            if letter not in _ARGUMENTS:
                return None
            argument = argument or next(following, "")
            if letter in "dh":
                homes.append(argument)
    return homes


def _option_with_argument(letters: str, flags: frozenset[str]) -> tuple[str | None, str]:
    """The first letter that is no flag, and what follows it: `-rd/srv`."""
    for index, letter in enumerate(letters):
        if letter not in flags:
            return letter, letters[index + 1 :]
    return None, ""
