"""What a shell text does, one element of an and-list after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from uvlayers.dockerfile.shell.builtins import Effect
from uvlayers.dockerfile.shell.program import Invocation
from uvlayers.dockerfile.shell.scope import Scope
from uvlayers.dockerfile.shell.syntax import Statement, source
from uvlayers.dockerfile.shell.touches import Touched, is_cache, touched_by_all
from uvlayers.dockerfile.shell.traces import may_delete


@dataclass(frozen=True, slots=True)
class SyncRun:
    """A `uv sync` that runs exactly once when the script succeeds.

    `writes`: its own step of the script does more. `spare`: where it fails, what stands behind `||`
    runs in its place.
    """

    invocation: Invocation
    scope: Scope
    span: tuple[int, int] | None
    writes: bool = False
    spare: bool = False
    alone: bool = False
    needed: bool = False
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    aside: tuple[str, ...] | None = None
    """The caches, at or below which what follows may change something; None if it may do more."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A `uv sync` that cannot be told; `reason` completes "it runs as written: …"."""

    reason: str
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Step:
    """One element of an and-list of the script."""

    node: Statement
    effect: Effect
    syncs: tuple[SyncRun | Refused, ...] = ()
    list_end: bool = False
    """The last element of its and-list."""
    script_end: bool = False
    """In the script's last and-list, or in one whose failure ends the script."""
    errexit: bool = False
    nested: bool = False
    """In braces or in the background, where the text cannot be taken apart."""
    end: int = 0
    """Where it ends in the text, in bytes; the last of an and-list ends with its `|| exit 1`."""
    fails: bool | None = False
    """Whether an assignment fails, as a substitution in it does; None if that cannot be told."""
    state: bool = False
    """A builtin that is understood, and changes nothing but the state of the shell."""
    touches: Touched | None = None
    """What it may change; None if unknown."""

    @property
    def text(self) -> str:
        return source(self.node)


def touched_by(steps: Iterable[Step]) -> Touched | None:
    """What steps may change; None if unknown."""
    return touched_by_all(None if step.syncs else step.touches for step in steps)


def cleared_by(steps: Iterable[Step]) -> tuple[str, ...] | None:
    """The paths of caches, at or below which steps may change something; None if they do more."""
    touched = touched_by(steps)
    return None if touched is None or not all(map(is_cache, touched.all)) else touched.all


def made_by(steps: Sequence[Step]) -> Touched | None:
    """What steps may change that remove nothing; None if they may do more."""
    return None if any(may_delete(step.node) for step in steps) else touched_by(steps)


def decided(node: Statement, *, list_end: bool, script_end: bool) -> Step:
    """Conditions that are known, and change nothing; nobody is to cut the text of an `if` there."""
    return Step(
        node,
        Effect.QUIET,
        list_end=list_end,
        script_end=script_end,
        nested=True,
        state=True,
        touches=Touched(),
    )
