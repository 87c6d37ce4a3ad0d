"""`bench chart`: what a bench has measured as a picture, drawn from its JSON document.

Bars of both sides below each other on a logarithmic scale, with a panel for each quantity. The SVG
needs nothing but itself, and follows the reader's choice of light or dark.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from integration.bench.quantities import COMPARISONS, QUANTITIES, Quantity
from integration.bench.sides import SIDES
from integration.errors import SetupError

# In pixels: titles, bars, what they compare to.
TITLES, BARS, COMPARED = 310, 380, 180
WIDTH = TITLES + BARS + COMPARED
HEAD, AXIS, ROW, BAR = 44, 24, 40, 13
# Room to the right of the longest bar, for its figure.
FIGURE = 64
MARGIN = 12

# Without a media query the colours are such that both a light and a dark page show them.
STYLE = """\
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #768390; }
.small { font-size: 11px; }
.strong { font-weight: 600; }
.line { stroke: #768390; stroke-opacity: 0.35; }
.uv { fill: #8c959f; }
.uvlayers { fill: #2f81f7; }
@media (prefers-color-scheme: light) {
  text { fill: #1f2328; }
  .small { fill: #59636e; }
}
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .small { fill: #9198a1; }
}"""


@dataclass(frozen=True)
class Row:
    """What one scenario came to: a median for each side, in their order."""

    title: str
    quantity: Quantity
    medians: tuple[float, ...]
    compared: str


@dataclass(frozen=True)
class Scale:
    """Powers of ten, from 10**low to 10**high, over the width of the bars."""

    low: int
    high: int

    @classmethod
    def over(cls, figures: Sequence[float]) -> "Scale":
        known = [figure for figure in figures if figure > 0] or [1.0]
        low = math.floor(math.log10(min(known)))
        return cls(low, max(low + 1, math.ceil(math.log10(max(known)))))

    @property
    def powers(self) -> range:
        return range(self.low, self.high + 1)

    def length(self, figure: float) -> float:
        """Pixels of a bar, at least one."""
        if figure <= 0:
            return 1.0
        part = (math.log10(figure) - self.low) / (self.high - self.low)
        return max(1.0, part * (BARS - FIGURE))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="integration bench chart", description=__doc__)
    parser.add_argument("document", type=Path, help="what `bench --json` has written")
    parser.add_argument("--svg", type=Path, help="where to write it, not to standard output")
    arguments = parser.parse_args(argv)
    picture = draw(read(arguments.document))
    if arguments.svg is None:
        sys.stdout.write(picture)
    else:
        write(picture, arguments.svg)
    return 0


def write(picture: str, target: Path) -> None:
    try:
        target.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise SetupError(f"cannot write {target}: {error.strerror}") from error


def read(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise SetupError(f"{path} is no JSON") from error
    if not isinstance(document, dict) or "scenarios" not in document:
        raise SetupError(f"{path} is not what `bench --json` writes")
    return document


def draw(document: Mapping[str, Any]) -> str:
    """The picture of a document, as SVG."""
    try:
        rows = list(rows_of(document))
    except (KeyError, TypeError) as error:
        raise SetupError("the document is not what `bench --json` writes") from error
    top = HEAD
    parts: list[str] = []
    for quantity in QUANTITIES:
        if found := [row for row in rows if row.quantity is quantity]:
            parts += panel(found, top)
            top += AXIS + ROW * len(found) + MARGIN
    place = f'width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {place}>',
        "<title>Medians of uv's recommended Dockerfile and of uvlayers</title>",
        f"<style>\n{STYLE}\n</style>",
        *legend(),
        *parts,
        "</svg>",
    ]
    return "\n".join([*lines, ""])


def rows_of(document: Mapping[str, Any]) -> Iterator[Row]:
    quantities = {quantity.name: quantity for quantity in QUANTITIES}
    for scenario in document["scenarios"]:
        for each in scenario["measured"]:
            quantity = quantities[each["quantity"]]
            medians = tuple(each["median"][side.name] for side in SIDES)
            compared = COMPARISONS[each["comparison"]].tell(each["compared"], quantity)
            yield Row(each["title"], quantity, medians, compared)


def legend() -> Iterator[str]:
    left = TITLES
    for side in SIDES:
        yield f'<rect class="{side.name}" x="{left}" y="15" width="{BAR}" height="{BAR}" rx="2"/>'
        yield text(side.title, left + BAR + 6, 26)
        left += 150


def panel(rows: Sequence[Row], top: float) -> Iterator[str]:
    """Grid and bars of one quantity; `top` is where it begins."""
    quantity = rows[0].quantity
    scale = Scale.over([median for row in rows for median in row.medians])
    bottom = top + AXIS + ROW * len(rows)
    yield text(f"{quantity.title}, logarithmic", MARGIN, top + 14, "small")
    for power in scale.powers:
        x = TITLES + (power - scale.low) / (scale.high - scale.low) * (BARS - FIGURE)
        yield f'<path class="line" d="M{x:.1f} {top + AXIS - 4}V{bottom}"/>'
        yield text(tick(power, quantity), x, top + 14, "small", anchor="middle")
    for number, row in enumerate(rows):
        yield from bars(row, scale, top + AXIS + ROW * number)


def bars(row: Row, scale: Scale, top: float) -> Iterator[str]:
    yield text(row.title, MARGIN, top + 22)
    for number, (side, median) in enumerate(zip(SIDES, row.medians, strict=True)):
        y = top + 4 + number * (BAR + 2)
        length = scale.length(median)
        yield (
            f'<rect class="{side.name}" x="{TITLES}" y="{y}" width="{length:.1f}" height="{BAR}"'
            ' rx="2"/>'
        )
        yield text(row.quantity.show(median), TITLES + length + 5, y + 11, "small")
    yield text(row.compared, WIDTH - MARGIN, top + 22, "strong", anchor="end")


def tick(power: int, quantity: Quantity) -> str:
    """A power of ten, without the digits that a figure has."""
    return quantity.show(10.0**power).replace(".00 ", " ").replace(".0 ", " ")


def text(said: str, x: float, y: float, kind: str = "", anchor: str = "start") -> str:
    attributes = f' class="{kind}"' if kind else ""
    if anchor != "start":
        attributes += f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y}"{attributes}>{escape(said)}</text>'
