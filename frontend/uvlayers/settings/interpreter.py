"""What steers uv's choice of an interpreter, in a form that holds in another directory too."""

import posixpath

from uvlayers.errors import Unsupported
from uvlayers.lock.selection import Groups
from uvlayers.settings import globs
from uvlayers.settings.choices import Choices
from uvlayers.settings.configuration import python_settings
from uvlayers.settings.discovery import FoundWorkspace
from uvlayers.settings.documents import Documents
from uvlayers.settings.request import LockMode, PythonRequest
from uvlayers.settings.selecting import requires_python

SWITCHES = (
    "managed-python",
    "no-managed-python",
    "allow-python-downloads",
    "no-python-downloads",
    "no-config",
)
AUTOMATIC = ("auto", "automatic", "true", "1")
DOWNLOADS = (*AUTOMATIC, "manual", "never", "false", "0")
_SYSTEM = "only-system"
VALUES = ("python-preference", "python-fetch")


def read_python(
    choices: Choices,
    workspace: FoundWorkspace,
    documents: Documents,
    cwd: str,
    groups: Groups,
    mode: LockMode,
) -> PythonRequest:
    """uv looks for `.python-version` in the workspace root only, then in the user's directory."""
    _refuse_what_uv_refuses(choices)
    required = requires_python(workspace, groups)
    if mode is LockMode.FROZEN:
        _rely_on_members(choices, workspace, groups, required)
    return PythonRequest(
        name=workspace.root.name,
        directory=workspace.root.directory,
        requires_python=",".join(required) or None,
        python_version=_python_version(documents, workspace.root.directory),
        settings=python_settings(choices.configuration),
        flags=tuple(_flags(choices, documents, cwd)),
        downloads=_may_download(choices),
    )


def _refuse_what_uv_refuses(choices: Choices) -> None:
    flag, variable = "python-preference", "UV_PYTHON_PREFERENCE"
    choices.text(flag, variable, flag)
    managed, unmanaged = choices.pair(
        "managed-python", "no-managed-python", "UV_MANAGED_PYTHON", "UV_NO_MANAGED_PYTHON"
    )
    preferred = choices.arguments.has(flag) or choices.variables.text(variable) is not None
    if (managed or unmanaged) and preferred:
        raise Unsupported("uv takes no `python-preference` together with `managed-python`")
    downloads = choices.variables.value("UV_PYTHON_DOWNLOADS")
    if downloads is not None and downloads.lower() not in DOWNLOADS:
        raise Unsupported("`UV_PYTHON_DOWNLOADS` has an unknown value")
    if choices.arguments.has("allow-python-downloads") and choices.arguments.has(
        "no-python-downloads"
    ):
        raise Unsupported("Python downloads are both allowed and forbidden")


def _may_download(choices: Choices) -> bool:
    """Whether uv downloads a Python where it finds none."""
    if choices.text("python-preference", "UV_PYTHON_PREFERENCE", "python-preference") == _SYSTEM:
        return False
    if choices.switch("no-managed-python", "UV_NO_MANAGED_PYTHON"):
        return False
    if choices.arguments.has("no-python-downloads"):
        return False
    if choices.arguments.has("allow-python-downloads"):
        return True
    chosen = (
        choices.arguments.one("python-fetch")
        or choices.variables.value("UV_PYTHON_DOWNLOADS")
        or choices.configuration.text("python-downloads")
    )
    return chosen is None or chosen.lower() in AUTOMATIC


def _rely_on_members(
    choices: Choices, workspace: FoundWorkspace, groups: Groups, required: list[str]
) -> None:
    """Before 0.11.15 `--frozen` read no members but the root and the current project."""
    shown = {p.name: p for p in (workspace.root, workspace.current) if p.name is not None}
    narrow = FoundWorkspace(workspace.root, workspace.current, shown)
    if set(requires_python(narrow, groups)) != set(required):
        choices.requirement.at_least("0.11.15", "`requires-python` of all members")


def _python_version(documents: Documents, root: str) -> str | None:
    for name in (".python-version", ".python-versions"):
        data = documents.files.read(posixpath.join(root, name))
        if data is None:
            continue
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise Unsupported(f"`{name}` is not UTF-8") from None
        _refuse_relative(text, name)
        return text
    return None


def _refuse_relative(text: str, name: str) -> None:
    for line in map(str.strip, text.splitlines()):
        if "/" in line and not line.startswith(("/", "#")):
            raise Unsupported(f"`{name}` holds a relative path: `{line}`")


def _flags(choices: Choices, documents: Documents, cwd: str) -> list[str]:
    flags: list[str] = []
    python = choices.arguments.one("python")
    if python is None:
        python = choices.variables.text("UV_PYTHON")
    if python:
        flags += ["--python", _told_absolutely(documents, cwd, python)]
    for name in SWITCHES:
        if choices.arguments.has(name):
            flags.append(f"--{name}")
    for name in VALUES:
        value = choices.arguments.one(name)
        if value is not None:
            flags += [f"--{name}", value]
    file = choices.arguments.one("config-file") or choices.variables.text("UV_CONFIG_FILE")
    if file:
        flags += ["--config-file", posixpath.normpath(posixpath.join(cwd, file))]
    return flags


def _told_absolutely(documents: Documents, cwd: str, python: str) -> str:
    """A request that is the path of something that exists is a path for uv, whatever its form."""
    if python.startswith("/"):
        return python
    candidate = posixpath.normpath(posixpath.join(cwd, python))
    if "/" in python or globs.exists(documents.files, candidate):
        return candidate
    return python
