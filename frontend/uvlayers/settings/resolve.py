"""From a command and the files that it sees to the request that it makes."""

import posixpath

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.lock.freshness import Workspace
from uvlayers.settings.arguments import Arguments, parse_arguments
from uvlayers.settings.building import read_building
from uvlayers.settings.choices import Choices
from uvlayers.settings.configuration import Configuration, read_configuration
from uvlayers.settings.directories import absolute_path, read_directory
from uvlayers.settings.discovery import FoundWorkspace, configuration_directory, discover
from uvlayers.settings.documents import Documents, Files
from uvlayers.settings.installing import read_bytecode, refuse_link_mode, refuse_previews
from uvlayers.settings.interpreter import read_python
from uvlayers.settings.locking import read_lock_mode, resolution_settings
from uvlayers.settings.releases import Requirement
from uvlayers.settings.request import LockMode, SyncRequest
from uvlayers.settings.selecting import read_selection
from uvlayers.settings.variables import Variables


def resolve(command: SyncCommand, files: Files) -> SyncRequest:
    """What `command` asks uv for.

    Raises Unsupported for a flag, variable or setting that is not known or cannot be honoured,
    and where uv itself would refuse the command.
    """
    requirement = Requirement()
    variables = Variables(command.environment, command.unknown, requirement)
    arguments = parse_arguments(command.argv[1:], requirement)
    for directory in command.entered:
        if files.list(directory) is None:
            raise Unsupported(f"it changes to a directory that does not exist: `{directory}`")
    documents = Documents(files)
    cwd = read_directory(command.cwd, arguments, variables, files)
    start = _project_directory(cwd, arguments, variables, documents)
    mode = read_lock_mode(arguments, variables, requirement)
    workspace = discover(documents, start, requirement, frozen=mode is LockMode.FROZEN)
    configured = configuration_directory(
        documents, start, workspace, frozen=mode is LockMode.FROZEN
    )
    configuration = _configuration(documents, configured, arguments, variables, cwd)
    choices = Choices(arguments, variables, configuration, requirement)
    refuse_previews(choices)
    selection = read_selection(choices, workspace, frozen=mode is LockMode.FROZEN)
    python = read_python(choices, workspace, documents, cwd, selection.groups, mode)
    compile_bytecode, invalidation = read_bytecode(choices)
    refuse_link_mode(choices)
    return SyncRequest(
        project_directory=workspace.current.directory,
        workspace_root=workspace.root.directory,
        lock_mode=mode,
        environment_path=_environment_path(choices, workspace, cwd),
        python_flags=python.flags,
        selection=selection,
        workspace=_freshness_workspace(workspace, choices, mode),
        python=python,
        compile_bytecode=compile_bytecode,
        pyc_invalidation=invalidation,
        installer_metadata=not choices.switch("no-installer-metadata", "UV_NO_INSTALLER_METADATA"),
        inexact=arguments.has("inexact"),
        shared_builds=_shared_builds(choices),
        building=read_building(choices, workspace, command.environment),
        oldest_uv=requirement.release,
        relies_on=tuple(requirement.reasons),
        required_uv=configuration.text("required-version"),
        unrecognized=(*variables.unrecognized(), *configuration.unrecognized()),
    )


def _project_directory(
    cwd: str, arguments: Arguments, variables: Variables, documents: Documents
) -> str:
    given = arguments.one("project")
    if given is None:
        given = variables.value("UV_PROJECT")
    if given is None:
        return cwd
    directory = absolute_path(cwd, given, "--project")
    # Releases differ over a `--project` that does not exist, or names the pyproject.toml itself.
    if not documents.exists(posixpath.join(directory, "pyproject.toml")) and (
        documents.files.list(directory) is None
    ):
        raise Unsupported(f"`--project` names no directory: `{directory}`")
    return directory


def _configuration(
    documents: Documents,
    start: str,
    arguments: Arguments,
    variables: Variables,
    cwd: str,
) -> Configuration:
    file = arguments.one("config-file")
    if file is None:
        file = variables.value("UV_CONFIG_FILE")
    disabled = arguments.has("no-config") or bool(variables.boolean("UV_NO_CONFIG"))
    if file == "":
        raise Unsupported("`--config-file` is empty")
    return read_configuration(documents, start, variables, cwd=cwd, file=file, disabled=disabled)


def _environment_path(choices: Choices, workspace: FoundWorkspace, cwd: str) -> str:
    path = choices.variables.text("UV_PROJECT_ENVIRONMENT") or ".venv"
    base = workspace.root.directory
    active = choices.variables.text("VIRTUAL_ENV")
    if choices.arguments.has("active") and active:
        base, path = cwd, active
    if ".." in path.split("/"):
        raise Unsupported(f"the environment's path goes through `..`: `{path}`")
    return absolute_path(base, path, "UV_PROJECT_ENVIRONMENT")


def _shared_builds(choices: Choices) -> frozenset[str] | bool:
    shared = choices.three_way(
        "no-build-isolation", "build-isolation", "UV_NO_BUILD_ISOLATION", "no-build-isolation"
    )
    if shared:
        return True
    name = "no-build-isolation-package"
    return frozenset(choices.names(name, setting=name)) if shared is None else False


def _freshness_workspace(workspace: FoundWorkspace, choices: Choices, mode: LockMode) -> Workspace:
    root = workspace.root.directory
    members = {
        posixpath.relpath(project.directory, root): project.pyproject
        for project in workspace.members.values()
        if project.directory != root
    }
    settings = {} if mode is LockMode.FROZEN else resolution_settings(choices)
    return Workspace(workspace.root.pyproject, members, settings)
