"""What well-known programs leave behind when they have ended: files, and nothing else.

A RUN that is cut in two is two containers. A process that the first part leaves running, or a file
that the engine makes anew for each container, would be missed in the second; and what the second
part deletes would stay in the layer of the first.
"""

# Long lists of words are read best as words:
# ruff: noqa: SIM905

import re
from collections.abc import Collection
from posixpath import basename

from tree_sitter import Node

from uvlayers.dockerfile.shell.syntax import (
    HARMLESS_TARGETS,
    REDIRECTIONS,
    Statement,
    bare,
    descendants,
    source,
    takes_words,
)
from uvlayers.dockerfile.shell.touches import CLEAR_UV_CACHE
from uvlayers.uv_flags import subcommand

# They end when they are done, and what they do to the container they do to its files.
LEAVE_FILES = frozenset(
    """
    [ add-apt-repository addgroup adduser apk apt apt-cache apt-config apt-get apt-key apt-mark awk
    base64 basename bsdtar bunzip2 bzip2 cargo cat cc chgrp chmod chown cksum cmake cmp comm
    corepack cp curl cut date dd deluser delgroup diff dirname dnf dpkg dpkg-reconfigure du echo
    egrep expr false fc-cache fgrep file find g++ gawk gcc getent git gpg grep groupadd groupdel
    groupmod gunzip gzip head hostname id install jq ldconfig ln locale-gen localedef ls make md5sum
    microdnf mkdir mktemp mv ninja npm nproc openssl passwd pip pip3 pipx pkg-config pnpm printf pwd
    readlink realpath rm rmdir rpm rustup sed seq setcap sha1sum sha256sum sha512sum sleep sort
    split ssh-keygen ssh-keyscan stat strip tail tar tee test touch tr true truncate tzdata uname
    uniq unlink unxz unzip update-alternatives update-ca-certificates update-locale useradd userdel
    usermod wc wget which whoami xz yarn yq yum zip zstd zypper
    """.split()
)
# Of these, what neither deletes nor replaces a file that was there.
ONLY_ADD = frozenset("[ chgrp chmod chown cmp echo false ls mkdir printf test touch true".split())
# They may delete what an earlier command left, or are asked to run what does.
MAY_DELETE = frozenset(
    """
    apk apt apt-get apt-mark bash bleachbit bun busybox conda dash dd deluser delgroup dnf dpkg find
    git groupdel make mamba microdnf micromamba mv npm pip pip3 pipx pnpm rm rmdir rpm sed sh shred
    sudo tee truncate unlink userdel xargs yarn yum zypper
    """.split()
)
# Of bun, what runs no program but the scripts of packages, as npm does.
_BUN_FILES = frozenset(("add", "ci", "i", "install"))
_UV_FILES = frozenset(("build", "export", "lock", "pip", "python", "sync", "venv"))
_VERSION = (["--version"], ["-V"])
_UV_DELETES = frozenset(("cache", "pip", "python", "tool"))
_PYTHON = re.compile(r"python(3(\.\d+)?)?")
_PYTHON_MODULES = frozenset(("compileall", "ensurepip", "pip", "venv"))
_SHELLS = frozenset(("ash", "bash", "dash", "sh"))
_DOWNLOADERS = frozenset(("curl", "wget"))
_CLEAR_UV_CACHE = frozenset(
    (
        *CLEAR_UV_CACHE,
        *(("rm", "-rf", f"{home}/.cache/uv") for home in ("/root", "~", "$HOME")),
    )
)
# What packages were downloaded from and as; to clear it twice is to clear it once.
_CLEAR_PACKAGES = frozenset(
    tuple(text.split())
    for text in (
        "apk cache clean",
        "apt clean",
        "apt-get clean",
        "dnf clean all",
        "microdnf clean all",
        "rm -rf /var/cache/apk/*",
        "rm -rf /var/cache/apt/*",
        "rm -rf /var/cache/apt/archives/*",
        "rm -rf /var/cache/dnf",
        "rm -rf /var/lib/apt/lists",
        "rm -rf /var/lib/apt/lists/*",
        "yum clean all",
    )
)
# What pip and uv have downloaded, and whatever else a program keeps by itself.
_CLEAR_CACHES = frozenset(
    ("rm", "-rf", f"{home}/{cache}")
    for home in ("/root", "~", "$HOME")
    for cache in (".cache", ".cache/*", ".cache/pip")
)
# Inside parentheses they change nothing that outlives them.
_STATE = frozenset((":", "cd", "export", "set", "umask", "unset"))
# What the engine mounts for each container, and what the shell makes for each process.
_VOLATILE = re.compile(
    r"/etc/(hosts|hostname|resolv\.conf)|/dev/shm|/proc/|/sys/"
    r"|\$\{?([$!?_]|RANDOM|SRANDOM|SECONDS|LINENO|PPID|PIPESTATUS|BASHPID|EPOCH)"
)
# What a text cannot be cut after: `<<EOF`, whose body comes later, `${X:=y}` and `$((X = 1))`.
_HEREDOC_OR_ASSIGNMENT = re.compile(r"<<|\$\{[^}]*=|\$\(\(")
_ENCLOSED = frozenset(("pipeline", "subshell"))
_FOLLOWED = frozenset(("command", "if_statement", "list", "test_command", "while_statement"))
_CHANGES = frozenset(
    (
        "c_style_for_statement",
        "declaration_command",
        "for_statement",
        "function_definition",
        "unset_command",
        "variable_assignment",
    )
)


