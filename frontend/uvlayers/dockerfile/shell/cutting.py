"""A shell text in two: what comes before a sync, and the sync with what follows it.

Run one after the other by two shells, on one file system, they do what the whole text does in one.
What the first part makes of the shell itself (`cd`, `export`, `set`) is done again in the second.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from uvlayers.dockerfile.shell import region
from uvlayers.dockerfile.shell.builtins import Effect
from uvlayers.dockerfile.shell.scope import Scope
from uvlayers.dockerfile.shell.script import read_steps
from uvlayers.dockerfile.shell.steps import Refused, Step, SyncRun, cleared_by, made_by
from uvlayers.dockerfile.shell.syntax import decode, encode, source
from uvlayers.dockerfile.shell.traces import (
    clears_caches,
    clears_packages,
    clears_uv_cache,
    is_volatile,
    leaves_files,
    may_delete,
    may_fill_uv_cache,
    only_adds,
)

# A secret is mounted for both parts, and neither can change it.
_SECRET = re.compile(r"\$\( *cat +/run/secrets/[\w.-]+ *\)")
# What the command before has ended with; in a shell of its own, that is nothing.
_STATUS = re.compile(r"\$\{?\?|\bexit\b(?! +\d+ *([;&|)}\n]|$))")


@dataclass(frozen=True, slots=True)
class Cut:
    """The texts of the two parts."""

    first: str
    second: str


def cut_script(text: str, scope: Scope, *, private: bool) -> Cut | None:
    """`text` cut before the last of its syncs that others come before, after one of several, or
    before what keeps off its environment.

    None where it cannot be cut. `private`: secrets are in reach, so that nothing may be stored in
    between that the text may delete later. Raises `NotUnderstood` for a text that cannot be read.
    """
    steps = read_steps(text, scope)
    if not any(_is_sync(step) for step in steps):
        return None
    for index in range(len(steps) - 1, 0, -1):
        if _is_boundary(steps, index) and _can_be_cut(steps, index, private=private):
            return _cut_at(encode(text), steps, index)
    return None


def _is_sync(step: Step) -> bool:
    return any(isinstance(sync, SyncRun) for sync in step.syncs)


def _is_boundary(steps: Sequence[Step], index: int) -> bool:
    """Between anything else and a sync, a sync and more syncs, or a sync and what keeps off it."""
    if _is_sync(steps[index]):
        return any(step.effect is Effect.OUTWARD for step in steps[:index])
    if any(step.syncs for step in steps[index:]):
        return _is_sync(steps[index - 1])
    made = made_by(steps[index:])
    return _ends_in_sync(steps[:index]) and made is not None and made.all != ()


def _ends_in_sync(steps: Sequence[Step]) -> bool:
    """Whether nothing but caches is touched after a sync."""
    last = max((index for index, step in enumerate(steps) if _is_sync(step)), default=len(steps))
    return last < len(steps) and cleared_by(steps[last + 1 :]) is not None


def _can_be_cut(steps: Sequence[Step], index: int, *, private: bool) -> bool:
    before, first, after = steps[:index], steps[index], steps[index + 1 :]
    joined = not before[-1].list_end
    # in any other list, what follows would be skipped if a part before fails
    if first.nested or (joined and not first.script_end) or _STATUS.search(first.text):
        return False
    # what a file does to the shell must happen once, in the second part
    if any(step.effect is Effect.SOURCE for step in before[: _last_to_keep(before) + 1]):
        return False
    if not all(_can_be_parted(step, before[at + 1 :]) for at, step in enumerate(before)):
        return False
    wanted = (first, *after)
    if not private:
        cleared = _cleared(steps, index)
        wanted = tuple(step for step in wanted if step not in cleared)
    if not any(may_fill_uv_cache(step.node) for step in before):
        wanted = tuple(step for step in wanted if not clears_uv_cache(step.node))
    return all(_keeps(step, private=private) for step in wanted)


def _can_be_parted(step: Step, following: Sequence[Step]) -> bool:
    """Whether `step` can be in the first part, and what it changes in the shell is known."""
    if step.nested or is_volatile(step.text):
        return False
    if step.syncs or leaves_files(step.node):
        return not any(isinstance(sync, Refused) for sync in step.syncs)
    if not step.state:
        return False
    reads = (source(each) for each in region.substitutions(step.node))
    settled = all(each.effect is not Effect.OUTWARD for each in following)
    if step.effect is Effect.SOURCE:
        return settled
    return settled or all(_SECRET.fullmatch(text) for text in reads)


def _keeps(step: Step, *, private: bool) -> bool:
    """Whether what the first part stored is still wanted after `step`."""
    spare = any(isinstance(sync, SyncRun) and sync.spare for sync in step.syncs)
    if step.effect is not Effect.OUTWARD or (_is_sync(step) and not spare):
        return True
    return only_adds(step.node) if private else not may_delete(step.node)


def _cut_at(text: bytes, steps: Sequence[Step], index: int) -> Cut:
    before, first = steps[:index], steps[index]
    position = _last_to_keep(before)
    last = before[position]
    head, tail = text[: last.end], text[first.node.start_byte :]
    simple = position == 0 or before[position - 1].list_end
    if last.list_end and not (last.errexit and simple):
        head += b"; :"  # an and-list that fails does not end the script
    # what is cleared in the end would stay in the layer of the first part
    head += b"".join(b" && " + encode(step.text) for step in _cleared(steps, index))
    return Cut(decode(head), _state_again(before) + decode(tail))


def _cleared(steps: Sequence[Step], index: int) -> list[Step]:
    """The steps of the second part that clear what packages came from, and are never skipped."""
    certain = [
        step
        for before, step in zip(steps[index:], steps[index + 1 :], strict=False)
        if not step.nested and (step.script_end or before.list_end)
    ]
    # of what is in a cache, a sync needs nothing; another command might
    cleared = takewhile(lambda step: not _uses_caches(step), steps[index:])
    caches = [step for step in cleared if clears_caches(step.node)]
    return [step for step in certain if clears_packages(step.node) or step in caches]


def _uses_caches(step: Step) -> bool:
    """Whether it may use what another command has left in a cache."""
    clears = clears_packages(step.node) or clears_caches(step.node)
    return step.effect is Effect.OUTWARD and not _is_sync(step) and not clears


def _last_to_keep(before: Sequence[Step]) -> int:
    """Where the first part ends: what only changes the shell is for the second alone."""
    end = len(before) - 1
    last = next(index for index in range(end, -1, -1) if not _is_again(before[index]))
    # in an and-list of its own, a failure of that step would mean something else
    joined = not any(step.list_end for step in before[last:])
    return last if before[last].list_end or joined else end


def _is_again(step: Step) -> bool:
    return step.state and not leaves_files(step.node)


def _state_again(before: Sequence[Step]) -> str:
    """What brings a new shell to where the old one was, in and-lists as they were."""
    text, lists = "", ""
    for step in before:
        if _is_again(step):
            text += f"{step.text} && "
        if step.list_end and text:
            ended = " || exit 1" if step.script_end else ""
            lists += f"{text.removesuffix(' && ')}{ended}\n"
            text = ""
    return lists + text
