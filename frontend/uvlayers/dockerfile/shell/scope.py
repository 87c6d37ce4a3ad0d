"""What a shell knows at one point of its script: variables, directory, options, files."""

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

Kind = Literal["file", "directory", "other"]


class FilesBefore(Protocol):
    """What is at absolute paths before the script begins, symlinks followed.

    Either raises `NotUnderstood` where that cannot be told.
    """

    def kind(self, path: str) -> Kind | None:
        """None if nothing is there."""

    def sourced(self, path: str) -> bytes | None:
        """The text that a shell reads there; None if no file is there."""


# Set by the shell itself when the environment does not bring them: never known from here.
SHELL_OWNED = frozenset(
    (
        "BASH",
        "BASHOPTS",
        "BASHPID",
        "BASH_ALIASES",
        "BASH_ARGC",
        "BASH_ARGV",
        "BASH_ARGV0",
        "BASH_CMDS",
        "BASH_COMMAND",
        "BASH_EXECUTION_STRING",
        "BASH_LINENO",
        "BASH_LOADABLES_PATH",
        "BASH_REMATCH",
        "BASH_SOURCE",
        "BASH_SUBSHELL",
        "BASH_VERSINFO",
        "BASH_VERSION",
        "COLUMNS",
        "COMP_WORDBREAKS",
        "DIRSTACK",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "GROUPS",
        "HISTCMD",
        "HOME",
        "HOSTNAME",
        "HOSTTYPE",
        "IFS",
        "LINENO",
        "LINES",
        "MACHTYPE",
        "OLDPWD",
        "OPTARG",
        "OPTERR",
        "OPTIND",
        "OSTYPE",
        "PATH",
        "PIPESTATUS",
        "PPID",
        "PS1",
        "PS2",
        "PS4",
        "PWD",
        "RANDOM",
        "REPLY",
        "SECONDS",
        "SHELL",
        "SHELLOPTS",
        "SHLVL",
        "SRANDOM",
        "TERM",
        "UID",
        "_",
    )
)
# Overwritten by the shell whatever the environment says.
SHELL_OVERWRITTEN = SHELL_OWNED - frozenset(("COLUMNS", "HOME", "LINES", "PATH", "SHELL", "TERM"))


class NotUnderstood(Exception):
    """The text means something that cannot be told from here; `reason` is a clause."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_name_character(character: str) -> bool:
    """Whether `character` may stand in a variable's name (POSIX 3.216)."""
    return character == "_" or (character.isascii() and character.isalnum())


def is_name(text: str) -> bool:
    """Whether `text` is a variable's name."""
    return bool(text) and not text[0].isdigit() and all(map(is_name_character, text))


@dataclass(frozen=True, slots=True)
class Variable:
    """`value` is None when something was assigned that cannot be told from here."""

    value: str | None
    exported: bool


@dataclass(slots=True)
class Scope:
    """The state of a shell between two commands. `cwd` is None after an untold `cd`.

    `files` is None where they cannot be looked at, or a command may have changed them by now;
    `substitute` is None where substitutions are not followed.
    """

    variables: dict[str, Variable]
    cwd: str | None
    bash: bool = False
    nounset: bool = False
    errexit: bool = False
    allexport: bool = False
    ifs_changed: bool = False
    umask: int | None = None
    lost: str | None = None
    exported_later: set[str] = field(default_factory=set)
    entered: tuple[str, ...] = ()
    """Directories that were changed to; all that is known here holds only if they exist."""
    files: FilesBefore | None = None
    looked: tuple[str, ...] = ()
    """Absolute paths that were looked at; all that is known here depends on what is there."""
    sourced: tuple[str, ...] = ()
    """Absolute paths of the files that the shell was made to read."""
    anticipating: bool = False
    """What files to source do is told later: until then it is left open."""
    substitute: "Substitute | None" = None
    failed: bool = field(default=False, compare=False)
    """The last substitution that was followed ended with another status than zero."""

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str],
        unknown: Iterable[str],
        cwd: str,
        files: FilesBefore | None = None,
        substitute: "Substitute | None" = None,
    ) -> "Scope":
        variables = {name: Variable(value, True) for name, value in environment.items()}
        variables |= {name: Variable(None, True) for name in unknown}
        return cls(variables, cwd, files=files, substitute=substitute)

    def copy(self) -> "Scope":
        return replace(
            self, variables=dict(self.variables), exported_later=set(self.exported_later)
        )

    def value(self, name: str) -> str | None:
        """The value of `name`, None when it is not set; raises `NotUnderstood` if untold."""
        variable = self.variables.get(name)
        if name in SHELL_OVERWRITTEN or (variable is None and name in SHELL_OWNED):
            raise NotUnderstood(f"the value of `{name}` is the shell's own")
        if variable is None:
            return None
        if variable.value is None:
            raise NotUnderstood(f"the value of `{name}` is only known when it runs")
        return variable.value

    def require(self, name: str) -> str:
        """The value of `name` as `$name` gives it: empty when not set, unless `set -u`."""
        value = self.value(name)
        if value is None and self.nounset:
            raise NotUnderstood(f"the shell stops because `{name}` is not set")
        return value or ""

    def require_default_splitting(self) -> None:
        if self.ifs_changed:
            raise NotUnderstood("`IFS` was changed")

    def assign(self, name: str, value: str | None, *, export: bool = False) -> None:
        """`name=value`; None for a value that cannot be told."""
        before = self.variables.get(name)
        kept = name in self.exported_later if before is None else before.exported
        exported = export or self.allexport or kept
        self.variables[name] = Variable(value, exported)
        self.ifs_changed = self.ifs_changed or name == "IFS"

    def export(self, name: str) -> None:
        """`export name`: a name that is not set is exported once it is."""
        self.exported_later.add(name)
        if name in self.variables:
            self.variables[name] = Variable(self.variables[name].value, True)

    def kind(self, path: str) -> Kind | None:
        """What is at `path`; raises `NotUnderstood` if that cannot be told."""
        files, place = self._place(path)
        if not path:
            return None
        self.looked = (*self.looked, place)
        kind = files.kind(place)
        return None if path.endswith("/") and kind != "directory" else kind

    def sourced_file(self, path: str) -> bytes | None:
        """The file that is sourced as `path`; raises `NotUnderstood` if that cannot be told."""
        files, place = self._place(path)
        self.sourced = (*self.sourced, place)
        return None if path.endswith("/") else files.sourced(place)

    def _place(self, path: str) -> tuple[FilesBefore, str]:
        if self.files is None:
            raise NotUnderstood("what files there are is only known when it runs")
        if self.cwd is None:
            raise NotUnderstood("its directory cannot be told")
        names = path.split("/")
        if ".." in names[names.count("..") :]:  # from what is not there, nothing leads up again
            raise NotUnderstood("a path leads up from where it led down")
        return self.files, posixpath.join(self.cwd, path)

    def unset(self, name: str) -> None:
        self.variables.pop(name, None)
        self.exported_later.discard(name)

    def lose(self, reason: str) -> None:
        """From here on nothing is known; the first reason is the one that is told."""
        self.lost = self.lost or reason

    def environment(self) -> dict[str, str]:
        """What a command is given, as far as it is known."""
        return {
            name: variable.value
            for name, variable in self.variables.items()
            if variable.exported and variable.value is not None
        }

    def unknown(self) -> frozenset[str]:
        """Names of exported variables whose values cannot be told."""
        return frozenset(
            name for name, v in self.variables.items() if v.exported and v.value is None
        )


Substitute = Callable[[str, Scope], tuple[str, int]]
"""What `$( … )` prints that begins a text after its `$`, and its length; or raises."""
