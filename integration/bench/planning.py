"""`bench plan`: how time and memory of planning grow with the lock, without any engine.

What is timed is what a build does between reading uv.lock and emitting vertices: parse, select,
choose a wheel of each package, lay out layers.
"""

import argparse
import gc
import hashlib
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import median

from uvlayers.errors import UvlayersError
from uvlayers.installation import Installation, plan_installation
from uvlayers.layers.plan import make_plan
from uvlayers.lock.parse import parse_lock
from uvlayers.lock.select import Selected, select
from uvlayers.lock.selection import Groups, Selection
from uvlayers.python.tags import compatible_tags
from uvlayers.python.wheels import TagRanks

from integration.bench.corpus import find_corpus
from integration.oracle.costumes import Costume, probe
from integration.steps import say

SIZES = (50, 100, 200, 400, 800, 1600, 5000)
ROUNDS = 7
# The first for which a lock can be planned counts.
PYTHONS = (Costume("3.13.1"), Costume("3.11.9"), Costume("3.14.2"))
DIRECTORY = "/app"

# What a package with compiled code has for one release, as often as the index shows it.
TAGS = tuple(
    f"cp{minor}-cp{minor}-{platform}"
    for minor in (310, 311, 312, 313)
    for platform in (
        "macosx_11_0_arm64",
        "manylinux_2_17_aarch64.manylinux2014_aarch64",
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "musllinux_1_2_x86_64",
        "win_amd64",
    )
)
MARKERS = ("", "", "", "", "sys_platform == 'win32'", "python_full_version < '3.12'")
DEPENDENCIES = 3
COMPILED = 0.3


@dataclass(frozen=True)
class Planned:
    """Medians in milliseconds of one lock; `peak` in MiB is what Python allocated at most."""

    lock: str
    packages: int
    wheels: int
    megabytes: float
    parse: float
    select: float
    choose: float
    lay_out: float
    total: float
    peak: float


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="integration bench plan", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is planned")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    arguments = parser.parse_args(argv)
    gc.disable()  # as in the frontend
    found = (measure_with_any(name, data, arguments.rounds) for name, data in locks())
    planned = [each for each in found if each is not None]
    sys.stdout.write(f"{table(planned)}\n")
    if arguments.json is not None:
        rows = [asdict(each) for each in planned]
        arguments.json.write_text(f"{json.dumps(rows, indent=2)}\n", encoding="utf-8")
    return 0


def locks() -> Iterator[tuple[str, bytes]]:
    """Generated ones of growing size, and the real ones that are at hand."""
    for size in SIZES:
        yield f"generated {size}", generate(size).encode()
    corpus = find_corpus()
    for path in sorted(corpus.glob("*/uv.lock")) if corpus is not None else ():
        yield path.parent.name, path.read_bytes()


