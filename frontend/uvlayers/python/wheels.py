"""The choice among a package's locked wheels, by file name alone, as uv makes it.

`Package::find_best_wheel` in uv-lock: the greatest (tag rank, build tag) wins, and the first in the
lock among equals. Neither hash nor size nor upload time nor the metadata plays a part.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Generic, Protocol, TypeVar

from uvlayers.errors import SelectError, Unsupported
from uvlayers.wheel_names import SUFFIX

LISTED_WHEELS: Final = 8  # as many as a terminal shows without hiding the error above them

BuildTag = tuple[()] | tuple[int, str]  # none sorts before any (binary distribution format)
Priority = tuple[int, BuildTag]

_BUILD_DIGITS: Final = 19  # as many as always fit the 64 bits that uv has for them

# Spellings that some uv reads as another tag's: cp3013, cp312m, manylinux_2_017, linux_armv8l.
_UNUSUAL_TAG: Final = re.compile(
    r"(?:^|[-.])(?:py|cp)[0-9]0[0-9]"
    r"|cp3(?:[89]|[1-9][0-9])t?[dmu]"
    r"|linux_(?:[0-9]+_)?0[0-9]|_armv8l"
)


class LockedWheel(Protocol):
    """A wheel of the lock; only its name matters here."""

    @property
    def filename(self) -> str: ...


W = TypeVar("W", bound=LockedWheel)


class TagRanks:
    """How good each tag is for one interpreter; compressed tag sets are remembered."""

    __slots__ = ("_platforms", "_priorities", "_ranks", "best")

    def __init__(self, tags: Sequence[str]) -> None:
        """`tags` as `compatible_tags` gives them, the best first."""
        self.best = tags[0]
        self._ranks = {tag: -position for position, tag in enumerate(tags)}
        self._platforms = frozenset(tag.rpartition("-")[2] for tag in tags)
        self._priorities: dict[str, Priority | None] = {}

    def priority(self, filename: str) -> Priority | None:
        """What uv compares, the greater the better; None for an incompatible wheel.

        Raises Unsupported for a name that is no wheel's: uv refuses such a lock.
        """
        parts = filename.split("-", 2)
        if len(parts) != 3:
            raise invalid_filename(filename)
        suffix = parts[2]
        try:
            return self._priorities[suffix]
        except KeyError:
            return self._priorities.setdefault(suffix, self._compute(suffix, filename))

    def _compute(self, suffix: str, filename: str) -> Priority | None:
        match = SUFFIX.fullmatch(suffix)
        if match is None:
            raise invalid_filename(filename)
        build, pythons, abis, platforms, variant = match.groups()
        if build is not None and _digits(build) > _BUILD_DIGITS:
            raise invalid_filename(filename)
        if _UNUSUAL_TAG.search(suffix):
            raise Unsupported(f"a wheel has an unusually spelled tag: `{filename}`")
        if variant is not None:  # PEP 825: uv 0.13 knows variants and takes none of them
            return None
        rank = self._best_rank(pythons, abis, platforms)
        return None if rank is None else (rank, _build_tag(build))

    def _best_rank(self, pythons: str, abis: str, platforms: str) -> int | None:
        known = [platform for platform in platforms.split(".") if platform in self._platforms]
        if not known:
            return None
        tags = map("-".join, product(pythons.split("."), abis.split("."), known))
        return max((self._ranks[tag] for tag in tags if tag in self._ranks), default=None)


def choose_wheel(wheels: Sequence[W], ranks: TagRanks) -> W | None:
    """The wheel that uv would install; None if none is compatible.

    Raises Unsupported for a file name that uv would not accept or that we do not understand.
    """
    best: tuple[Priority, W] | None = None
    for wheel in wheels:
        priority = ranks.priority(wheel.filename)
        if priority is not None and (best is None or priority > best[0]):
            best = (priority, wheel)
    return None if best is None else best[1]


@dataclass(frozen=True, slots=True)
class Offer(Generic[W]):
    """What the lock has of a package and what the settings permit.

    `label` names the package in errors (`idna==3.6 @ registry+https://…`). `source` says whether
    there is something to build (an sdist or a source tree), `wheel_source` whether the source is
    itself one wheel (a URL or path), `local` whether it is a virtual package or a workspace
    member, which may be built even under `no_build`.
    """

    label: str
    wheels: Sequence[W]
    source: bool
    wheel_source: bool = False
    local: bool = False
    no_binary: bool = False
    no_build: bool = False


def choose_artifact(offer: Offer[W], ranks: TagRanks) -> W | None:
    """The wheel to install, or None where the source is to be built (`Package::to_dist` in uv).

    Raises SelectError in uv's words where neither will do.
    """
    wheel = None if offer.no_binary else choose_wheel(offer.wheels, ranks)
    if wheel is not None:
        return wheel
    if offer.source and (offer.local or not offer.no_build):
        return None
    raise SelectError(
        f"distribution `{offer.label}` can't be installed because {_refusal(offer)}",
        hint=_available(offer, ranks),
    )


def _refusal(offer: Offer[W]) -> str:
    if offer.no_binary and offer.no_build:
        return "it is marked as both `--no-binary` and `--no-build`"
    if offer.no_binary and offer.wheel_source:
        return "it is marked as `--no-binary` but is itself a binary distribution"
    if offer.no_binary:
        return "it is marked as `--no-binary` but has no source distribution"
    if offer.no_build:
        return "it is marked as `--no-build` but has no binary distribution"
    if offer.wheel_source:
        return "the binary distribution is incompatible with the current platform"
    return "it doesn't have a source distribution or wheel for the current platform"


def _available(offer: Offer[W], ranks: TagRanks) -> str | None:
    if offer.no_binary or not offer.wheels:
        return None
    names = [wheel.filename for wheel in offer.wheels[:LISTED_WHEELS]]
    omitted = len(offer.wheels) - len(names)
    more = f" and {omitted} more" if omitted else ""
    listed = ", ".join(f"`{name}`" for name in names)
    return f"the interpreter takes wheels such as `{ranks.best}`, the lock has {listed}{more}"


def invalid_filename(filename: str) -> Unsupported:
    return Unsupported(f"a wheel's file name is invalid: `{filename}`")


def _build_tag(text: str | None) -> BuildTag:
    if text is None:
        return ()
    digits = _digits(text)
    return (int(text[:digits]), text[digits:])


def _digits(text: str) -> int:
    """How many a text begins with."""
    return len(text) - len(text.lstrip("0123456789"))
