"""Figures per policy: of one history, and of the project in the middle of all of them."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import fmean, geometric_mean, median, quantiles

from uvlayers.layers.plan import Wheel

from integration.bench.history.policies import REFERENCE, Named
from integration.bench.history.record import History
from integration.bench.history.replay import Policy, cost, only_adds, replay, seconds, size_of
from integration.bench.report import row, rule

SMALL = 100_000  # bytes of a small wheel
ADDITIONS = 40  # how many are tried of one install set


@dataclass(frozen=True)
class Figures:
    """Means per change of one history under one policy; bytes, seconds.

    `additions` is `extracted` of the changes that only add, None where there are none. The
    three `add_` figures are those of one small wheel more in the last install set, over its
    small wheels; `first` are the seconds to unpack that set as a whole.
    """

    layers: float
    pushed: float
    pulled: float
    extracted: float
    extracted_p90: float
    extracted_layers: float
    changed: float
    seconds: float
    seconds_p90: float
    first: float
    additions: float | None
    add_pushed: float
    add_extracted: float
    add_seconds: float


def measure(history: History, policy: Policy) -> Figures:
    costs = replay(history, policy)
    last = policy(history.sets[-1].values())
    pairs = zip(costs, history.changes, strict=True)
    additions = [each.extracted for each, (before, after) in pairs if only_adds(before, after)]
    added = [
        cost(policy(each for each in history.sets[-1].values() if each != wheel), last)
        for wheel in small_wheels(history.sets[-1].values())
    ]
    return Figures(
        layers=len(last),
        pushed=fmean(each.pushed for each in costs),
        pulled=fmean(each.pulled for each in costs),
        extracted=fmean(each.extracted for each in costs),
        extracted_p90=ninth([each.extracted for each in costs]),
        extracted_layers=fmean(each.extracted_layers for each in costs),
        changed=fmean(each.changed for each in costs),
        seconds=fmean(each.seconds for each in costs),
        seconds_p90=ninth([each.seconds for each in costs]),
        first=seconds(size_of(last), len(last)),
        additions=fmean(additions) if additions else None,
        add_pushed=fmean(each.pushed for each in added),
        add_extracted=fmean(each.extracted for each in added),
        add_seconds=fmean(each.seconds for each in added),
    )


def small_wheels(wheels: Iterable[Wheel]) -> Sequence[Wheel]:
    small = sorted((each for each in wheels if 0 < each.size < SMALL), key=lambda each: each.name)
    return small[:: max(1, -(-len(small) // ADDITIONS))]


def ninth(values: Sequence[float]) -> float:
    """The value that one in ten exceeds."""
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]


Measured = Mapping[str, Mapping[str, Figures]]
"""Figures by policy, then by project."""


def measure_all(histories: Sequence[History], policies: Sequence[Named]) -> Measured:
    return {
        named.title: {
            history.project: measure(
                history,
                named.of(history, [other for other in histories if other is not history]),
            )
            for history in histories
        }
        for named in policies
    }


def middle(figures: Iterable[Figures]) -> Figures:
    """The median of each figure: a project with gigabytes would be all that a mean shows."""
    known = list(figures)
    columns = {
        field.name: [getattr(each, field.name) for each in known] for field in fields(Figures)
    }
    present = {
        name: [value for value in values if value is not None] for name, values in columns.items()
    }
    return Figures(**{name: median(values) if values else None for name, values in present.items()})  # type: ignore[arg-type]


def ratio(of: Mapping[str, Figures], to: Mapping[str, Figures]) -> float:
    """Extracted bytes, each project's against its own; the geometric mean of projects."""
    return geometric_mean(of[name].extracted / to[name].extracted for name in of)


COLUMNS: Mapping[str, Callable[[Figures], str]] = {
    "layers": lambda each: f"{each.layers:.0f}",
    "new": lambda each: f"{each.changed:.1f}",
    "pushed": lambda each: megabytes(each.pushed),
    "pulled": lambda each: megabytes(each.pulled),
    "unpacked": lambda each: megabytes(each.extracted),
    "p90": lambda each: megabytes(each.extracted_p90),
    "in layers": lambda each: f"{each.extracted_layers:.0f}",
    "seconds": lambda each: f"{each.seconds:.1f}",
    "only adds": lambda each: "" if each.additions is None else megabytes(each.additions),
    "+1 pushed": lambda each: megabytes(each.add_pushed),
    "+1 unpacked": lambda each: megabytes(each.add_extracted),
    "+1 seconds": lambda each: f"{each.add_seconds:.1f}",
    "first pull": lambda each: f"{each.first:.1f}",
}


def megabytes(size: float) -> str:
    return f"{size / 1e6:.1f}" if size >= 1e6 else f"{size / 1e6:.2f}"


def table(measured: Measured) -> str:
    """In Markdown; MB and seconds per change of the lock, of the project in the middle."""
    head = ("policy", *COLUMNS, "to largest first")
    reference = measured[REFERENCE]
    rows = [
        (
            title,
            *(show(middle(projects.values())) for show in COLUMNS.values()),
            f"{ratio(projects, reference):.2f}",
        )
        for title, projects in measured.items()
    ]
    return markdown(head, rows)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join([row(head, widths), rule(widths), *(row(cells, widths) for cells in rows)])


def histories_table(histories: Sequence[History]) -> str:
    head = ("history", "locks", "unread", "same", "changes", "wheels", "MB", "changed wheels")
    rows = [
        (
            history.project,
            *map(str, (history.commits, history.unread, history.same, len(history.sets) - 1)),
            str(len(history.sets[-1])),
            f"{sum(wheel.size for wheel in history.sets[-1].values()) / 1e6:.0f}",
            f"{fmean(map(touched, history.changes)):.1f}",
        )
        for history in histories
    ]
    return markdown(head, rows)


def touched(change: tuple[Mapping[str, Wheel], Mapping[str, Wheel]]) -> int:
    before, after = change
    return sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())


def document(measured: Measured) -> str:
    return json.dumps(
        {
            title: {project: asdict(figures) for project, figures in projects.items()}
            for title, projects in measured.items()
        },
        indent=2,
    )