def generate(packages: int, seed: int = 0) -> str:
    """A lock of one project upon that many packages, each of which needs a few later ones."""
    random = Random(seed)
    names = [f"package-{number:04}" for number in range(packages)]
    roots = names[: max(1, packages // 10)]
    blocks = [
        'version = 1\nrevision = 3\nrequires-python = ">=3.10"\n',
        '[[package]]\nname = "app"\nversion = "0.1.0"\nsource = { virtual = "." }\n'
        + dependencies([(name, "") for name in roots]),
    ]
    for place, name in enumerate(names):
        later = names[place + 1 : place + 40]
        # The next one always, so that all of them are installed.
        needed = [*later[:1], *random.sample(later[1:], min(DEPENDENCIES, len(later[1:])))]
        edges = [(each, "" if i == 0 else random.choice(MARKERS)) for i, each in enumerate(needed)]
        tags = TAGS if random.random() < COMPILED else ("py3-none-any",)
        blocks.append(package(name, tags, edges))
    return "\n".join(blocks)


def package(name: str, tags: Sequence[str], edges: Sequence[tuple[str, str]]) -> str:
    head = f'[[package]]\nname = "{name}"\nversion = "1.2.3"\n'
    head += 'source = { registry = "https://index.example/simple" }\n'
    sdist = f"sdist = {{ {artifact(f'{name}-1.2.3.tar.gz')} }}\n"
    stem = name.replace("-", "_")
    wheels = "\n".join(f"    {{ {artifact(f'{stem}-1.2.3-{tag}.whl')} }}," for tag in tags)
    return f"{head}{dependencies(edges)}{sdist}wheels = [\n{wheels}\n]\n"


def artifact(filename: str) -> str:
    digest = hashlib.sha256(filename.encode()).hexdigest()
    return (
        f'url = "https://files.example/packages/{digest[:2]}/{digest[2:]}/{filename}", '
        f'hash = "sha256:{digest}", size = {int(digest[:5], 16)}, '
        'upload-time = "2025-01-01T00:00:00Z"'
    )


def dependencies(edges: Sequence[tuple[str, str]]) -> str:
    if not edges:
        return ""
    lines = [
        f'    {{ name = "{name}"{f""", marker = "{marker}" """ if marker else " "}}},'
        for name, marker in edges
    ]
    return "\n".join(["dependencies = [", *lines, "]\n"])


class Planning:
    """The steps of one plan, each on the result of the one before."""

    def __init__(self, data: bytes, python: Costume) -> None:
        self._data = data
        self.lock = parse_lock(data)
        interpreter = probe(Path(sys.executable), python)
        self._markers, self._uv = interpreter.markers, interpreter.uv
        self._tags = compatible_tags(interpreter)
        self._selection = Selection(
            project=next((p.name for p in self.lock.packages if p.name == "app"), None),
            groups=Groups(),
            all_packages=True,
        )
        self.selected: tuple[Selected, ...] = ()
        self.installation = Installation((), ())

    def parse(self) -> None:
        self.lock = parse_lock(self._data)

    def select(self) -> None:
        self.selected = tuple(select(self.lock, self._selection, self._markers, self._uv))

    def choose(self) -> None:
        self.installation = plan_installation(
            [each.package for each in self.selected],
            self._selection,
            TagRanks(self._tags),
            self.lock,
            DIRECTORY,
        )

    def lay_out(self) -> None:
        make_plan(self.installation.wheels)


STEPS: Sequence[Callable[[Planning], None]] = (
    Planning.parse,
    Planning.select,
    Planning.choose,
    Planning.lay_out,
)


def measure_with_any(name: str, data: bytes, rounds: int) -> Planned | None:
    """The figures with the first Python that can be planned for; None where none can."""
    for python in PYTHONS:
        try:
            return measure(name, data, rounds, python)
        except UvlayersError as error:
            say("plan", f"{name} with {python.version} is left to uv: {error.message}")
    return None


def measure(name: str, data: bytes, rounds: int, python: Costume) -> Planned:
    planning = Planning(data, python)
    taken = [[timed(step, planning) for step in STEPS] for _ in range(rounds)]
    parse, select, choose, lay_out = (median(column) for column in zip(*taken, strict=True))
    total = median(sum(row) for row in taken)
    peak = peak_memory(data, python)
    say("plan", f"{name}: {total:.0f} ms")
    return Planned(
        lock=name,
        packages=len(planning.lock.packages),
        wheels=len(planning.installation.wheels),
        megabytes=len(data) / 1e6,
        parse=parse,
        select=select,
        choose=choose,
        lay_out=lay_out,
        total=total,
        peak=peak,
    )


def timed(step: Callable[[Planning], None], planning: Planning) -> float:
    gc.collect()
    started = time.perf_counter()
    step(planning)
    return (time.perf_counter() - started) * 1000


def peak_memory(data: bytes, python: Costume) -> float:
    """In MiB; counted in a round of its own, for counting takes time."""
    planning = Planning(data, python)
    gc.collect()
    tracemalloc.start()
    for step in STEPS:
        step(planning)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def table(planned: Sequence[Planned]) -> str:
    head = ("lock", "packages", "wheels", "MB", "parse", "select", "choose", "lay out", "ms", "MiB")
    rows = [
        (
            each.lock,
            str(each.packages),
            str(each.wheels),
            f"{each.megabytes:.2f}",
            *(f"{ms:.1f}" for ms in (each.parse, each.select, each.choose, each.lay_out)),
            f"{each.total:.0f}",
            f"{each.peak:.1f}",
        )
        for each in planned
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
