"""The environment without packages, made by the RUN's own uv, and the facts of its interpreter."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from uvlayers.dockerfile.ancestry import below_context, sensitive_paths
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.dockerfile.uv_mounts import uv_mounts
from uvlayers.errors import PythonMissing, Unsupported
from uvlayers.gateway.errors import trying
from uvlayers.gateway.states import States
from uvlayers.llb.fileop import absolute, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.ops import Mount
from uvlayers.python.interpreter import Interpreter, parse_facts
from uvlayers.questions import FACTS_NAME, EmittedEnvironment, emit_environment
from uvlayers.settings.request import PipRequest, Request, SyncRequest
from uvlayers.settings.synthetic import synthetic_project

_USUAL_DIRECTORIES = ("/usr/local/bin", "/usr/bin")
_PASSED_PREFIXES = ("UV_", "PYTHON", "PYC_", "XDG_", "LC_", "LD_", "CONDA_")
_PASSED = frozenset(("PATH", "HOME", "LANG", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH", "SHELL"))
_NOT_FOUND = "No interpreter found"  # uv-python/src/discovery.rs, PythonNotFound
_SECRET = ("PASSWORD", "TOKEN", "USERNAME", "INDEX", "SECRET", "KEY")


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the skeleton for a `run` is made: a state, and the mounts through which it sees uv."""

    run: Vertex
    root: Output
    mounts: tuple[Mount, ...]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """`ground` is what it was made on, `is_empty` says that it has no file of its own."""

    emitted: EmittedEnvironment
    interpreter: Interpreter
    ground: Ground
    is_empty: bool


def ground_of(run: Vertex, command: SyncCommand, request: Request, below: Output) -> Ground:
    """The least of the state `below` on which the uv of `run` chooses as on all of it.

    Raises Unsupported where what it chooses from is in a cache.
    """
    named = (*request.python_flags, command.uv[0])
    variables = passed_variables(command.environment)
    sensitive = sensitive_paths(variables, request.environment_path, named)
    root = below_context(below, sensitive, request.environment_path)
    return Ground(run, root, uv_mounts(run, command.uv[0], command.environment, sensitive))


def skeleton_arguments(
    run: Vertex,
    command: SyncCommand,
    request: Request,
    directories: Mapping[str, tuple[int, int, int]],
) -> dict[str, object]:
    """What the guest is told: a project without dependencies, and all that steers uv's choice."""
    return {
        **_task(request),
        "uv": list(command.uv),
        "environment_path": request.environment_path,
        "arguments": list(request.python_flags),
        # the merged setting: the synthetic project sees neither the configuration nor the command
        "bytecode": request.bytecode,
        "variables": passed_variables(command.environment),
        "user": run.op.exec.meta.user,
        "directories": {path: list(looks) for path, looks in directories.items()},
    }


def make_skeleton(
    ground: Ground,
    arguments: Mapping[str, object],
    states: States,
    guest: Output,
    python: str | None = None,
) -> Skeleton:
    """Run the user's uv on a project without dependencies, by a program that `python` runs.

    Raises PythonMissing when uv finds no interpreter there, Unsupported when the interpreter is
    none of ours; the daemon's error where a step before fails.
    """
    emit = partial(emit_environment, ground.run, ground.root, ground.mounts, guest, arguments)
    python = python or usual_python(ground, states)
    emitted = emit(python)
    try:
        facts = _read_facts(emitted, states)
    except Unsupported:
        if python is None:
            raise
        # it does not run the guest, but uv may know one that does
        emitted = emit()
        facts = _read_facts(emitted, states)
    interpreter = _parse(facts)
    return Skeleton(emitted, interpreter, ground, not states.names(emitted.skeleton, "/"))


def usual_python(ground: Ground, states: States) -> str | None:
    """A Python where most images have one: uv takes 0.15 s to find it.

    Whichever it is, it only runs the guest.
    """
    for directory in _USUAL_DIRECTORIES:
        if not any(reaches([directory], absolute(mount.dest)) for mount in ground.mounts):
            found = states.entry(ground.root, directory, "python3")
            name = None if found is None else found.linkname or "python3"
            if name is not None and "/" not in name:
                return f"{directory}/{name}"
    return None


def _task(request: Request) -> dict[str, object]:
    """What uv is to run in, by which it makes or finds the environment."""
    if isinstance(request, PipRequest):
        exact = ["pip", "install"] if request.inexact else ["pip", "sync"]
        return {"words": exact, "directory": request.directory}
    assert isinstance(request, SyncRequest)
    project = synthetic_project(request)
    return {
        "project": {
            "pyproject": project.pyproject,
            "lock": project.lock,
            "python_version": project.python_version,
        }
    }


def passed_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that steer which interpreter uv picks; no credentials, nothing unrelated."""
    return {
        name: value
        for name, value in sorted(environment.items())
        if (name in _PASSED or name.startswith(_PASSED_PREFIXES))
        and not any(word in name for word in _SECRET)
    }


def _parse(facts: bytes) -> Interpreter:
    try:
        return parse_facts(facts)
    except Unsupported as error:
        if _NOT_FOUND not in error.message:
            raise
        raise PythonMissing(error.message, hint=error.hint) from error


def _read_facts(emitted: EmittedEnvironment, states: States) -> bytes:
    with trying(emitted.facts.vertex.digest, "uv cannot be run beforehand"):
        facts = states.answer(emitted.facts, f"/{FACTS_NAME}")
    if facts is None:
        raise PythonMissing("uv finds no Python that is there already")
    return facts
