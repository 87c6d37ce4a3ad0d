"""What is measured, and how one side's figure is held against the other's.

Of everything that is measured here, less is better.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """`name` is its key in documents: what a figure counts."""

    name: str
    title: str
    show: Callable[[float], str]


@dataclass(frozen=True)
class Medians:
    """Of one quantity; `least` is what there had to be at any rate, where that is known."""

    plain: float
    layered: float
    least: float | None = None


@dataclass(frozen=True)
class Comparison:
    """One number of both sides' medians; `form` says it, given the number as text."""

    name: str
    of: Callable[[Medians], float]
    form: str
    # Whether a greater number is the better one.
    rising: bool = False
    # Whether the number is one of the quantity's own, not a ratio.
    absolute: bool = False

    def tell(self, number: float, quantity: Quantity) -> str:
        if self.absolute:
            return self.form.format(quantity.show(number))
        return self.form.format(f"{number:.1f}" if self.rising else f"{number:.2f}")

    def tell_aim(self, limit: float, quantity: Quantity) -> str:
        return self.form.format(quantity.show(limit) if self.absolute else f"{limit:g}")


@dataclass(frozen=True)
class Aim:
    """What a comparison is meant to come to: shown, not asked for."""

    comparison: Comparison
    limit: float

    def met(self, medians: Medians) -> bool:
        number = self.comparison.of(medians)
        return number >= self.limit if self.comparison.rising else number <= self.limit


@dataclass(frozen=True)
class Measured:
    """A quantity of a scenario; `label` tells it from the scenario's others."""

    quantity: Quantity
    aim: Aim | None = None
    label: str = ""

    @property
    def comparison(self) -> Comparison:
        return TIMES if self.aim is None else self.aim.comparison


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if abs(seconds) >= 10 else f"{seconds:.2f} s"


def size(count: float) -> str:
    """Bytes as kB or MB, with three digits."""
    number, unit = (count / 1e6, "MB") if count >= 1e6 else (count / 1e3, "kB")
    return f"{number:.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"


def over(number: float, divisor: float) -> float:
    """A ratio; of nothing to nothing it is 1."""
    if divisor == 0:
        return 1.0 if number == 0 else float("inf")
    return number / divisor


def over_least(medians: Medians) -> float:
    return float("nan") if medians.least is None else over(medians.layered, medians.least)


SECONDS = Quantity("seconds", "time", duration)
BYTES = Quantity("bytes", "size", size)
QUANTITIES = (SECONDS, BYTES)

TIMES = Comparison("times", lambda of: over(of.plain, of.layered), "{}x", rising=True)
SHARE = Comparison("share", lambda of: over(of.layered, of.plain), "{} of uv's")
MORE = Comparison("more", lambda of: of.layered - of.plain, "{} more", absolute=True)
# Against what had to be there whoever did it.
LEAST = Comparison("least", over_least, "{} of the least")
COMPARISONS = {each.name: each for each in (TIMES, SHARE, MORE, LEAST)}


def times(limit: float) -> Aim:
    """At most uv's figure divided by the limit."""
    return Aim(TIMES, limit)


def share(limit: float) -> Aim:
    """At most uv's figure times the limit."""
    return Aim(SHARE, limit)
