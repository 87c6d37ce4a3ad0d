"""`. FILE`, where it is certain what the file does to the shell.

Known are the `activate` of an environment that `uv venv` made, and a file that does nothing but put
a directory in front of PATH unless it is there, as uv's installer writes it.
"""

import re
from hashlib import sha256
from posixpath import normpath

from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope, Variable
from uvlayers.dockerfile.shell.words import expand_fields

# uv: crates/uv-virtualenv/src/activator/activate, without the path and the prompt that it names.
ACTIVATE = frozenset(
    (
        "4effec45493f46b88d6231605869338c6674428b1f5091194b009ad42e3478eb",  # 0.5.18
        "33dc1699a6b50a93adfc01ea72b5ccb5995261088bc00520d9676dca42745743",  # 0.6.13
        "8d14b82473ea2401bc339260db15bfd4602bdc409f75bf9f62d04115a1fd64b9",  # 0.7.6
        "60ce379c59b3dab76c0428fc630ba9c668548e3445adb6f0c2d2a38653ffc14c",  # 0.8.16
        "b52626439f4089657a6e0756302e66e77fcf18e57e65eec4a9a1942b3681390f",  # 0.13.2
    )
)
_ENVIRONMENT = re.compile(r"^VIRTUAL_ENV='(/[^'\n]*)'$", re.MULTILINE)
_PROMPT = re.compile(
    r'^if \[ "x([^"$`\\\n]*)" != x \] ; then\n    VIRTUAL_ENV_PROMPT="(\(?)\1((?:\) )?)"$',
    re.MULTILINE,
)
# It goes another way where one of them is set.
_ASKED = frozenset(
    (
        "BASH_VERSION",
        "KSH_VERSION",
        "OSTYPE",
        "SCRIPT_PATH",
        "ZSH_VERSION",
        "_OLD_SCRIPT_PATH",
        "_OLD_VIRTUAL_PATH",
        "_OLD_VIRTUAL_PS1",
        "_OLD_VIRTUAL_PYTHONHOME",
    )
)
_ON_PATH = re.compile(
    r'case ":\$\{PATH\}:" in\n\*:"([\w$./{}-]+)":\*\)\n;;\n'
    r'\*\)\nexport PATH="\1:\$PATH"\n;;\nesac',
    re.ASCII,
)
_PLACES = ("/bin/activate", "/env")


def source_file(arguments: tuple[str, ...], scope: Scope) -> None:
    """Do what `. FILE` does to `scope`; raises `NotUnderstood` where that is not certain."""
    fields = [field for raw in arguments for field in expand_fields(raw, scope)]
    # a name without a slash is looked up on PATH, and more words are parameters
    if len(fields) != 1 or "/" not in fields[0] or fields[0].startswith("-"):
        raise NotUnderstood("the file cannot be told")
    if scope.anticipating and fields[0].endswith(_PLACES):
        _forget(scope)
        return
    text = _decoded(scope.sourced_file(fields[0]))
    environment = activated_environment(text)
    if environment is not None:
        _activate(environment, scope)
    elif (directory := directory_on_path(text)) is not None:
        _put_on_path(directory, scope)
    else:
        raise NotUnderstood("the file is not known")


def activated_environment(text: str) -> str | None:
    """The environment that an `activate` of uv's is for; None for any other text."""
    paths, prompts = _ENVIRONMENT.findall(text), _PROMPT.findall(text)
    if len(paths) != 1 or len(prompts) != 1 or normpath(paths[0]) != paths[0]:
        return None
    plain = _PROMPT.sub(r'if [ "x" != x ] ; then\n    VIRTUAL_ENV_PROMPT="\2\3"', text)
    plain = _ENVIRONMENT.sub("VIRTUAL_ENV=''", plain)
    return paths[0] if sha256(plain.encode()).hexdigest() in ACTIVATE else None


def directory_on_path(text: str) -> str | None:
    """What the text puts in front of PATH, as it is written in double quotes; None for others."""
    lines = [line.strip(" \t") for line in text.split("\n")]
    code = "\n".join(line for line in lines if line and not line.startswith("#"))
    found = _ON_PATH.fullmatch(code)
    return found and found[1]


def _decoded(data: bytes | None) -> str:
    try:
        text = (data or b"").decode()
    except UnicodeDecodeError:
        raise NotUnderstood("the file is no text") from None
    if not all(character in "\t\n" or character.isprintable() for character in text):
        raise NotUnderstood("the file holds control characters")
    return text


def _activate(environment: str, scope: Scope) -> None:
    asked = sorted(_ASKED & scope.variables.keys())
    if asked:
        raise NotUnderstood(f"`{asked[0]}` is set")
    scope.require_default_splitting()
    entries = scope.require("PATH")
    home = scope.variables.get("PYTHONHOME")
    if home is not None:
        scope.assign("_OLD_VIRTUAL_PYTHONHOME", home.value)
        scope.unset("PYTHONHOME")
    scope.unset("VIRTUAL_ENV")
    scope.assign("VIRTUAL_ENV", environment, export=True)
    scope.assign("_OLD_VIRTUAL_PATH", entries)
    scope.assign("PATH", f"{environment}/bin:{entries}", export=True)
    _forget_prompt(scope)


def _put_on_path(raw: str, scope: Scope) -> None:
    (directory,) = expand_fields(f'"{raw}"', scope)
    entries = scope.require("PATH")
    if f":{directory}:" not in f":{entries}:":
        scope.assign("PATH", f"{directory}:{entries}", export=True)


def _forget(scope: Scope) -> None:
    """Leave open what any of the known files may change."""
    scope.unset("PYTHONHOME")
    for name in ("PATH", "PYTHONHOME", "VIRTUAL_ENV", "_OLD_VIRTUAL_PATH"):
        scope.assign(name, None)
    _forget_prompt(scope)


def _forget_prompt(scope: Scope) -> None:
    """Its values differ between shells and releases."""
    scope.assign("SCRIPT_PATH", None)  # uv 0.6 leaves it behind
    # two of them are exported, but they are for prompts alone: no program depends on them
    for name in ("PS1", "VIRTUAL_ENV_PROMPT", "_OLD_VIRTUAL_PS1"):
        scope.variables[name] = Variable(None, exported=False)