def is_volatile(text: str) -> bool:
    """Whether a text depends on something that another container, or shell, does not share."""
    return bool(_VOLATILE.search(text) or _HEREDOC_OR_ASSIGNMENT.search(text))


def leaves_files(node: Statement) -> bool:
    """Whether a statement only runs programs that leave files, and keeps the shell as it was."""
    kind = bare(node)[0].type
    enclosed = kind in _ENCLOSED
    if is_volatile(source(node)) or not (enclosed or kind in _FOLLOWED):
        return False
    if not enclosed and any(_changes_shell(child) for child in descendants(node)):
        return False
    return all(_leaves_files(command, enclosed=enclosed) for command in _commands(node))


def only_adds(node: Statement) -> bool:
    """Whether a statement leaves every file that was there, and what is in it."""
    overwrites = any(
        child.type in REDIRECTIONS
        and (takes_words(child) or child.children[-1].text not in HARMLESS_TARGETS)
        for child in descendants(node)
    )
    return not overwrites and all(_name(command) in ONLY_ADD for command in _commands(node))


def may_delete(node: Statement) -> bool:
    """Whether a statement is known to run something that deletes files."""
    return any(_deletes(_words(command)) for command in _commands(node))


def clears_uv_cache(node: Statement) -> bool:
    """Whether a statement deletes what uv has in its cache, and nothing else."""
    command = bare(node)[0]
    return command.type == "command" and tuple(_words(command)) in _CLEAR_UV_CACHE


def clears_packages(node: Statement) -> bool:
    """Whether a statement deletes what package managers have downloaded, and nothing else."""
    return _is_one_of(_CLEAR_PACKAGES, node)


def clears_caches(node: Statement) -> bool:
    """Whether a statement deletes what programs keep in the home's cache, and nothing else."""
    return _is_one_of(_CLEAR_CACHES, node)


def runs_uv(node: Statement) -> bool:
    """Whether a statement runs uv."""
    return any(_name(command) == "uv" for command in _commands(node))


def may_fill_uv_cache(node: Statement) -> bool:
    """Whether a statement runs a uv that may leave more in its cache than facts about a Python."""
    found = (_words(command) for command in _commands(node))
    return any(basename(words[0]) == "uv" and words[1:2] != ["venv"] for words in found if words)


def _is_one_of(commands: Collection[tuple[str, ...]], node: Statement) -> bool:
    """Whether a statement is one of those commands, and does not redirect it."""
    command, redirections = bare(node)
    plain = command.type == "command" and not redirections
    return plain and tuple(_words(command)) in commands


def _commands(node: Statement) -> list[Node]:
    return [child for child in descendants(node) if child.type == "command"]


def _changes_shell(node: Node) -> bool:
    if node.type == "variable_assignment" and node.parent is not None:
        return node.parent.type != "command"  # `X=1 make` sets it for that program only
    return node.type in _CHANGES


def _words(command: Node) -> list[str]:
    words = [
        source(child)
        for child in command.children
        if child.type not in REDIRECTIONS and child.type != "variable_assignment"
    ]
    while len(words) > 1 and words[0] in ("command", "env"):
        words = words[1:]
    if words[1:3] == ["-m", "uv"] and _PYTHON.fullmatch(basename(words[0])):
        words = words[2:]
    return words


def _name(command: Node) -> str:
    words = _words(command)
    return basename(words[0]) if words else ""


def _leaves_files(command: Node, *, enclosed: bool) -> bool:
    name, arguments = _name(command), _words(command)[1:]
    if name == "uv":
        return arguments in _VERSION or (arguments[:1] != [] and arguments[0] in _UV_FILES)
    if name == "bun":
        return arguments[:1] != [] and arguments[0] in _BUN_FILES
    if name == "exit":
        return arguments == ["1"]
    if _PYTHON.fullmatch(name):
        module = arguments[1] if arguments[:1] == ["-m"] and len(arguments) > 1 else None
        return arguments in _VERSION or module in _PYTHON_MODULES
    if name in _SHELLS:
        return _is_fed_by_download(command)
    return name in LEAVE_FILES or (enclosed and name in _STATE)


def _deletes(words: list[str]) -> bool:
    name = basename(words[0]) if words else ""
    if name == "uv":
        return _uv_deletes(words[1:])
    if _PYTHON.fullmatch(name):
        return words[1:3] == ["-m", "pip"]
    return name in MAY_DELETE


def _uv_deletes(arguments: list[str]) -> bool:
    kind = subcommand(arguments)
    if kind != "run":
        return kind in _UV_DELETES
    following = arguments[1:]
    if arguments[0] == kind and following and not following[0].startswith("-"):
        return _deletes(following)
    # which word is the program depends on the flags in front of it
    return any(_deletes(following[index:]) for index in range(len(following)))


def _is_fed_by_download(command: Node) -> bool:
    """`curl URL | sh` is an installer; any other script may do anything."""
    pipeline = command.parent
    if pipeline is None or pipeline.type != "pipeline":
        return False
    first = next(each for each in pipeline.children if each.is_named)
    return first.type == "command" and _name(first) in _DOWNLOADERS
