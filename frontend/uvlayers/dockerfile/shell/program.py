"""Telling an invocation of `uv sync` from words that merely look like one."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from uvlayers.settings.flags import subcommand

PYTHONS = ("python", "pypy", "graalpy")

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


def invocation(words: Sequence[str]) -> Invocation | None:
    """The `uv sync` that `words` run directly; None when they run anything else."""
    if not words:
        return None
    launcher = _launcher(words)
    argv = tuple(words[len(launcher) :])
    if posixpath.basename(argv[0]) != "uv" or subcommand(argv[1:]) != "sync":
        return None
    return Invocation(launcher, argv)


def mentions(words: Sequence[str | None]) -> bool:
    """Whether a `uv sync` may run from these words; None stands for a word nobody can tell."""
    name = posixpath.basename(words[0]) if words and words[0] is not None else None
    if name in DATA_COMMANDS or (name == "uv" and _other_subcommand(words)):
        return False
    if words and words[0] is None and "sync" in words:
        return True
    tokens = [token for word in words for token in _tokens(word)]
    return _uv_then_sync(tokens)


def mentions_text(text: str) -> bool:
    """Whether a script of this text may run a `uv sync`."""
    return _uv_then_sync(_tokens(text))


def _launcher(words: Sequence[str]) -> tuple[str, ...]:
    python = posixpath.basename(words[0]).startswith(PYTHONS)
    return tuple(words[:2]) if python and tuple(words[1:3]) == ("-m", "uv") else ()


def _other_subcommand(words: Sequence[str | None]) -> bool:
    """uv runs other programs by `run` and `tool run` only."""
    arguments = [word for word in words[1:] if word is not None]
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


_BREAKS = str.maketrans(dict.fromkeys(";&|()'\"`$\\\n\t", " "))


def _uv_then_sync(tokens: Sequence[str]) -> bool:
    names = [posixpath.basename(token) for token in tokens]
    return "uv" in names and "sync" in tokens[names.index("uv") :]
