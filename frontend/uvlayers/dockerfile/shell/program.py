"""Telling a command that installs a lock from words that merely look like one.

That is `uv sync`, and `uv pip sync` or `uv pip install` of a pylock.toml; perhaps, of requirements
that name all that there is to install, which only the file can tell.
"""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from uvlayers.uv_flags import subcommand

PYTHONS = ("python", "pypy", "graalpy")

SYNC = "uv sync"
_PIP = ("sync", "install")
_REQUIREMENTS = re.compile(r"(?:--?r.*|.*/)?[^/]+\.(?:txt|in)")
_EXPLICIT = frozenset(("--no-deps", "--require-hashes"))
_PYLOCK = re.compile(r"(?:(?:.*[/=])?|-r)pylock(?:\.[^./]+)?\.toml")

# Their arguments are text to them: never run, never read as a script.
DATA_COMMANDS = frozenset(
    (
        ":",
        "[",
        "apk",
        "apt",
        "apt-get",
        "cat",
        "chmod",
        "chown",
        "cp",
        "curl",
        "cut",
        "echo",
        "export",
        "false",
        "git",
        "grep",
        "id",
        "install",
        "ln",
        "ls",
        "mkdir",
        "mv",
        "npm",
        "pip",
        "pip3",
        "printf",
        "rm",
        "sed",
        "tee",
        "test",
        "touch",
        "true",
        "wget",
        "which",
        "yum",
        "dnf",
        "microdnf",
    )
)


@dataclass(frozen=True, slots=True)
class Invocation:
    """`launcher` starts uv (`python -m` or nothing); `argv` begins with the name of uv."""

    launcher: tuple[str, ...]
    argv: tuple[str, ...]

    @property
    def certain(self) -> bool:
        """Whether it installs a lock, whatever is in its files."""
        return self.what == SYNC or _names_lock(self.argv)

    @property
    def what(self) -> str:
        """How the command is called: `uv sync`, `uv pip install`."""
        return called(self.argv)


def called(words: Sequence[str]) -> str:
    """How the first command in `words` is called that installs a lock."""
    names = [posixpath.basename(word) for word in words]
    rest = words[names.index("uv") + 1 :] if "uv" in names else ()
    if "pip" in rest and subcommand(rest) == "pip":
        kind = subcommand(rest[rest.index("pip") + 1 :])
        return f"uv pip {kind}" if kind in _PIP else SYNC
    return SYNC


def called_in(text: str) -> str:
    """The same of a script."""
    return called(_tokens(text))


def invocation(words: Sequence[str]) -> Invocation | None:
    """The command that `words` run directly; None when they run anything else."""
    if not words:
        return None
    launcher = _launcher(words)
    argv = tuple(words[len(launcher) :])
    if posixpath.basename(argv[0]) != "uv":
        return None
    if subcommand(argv[1:]) != "sync" and not (_pip_installs_lock(argv) or _may_name_all(argv)):
        return None
    return Invocation(launcher, argv)


def _pip_installs_lock(words: Sequence[str]) -> bool:
    return called(words) != SYNC and _names_lock(words)


def _names_lock(words: Sequence[str]) -> bool:
    return any(map(_PYLOCK.fullmatch, words))


def _may_name_all(words: Sequence[str]) -> bool:
    """Whether requirements are installed that may name every wheel and its hash."""
    what = called(words)
    if what == "uv pip install":
        return any(map(_REQUIREMENTS.fullmatch, words)) and not _EXPLICIT.isdisjoint(words)
    return what != SYNC and any(map(_REQUIREMENTS.fullmatch, words))


def mentions(words: Sequence[str | None]) -> bool:
    """Whether a lock may be installed from these words; None stands for one nobody can tell."""
    name = posixpath.basename(words[0]) if words and words[0] is not None else None
    if name in DATA_COMMANDS or (name == "uv" and _other_subcommand(words)):
        return False
    if words and words[0] is None and "sync" in words:
        return True
    tokens = [token for word in words for token in _tokens(word)]
    return _uv_then_lock(tokens)


def mentions_text(text: str) -> bool:
    """Whether a script of this text may install a lock."""
    return _uv_then_lock(_tokens(text))


def _launcher(words: Sequence[str]) -> tuple[str, ...]:
    python = posixpath.basename(words[0]).startswith(PYTHONS)
    return tuple(words[:2]) if python and tuple(words[1:3]) == ("-m", "uv") else ()


def _other_subcommand(words: Sequence[str | None]) -> bool:
    """uv runs other programs by `run` and `tool run` only."""
    arguments = [word for word in words[1:] if word is not None]
    if _pip_installs_lock(["uv", *arguments]):
        return False
    return len(arguments) == len(words) - 1 and subcommand(arguments) not in (
        "run",
        "tool",
        "sync",
    )


def _tokens(word: str | None) -> list[str]:
    """The words of a text that may be a script, with quotes taken for blanks and for nothing."""
    if word is None:
        return []
    unquoted = word.translate(str.maketrans("", "", "'\"\\"))
    return [token for text in (word, unquoted) for token in text.translate(_BREAKS).split()]


_BREAKS = str.maketrans(dict.fromkeys(";&|<>()'\"`$\\\n\t", " "))


def _uv_then_lock(tokens: Sequence[str]) -> bool:
    names = [posixpath.basename(token) for token in tokens]
    if "uv" not in names:
        return False
    rest = tokens[names.index("uv") :]
    if "sync" in rest:
        return True
    return "pip" in rest and "install" in rest and any(map(_PYLOCK.fullmatch, rest))
