"""The lock of a sync: read, parsed, and held against the project."""

from functools import lru_cache
from threading import Lock as Turn

from uvlayers.errors import Unsupported, UvlayersError
from uvlayers.files import ExecFiles
from uvlayers.lock.freshness import Fresh, Stale, check
from uvlayers.lock.model import Lock
from uvlayers.lock.parse import parse_lock
from uvlayers.settings.request import LockMode, SyncRequest

_PARSING = Turn()


def read_lock(request: SyncRequest, files: ExecFiles) -> Lock:
    """The lock of the workspace; without `--locked` or `--frozen` uv would make a missing one."""
    path = _path(request.workspace_root)
    data = files.read(path)
    if data is not None:
        return _parsed(data)
    if request.lock_mode is LockMode.UPDATE:
        raise Unsupported(f"there is no lockfile at `{path}`")
    flag = "--locked" if request.lock_mode is LockMode.LOCKED else "--frozen"
    raise UvlayersError(
        f"unable to find lockfile at `{path}`, but `{flag}` was provided",
        hint="run `uv lock`, and see that the RUN can read uv.lock (COPY or a bind mount)",
    )


def foresee_lock(directory: str, files: ExecFiles) -> None:
    """Read and parse the lock in `directory`, if there is one; the next to need it has it then."""
    data = files.read(_path(directory))
    if data is not None:
        _parsed(data)


def _path(directory: str) -> str:
    return f"{directory.rstrip('/')}/uv.lock"


def _parsed(data: bytes) -> Lock:
    with _PARSING:  # a second thread would parse it beside the first
        return _parse(data)


@lru_cache(maxsize=4)
def _parse(data: bytes) -> Lock:
    """Several RUNs of a Dockerfile read the same lock."""
    return parse_lock(data)


def require_not_stale(request: SyncRequest, lock: Lock) -> bool:
    """Whether uv would use the lock as it is; False where only uv itself can tell.

    Raises Unsupported when the lock does not fit: uv's own message, or new lock, is the right one.
    """
    if request.lock_mode is LockMode.FROZEN:
        return True
    verdict = check(lock, request.workspace)
    if isinstance(verdict, Stale):
        raise Unsupported(f"uv.lock does not match the project: {verdict.reason}")
    return isinstance(verdict, Fresh)
