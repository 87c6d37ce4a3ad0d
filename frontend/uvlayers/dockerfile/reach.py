"""RUNs that need not see an environment: all that they change is known, and where they look."""

from uvlayers.dockerfile.command import touched
from uvlayers.dockerfile.find import environment_of, is_root, secret_variables
from uvlayers.llb.graph import Vertex
from uvlayers.llb.rewriting import Reach

# Where programs are searched for, and what they load (execvp(3), ld.so(8)).
_SEARCHED = ("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD")


def reach_of(run: Vertex) -> Reach | None:
    """What a RUN has to do with its root; None for one that may do anything."""
    meta = run.op.exec.meta
    variables, secret = environment_of(run), secret_variables(run)
    if is_root(meta.user):
        variables.setdefault("HOME", "/root")
    unknown = secret if "HOME" in variables else [*secret, "HOME"]
    cwd = meta.cwd or "/"
    paths = touched(meta.args, variables, cwd, unknown=unknown)
    # an empty entry is the working directory
    entries = [entry for name in _SEARCHED for entry in variables.get(name, "").split(":") if entry]
    if paths is None or not all(entry.startswith("/") for entry in entries):
        return None
    return Reach(paths, tuple(entries), cwd)
