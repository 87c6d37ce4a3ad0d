"""The Python that uv downloads for a RUN, in a step and a layer of its own below the environment.

uv itself chooses and installs it, in a project without dependencies: what it depends on is the
image and what steers the choice, but neither the lock nor the code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import join

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unsupported
from uvlayers.files import StatePaths, directories_to, highest_made
from uvlayers.gateway.errors import trying
from uvlayers.gateway.states import States
from uvlayers.guest.account import DROPPED_VARIABLES
from uvlayers.llb.fileop import absolute, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.ops import File, Label, Mount, Process, diff, files, merge
from uvlayers.llb.rerun import rerun
from uvlayers.pb import ops_pb2 as pb
from uvlayers.python.interpreter import Interpreter
from uvlayers.questions import PROJECT, Place
from uvlayers.settings.request import SyncRequest
from uvlayers.settings.synthetic import SyntheticProject, synthetic_project
from uvlayers.skeleton import Ground, passed_variables

_SCRATCH = "/uvlayers/scratch"
_FORCED = {
    "NO_COLOR": "1",
    "TMPDIR": _SCRATCH,
    "UV_NO_CACHE": "1",
    "UV_NO_PROGRESS": "1",
    "UV_PROJECT_ENVIRONMENT": f"{_SCRATCH}/environment",
}
_REACHING = frozenset(("SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT"))
_PROXIES = frozenset(("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"))

_PROJECT = Label("[internal] uvlayers project that needs a Python")
_LAYER = Label("[uvlayers] the Python that uv downloads")
_BELOW = Label("[uvlayers] merge the Python that uv downloads")


@dataclass(frozen=True, slots=True)
class ManagedPython:
    """What uv downloaded: `root` is the state `below` with it, `layer` it alone.

    `directory` holds uv's Pythons, `executable` is that of one of them; `prefix` is the highest
    directory that uv made.
    """

    below: Output
    root: Output
    layer: Output
    directory: str
    executable: str
    prefix: str

    def on(self, state: Output) -> Output:
        """`state` with the Python: the very state that uv left, where it is the one below."""
        return self.root if state == self.below else merge([state, self.layer], _BELOW)

    def require_chosen(self, interpreter: Interpreter) -> None:
        """Raise Unsupported where uv, with the Python there, takes another one."""
        if not reaches([interpreter.base_executable], self.directory):
            raise Unsupported("uv downloads a Python and then takes another one")


def download_python(
    ground: Ground, command: SyncCommand, request: SyncRequest, home: str, states: States
) -> ManagedPython:
    """Have the uv of a RUN, whose user is at `home`, download the Python that it finds missing.

    Raises Unsupported where it does not, or not to a place of its own; the daemon's error where a
    step before fails.
    """
    directory = managed_directory(command.environment, home)
    if StatePaths(states).real(ground.root, directory) != directory:
        raise Unsupported(f"the way to uv's Pythons leads through a symbolic link: `{directory}`")
    vertex = _emit(ground, command, synthetic_project(request))
    root = vertex.output()
    with trying(vertex.digest, "uv cannot download a Python beforehand"):
        names = states.names(root, directory) or ()
    executables = (join(directory, name, "bin/python3") for name in sorted(names))
    executable = next((each for each in executables if states.exists(root, each)), None)
    if executable is None:
        raise Unsupported("uv finds no Python that is there already, and downloads none")
    return ManagedPython(
        below=ground.root,
        root=root,
        layer=diff(ground.root, root, _LAYER),
        directory=directory,
        executable=executable,
        prefix=highest_made(directory, directories_to(states, ground.root, directory)),
    )


def managed_directory(environment: Mapping[str, str], home: str) -> str:
    """Where uv keeps the Pythons that it downloads (`uv-python/src/managed.rs`, `uv-dirs`)."""
    chosen = environment.get("UV_PYTHON_INSTALL_DIR")
    if chosen:
        if not chosen.startswith("/"):
            raise Unsupported(f"`UV_PYTHON_INSTALL_DIR` is no absolute path: `{chosen}`")
        return absolute(chosen)
    data = environment.get("XDG_DATA_HOME", "")
    if not data.startswith("/"):
        data = join(environment.get("HOME") or home, ".local/share")
    return absolute(join(data, "uv/python"))


def _emit(ground: Ground, command: SyncCommand, project: SyntheticProject) -> Vertex:
    """The exec that syncs a project without dependencies, for the sake of its Python."""
    run = ground.run
    variables = {**_variables(command.environment), **_FORCED}
    process = Process(
        args=(*command.uv, "sync", "--frozen", "--no-compile-bytecode", *project.flags),
        environment=tuple(f"{name}={value}" for name, value in sorted(variables.items())),
        cwd=PROJECT,
        user=run.op.exec.meta.user,
    )
    contents = {
        "pyproject.toml": project.pyproject,
        "uv.lock": project.lock,
        ".python-version": project.python_version,
    }
    texts = [File(f"/{name}", text.encode()) for name, text in contents.items() if text is not None]
    mounts = [
        Mount(PROJECT, files(texts, _PROJECT).output(), readonly=True),
        Mount(_SCRATCH, tmpfs=True),
    ]
    shown = {mount.dest: mount.source for mount in ground.mounts}

    def keep(mount: pb.Mount) -> Output | None:
        return shown.get(absolute(mount.dest))

    label = Place(run).label("download Python")
    return rerun(run, process, ground.root, keep, mounts, label)


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Those that steer uv's choice, or say how the network is reached."""
    reaching = {
        name: value
        for name, value in environment.items()
        if name in _REACHING or name.upper() in _PROXIES
    }
    steering = passed_variables(environment)
    return reaching | {k: v for k, v in steering.items() if k not in DROPPED_VARIABLES}
