import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.bench import chart
from integration.bench.chart import BARS, FIGURE, Scale, draw
from integration.errors import SetupError

SVG = "{http://www.w3.org/2000/svg}"


def measured(title: str, quantity: str, plain: float, ours: float) -> dict[str, Any]:
    return {
        "title": title,
        "quantity": quantity,
        "median": {"uv": plain, "uvlayers": ours},
        "comparison": "times",
        "compared": plain / ours,
    }


DOCUMENT = {
    "scenarios": [
        {"measured": [measured("a <b> & c", "seconds", 20.0, 2.0)]},
        {"measured": [measured("d", "seconds", 2.0, 1.0), measured("e", "bytes", 9e6, 3e6)]},
    ]
}


def drawn(document: Any = DOCUMENT) -> ElementTree.Element:
    return ElementTree.fromstring(draw(document))


def texts(picture: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{SVG}text")]


def test_every_row_has_its_title_its_figures_and_what_they_compare_to() -> None:
    said = texts(drawn())
    for text in ("a <b> & c", "20.0 s", "2.00 s", "10.0x", "d", "e", "9 MB", "3 MB", "3.0x"):
        assert text in said
    assert said.index("e") > said.index("size, logarithmic") > said.index("d")


def test_bars_of_one_panel_share_a_scale() -> None:
    widths: dict[str | None, list[float]] = {}
    for bar in drawn().iter(f"{SVG}rect"):
        if float(bar.get("x", "")) == chart.TITLES and float(bar.get("y", "")) > chart.HEAD:
            widths.setdefault(bar.get("class"), []).append(float(bar.get("width", "")))
    # 1 to 100 s, 1 to 10 MB
    full = BARS - FIGURE
    assert widths["uv"][0] == pytest.approx(full * 0.6505, abs=0.1)
    assert widths["uvlayers"][0] == widths["uv"][1] == pytest.approx(full * 0.1505, abs=0.1)
    assert widths["uvlayers"][2] == pytest.approx(full * 0.4771, abs=0.1)


def test_it_needs_nothing_from_elsewhere_and_knows_light_and_dark() -> None:
    picture = draw(DOCUMENT)
    assert picture.replace("http://www.w3.org/2000/svg", "").count("http") == 0
    for scheme in ("light", "dark"):
        assert f"prefers-color-scheme: {scheme}" in picture


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=9))
def test_no_bar_leaves_the_picture(figures: list[float]) -> None:
    scale = Scale.over(figures)
    assert all(1 <= scale.length(figure) <= BARS - FIGURE + 1e-6 for figure in figures)
    ordered = sorted(figures)
    lengths = [scale.length(figure) for figure in ordered]
    assert lengths == sorted(lengths)


def test_a_document_can_be_drawn_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, target = tmp_path / "bench.json", tmp_path / "bench.svg"
    path.write_text(json.dumps(DOCUMENT))
    assert chart.main([str(path)]) == chart.main([str(path), "--svg", str(target)]) == 0
    assert capsys.readouterr().out == target.read_text() == draw(DOCUMENT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot read .*No such file"),
        ("{", "is no JSON"),
        ("[]", "is not what `bench --json` writes"),
        ('{"scenarios": [{}]}', "is not what `bench --json` writes"),
        ('{"scenarios": [{"measured": 1}]}', "is not what `bench --json` writes"),
    ],
)
def test_what_is_no_document_is_refused(text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SetupError, match=message):
        chart.main([str(path)])
