"""Results for people and for programs: a table, a JSON document."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from integration.bench.quantities import Measured
from integration.bench.results import Result, Sample
from integration.bench.scenarios import Scenario
from integration.bench.sides import LAYERED, PLAIN, SIDES
from integration.engine import Engine

MEMORY = Path("/proc/meminfo")


def table(results: Sequence[Result]) -> str:
    """A table in Markdown: medians, how they compare, the work that uvlayers did.

    Aims have a column if there are any.
    """
    figures = [(each, measured) for each in results for measured in each.scenario.measured]
    aims = any(measured.aim is not None for _, measured in figures)
    head = ("", *(side.title for side in SIDES), "compared", *["aim"] * aims, "wheels, installs")
    rows = [cells(result, measured, aims=aims) for result, measured in figures]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [row(head, widths), rule(widths), *(row(each, widths) for each in rows)]
    return "\n".join(lines)


def cells(result: Result, measured: Measured, *, aims: bool) -> tuple[str, ...]:
    quantity, comparison = measured.quantity, measured.comparison
    medians = result.medians(quantity)
    return (
        title(result.scenario, measured),
        *(quantity.show(median) for median in (medians.plain, medians.layered)),
        comparison.tell(comparison.of(medians), quantity),
        *[aim(measured)] * aims,
        wheels(result),
    )


def title(scenario: Scenario, measured: Measured) -> str:
    return f"{scenario.title}, {measured.label}" if measured.label else scenario.title


def row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)]
    return f"| {' | '.join(padded)} |"


def rule(widths: Sequence[int]) -> str:
    first, *others = widths
    return f"| {' | '.join(['-' * first, *('-' * (width - 1) + ':' for width in others)])} |"


def aim(measured: Measured) -> str:
    if measured.aim is None:
        return ""
    return measured.aim.comparison.tell_aim(measured.aim.limit, measured.quantity)


def wheels(result: Result) -> str:
    """How many wheels uvlayers fetched and installs it ran: one pair unless rounds differ."""
    works = [sample.work for sample in result.samples[LAYERED.name]]
    pairs = [f"{len(work.fetched)}, {len(work.installed)}" for work in works if work is not None]
    return " / ".join(dict.fromkeys(pairs))


def document(results: Sequence[Result], circumstances: Mapping[str, object]) -> str:
    """All samples as JSON, in units of their quantities, with what they were measured on."""
    return json.dumps(
        {"circumstances": circumstances, "scenarios": [described(each) for each in results]},
        indent=2,
    )


def described(result: Result) -> dict[str, Any]:
    return {
        "name": result.scenario.name,
        "title": result.scenario.title,
        "measured": [compared(result, measured) for measured in result.scenario.measured],
        "rounds": {side.name: list(map(sampled, result.samples[side.name])) for side in SIDES},
        "complaints": list(result.complaints()),
    }


def compared(result: Result, measured: Measured) -> dict[str, Any]:
    medians = result.medians(measured.quantity)
    comparison = measured.comparison
    return {
        "title": title(result.scenario, measured),
        "quantity": measured.quantity.name,
        "median": {PLAIN.name: round(medians.plain, 3), LAYERED.name: round(medians.layered, 3)},
        **({} if medians.least is None else {"least": round(medians.least, 3)}),
        "comparison": comparison.name,
        "compared": round(comparison.of(medians), 3),
        "aim": None if measured.aim is None else measured.aim.limit,
        "met": None if measured.aim is None else measured.aim.met(medians),
    }


def sampled(sample: Sample) -> dict[str, Any]:
    figures = {name: round(figure, 3) for name, figure in sample.figures.items()}
    if sample.work is None:
        return figures
    work = sample.work
    counts = {"fetched": work.fetched, "layers": work.installed, "executed": work.executed}
    return {**figures, **{name: len(done) for name, done in counts.items()}}


def machine_facts(engine: Engine) -> dict[str, object]:
    """What a reader must know of the machine; nothing that tells one owner from another."""
    return {
        "engine": engine.docker("version", "--format", "{{.Server.Version}}").strip(),
        "cpus": os.cpu_count(),
        "memory_gib": memory_gib(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def memory_gib(source: Path = MEMORY) -> int | None:
    if not source.exists():
        return None
    (line,) = [each for each in source.read_text().splitlines() if each.startswith("MemTotal:")]
    return round(int(line.split()[1]) / 2**20)


def caption(facts: Mapping[str, object]) -> str:
    """A sentence or two below the table."""
    project = "{project}: {locked_packages} locked packages, " if "project" in facts else ""
    syntax = " uv's side by {plain_frontend}." if facts.get("plain_frontend") else ""
    return (
        project + "uv {uv}, Docker Engine {engine}, {cpus} CPUs, {memory_gib} GiB. Medians, sides "
        "alternating, each on a machine that had {patience:g} s to come to rest; of `docker buildx "
        "build` to a runnable image, where nothing else is said. Wheels that uvlayers fetched, "
        "installs that it ran. First build: {first_build}." + syntax
    ).format(**facts)
