"""Permission bits of what is installed, and what chmod(1) makes of them.

It follows POSIX's `chmod` and coreutils' `lib/modechange.c`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_READ, _WRITE, _EXECUTE = 0o444, 0o222, 0o111
_BITS = {"r": _READ, "w": _WRITE, "x": _EXECUTE}
_WHO = {"u": 0o700, "g": 0o070, "o": 0o007, "a": 0o777}
_NUMBER = re.compile(r"0*[0-7]{1,3}")
_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[ugo]|[rwxX]*))+)")
_ACTION = re.compile(r"([-+=])([ugo]|[rwxX]*)")


class Modes(NamedTuple):
    """Permission bits of plain files, of files that can be executed, and of directories."""

    file: int
    program: int
    directory: int

    @classmethod
    def under(cls, umask: int) -> "Modes":
        """Those of what an installer makes."""
        file = 0o666 & ~umask
        return cls(file, file | _EXECUTE, 0o777 & ~umask)

    def changed(self, text: str, umask: int) -> "Modes | None":
        """What `chmod text` makes of them; None if that sets more bits, or cannot be told."""
        if _NUMBER.fullmatch(text):
            bits = int(text, 8)
            return Modes(bits, bits, bits)
        file = _changed(self.file, text, umask)
        program = _changed(self.program, text, umask)
        directory = _changed(self.directory, text, umask, directory=True)
        if file is None or program is None or directory is None:
            return None
        return Modes(file, program, directory)


def _changed(mode: int, text: str, umask: int, *, directory: bool = False) -> int | None:
    """One mode after the clauses of a symbolic one, such as `g=u,o-rwx`."""
    for clause in text.split(","):
        matched = _CLAUSE.fullmatch(clause)
        if matched is None:
            return None
        who = 0
        for letter in matched[1]:
            who |= _WHO[letter]
        for operator, letters in _actions(matched[2]):
            bits = _bits(letters, mode, directory=directory)
            if not who and bits & umask:
                return None  # with nobody named, chmod leaves those alone, or complains
            affected = who or 0o777
            bits &= affected
            if operator == "+":
                mode |= bits
            elif operator == "-":
                mode &= ~bits
            else:
                mode = mode & ~affected | bits
    return mode


def _actions(text: str) -> Iterator[tuple[str, str]]:
    return ((matched[1], matched[2]) for matched in _ACTION.finditer(text))


def _bits(letters: str, mode: int, *, directory: bool) -> int:
    """The bits that letters stand for, for everybody: those of somebody else, or by name."""
    if letters in ("u", "g", "o"):
        shift = {"u": 6, "g": 3, "o": 0}[letters]
        return (mode >> shift & 0o7) * _EXECUTE
    bits = 0
    for letter in letters:
        if letter == "X":
            bits |= _EXECUTE if directory or mode & _EXECUTE else 0
        else:
            bits |= _BITS[letter]
    return bits
