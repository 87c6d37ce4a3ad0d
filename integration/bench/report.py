"""Results for people and for programs: a table, a JSON document."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from integration.bench.measure import Result
from integration.bench.sides import LAYERED, SIDES
from integration.engine import Engine

MEMORY = Path("/proc/meminfo")


def table(results: Sequence[Result]) -> str:
    """A table in Markdown: medians, how many times faster, the work that uvlayers did.

    Aims have a column if there are any.
    """
    aims = any(result.scenario.aim is not None for result in results)
    head = ("", *(side.title for side in SIDES), "faster", *["aim"] * aims, "wheels, installs")
    rows = [
        (
            result.scenario.title,
            *(duration(result.seconds(side)) for side in SIDES),
            f"{result.ratio:.1f}x",
            *[aim(result)] * aims,
            wheels(result),
        )
        for result in results
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [row(head, widths), rule(widths), *(row(cells, widths) for cells in rows)]
    return "\n".join(lines)


def row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)]
    return f"| {' | '.join(padded)} |"


def rule(widths: Sequence[int]) -> str:
    first, *others = widths
    return f"| {' | '.join(['-' * first, *('-' * (width - 1) + ':' for width in others)])} |"


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.2f} s"


def aim(result: Result) -> str:
    return "" if result.scenario.aim is None else f"{result.scenario.aim:g}x"


def wheels(result: Result) -> str:
    """How many wheels uvlayers fetched and installs it ran: one pair unless rounds differ."""
    pairs = [
        f"{len(sample.work.fetched)}, {len(sample.work.installed)}"
        for sample in result.samples[LAYERED.name]
    ]
    return " / ".join(dict.fromkeys(pairs))


def document(results: Sequence[Result], circumstances: Mapping[str, object]) -> str:
    """All samples as JSON, in seconds, with what they were measured on."""
    return json.dumps(
        {"circumstances": circumstances, "scenarios": [described(each) for each in results]},
        indent=2,
    )


def described(result: Result) -> dict[str, Any]:
    return {
        "name": result.scenario.name,
        "title": result.scenario.title,
        "median": {side.name: round(result.seconds(side), 3) for side in SIDES},
        "ratio": round(result.ratio, 2),
        "aim": result.scenario.aim,
        "rounds": {
            side.name: [
                {
                    "seconds": round(sample.seconds, 3),
                    "fetched": len(sample.work.fetched),
                    "layers": len(sample.work.installed),
                    "executed": len(sample.work.executed),
                }
                for sample in result.samples[side.name]
            ]
            for side in SIDES
        },
        "complaints": list(result.complaints()),
    }


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
