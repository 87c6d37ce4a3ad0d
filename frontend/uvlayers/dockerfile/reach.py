"""RUNs that need not see an environment: all that they change is known, and where they look."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from uvlayers.dockerfile.command import touched
from uvlayers.dockerfile.find import environment_of, is_root, secret_variables
from uvlayers.dockerfile.shell.touches import PROGRAMS
from uvlayers.llb.graph import Vertex
from uvlayers.llb.reach import Reach

# What programs load (ld.so(8)).
_LOADED = ("LD_LIBRARY_PATH", "LD_PRELOAD")


@lru_cache(maxsize=64)  # several ask it of the same RUN, one after the other
def reach_of(run: Vertex) -> Reach | None:
    """What a RUN has to do with its root; None for one that may do anything."""
    meta = run.op.exec.meta
    variables, secret = environment_of(run), secret_variables(run)
    if is_root(meta.user):
        variables.setdefault("HOME", "/root")
    unknown = secret if "HOME" in variables else [*secret, "HOME"]
    cwd = meta.cwd or "/"
    found = touched(meta.args, variables, cwd, unknown=unknown)
    searched = _entries(variables, ("PATH",))
    loaded = _entries(variables, _LOADED)
    if found is None or not all(entry.startswith("/") for entry in (*searched, *loaded)):
        return None
    return Reach(
        touched=found.paths,
        searched=searched,
        cwd=cwd,
        named=found.named,
        looks=found.looks,
        modes=found.modes,
        loaded=loaded,
        programs=PROGRAMS,
    )


def _entries(variables: Mapping[str, str], names: Sequence[str]) -> tuple[str, ...]:
    """The directories that variables name; an empty entry is the working directory."""
    lists = (variables.get(name, "") for name in names)
    return tuple(entry for each in lists for entry in each.split(":") if entry)
