"""The order of rounds, with builders that only pretend."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from integration.bench import measure, results
from integration.bench.builders import Builder
from integration.bench.measure import Bench, Setting
from integration.bench.project import Project
from integration.bench.scenarios import Scenario
from integration.bench.shapes import Shape
from integration.bench.sides import Side
from integration.build import Build
from integration.engine import Engine
from integration.progress import Progress

ENGINE = Engine("none", {}, own=True)


class Pretended(Builder):
    """Writes down who builds, and takes as many seconds as there were builds before."""

    diary: list[str] = []  # noqa: RUF012

    def keep(self, image_ref: str) -> None:
        """There is no image."""

    def build(
        self,
        side: Side,
        context: Path,
        dockerfile: str,
        image_ref: str | None = None,
        *,
        push: bool = False,
    ) -> Build:
        self.diary.append(f"{side.name} builds {image_ref}")
        return Build(True, float(len(self.diary)), Progress({}), "")


class PretendedBuilders:
    cold = "nothing"
    downloads_kept = False

    def fresh(self, side: Side) -> Builder:
        Pretended.diary.append(f"{side.name} is fresh")
        return Pretended(ENGINE, "base", "mounts")

    def discard(self, side: Side) -> None:
        """There is nothing."""


SETTING = Setting(Project(Path(), {}), "", PretendedBuilders(), settle=lambda: None)


@pytest.fixture
def diary(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    written: list[str] = []
    monkeypatch.setattr(Pretended, "diary", written)
    for module in (measure, results):
        monkeypatch.setattr(module, "say", lambda _scope, _text: None)
    return written


def scenario(diary: list[str], *, cold: bool) -> Scenario:
    return Scenario("s", "s", lambda _project: diary.append("change"), cold=cold)


def run(diary: list[str], plan: Sequence[tuple[bool, int]]) -> list[Mapping[str, list[float]]]:
    bench = Bench(SETTING)
    results = [bench.measure(scenario(diary, cold=cold), rounds) for cold, rounds in plan]
    return [
        {
            name: [each.figures["seconds"] for each in samples]
            for name, samples in result.samples.items()
        }
        for result in results
    ]


UV, OURS = "uv builds uvlayers-bench/result:uv", "uvlayers builds uvlayers-bench/result:uvlayers"


def test_cold_rounds_begin_afresh_and_the_rest_go_on_from_there(diary: list[str]) -> None:
    run(diary, [(True, 2), (False, 1)])
    assert diary == [
        *("uv is fresh", "uvlayers is fresh", "change", UV, OURS),
        *("uvlayers is fresh", "uv is fresh", "change", OURS, UV),
        *("change", UV, OURS),
    ]


def test_without_a_cold_round_the_first_builds_are_not_measured(diary: list[str]) -> None:
    (samples,) = run(diary, [(False, 2)])
    assert diary[:4] == ["uv is fresh", UV, "uvlayers is fresh", OURS]
    assert samples == {"uv": [6.0, 10.0], "uvlayers": [7.0, 9.0]}


def test_what_takes_long_has_few_rounds(diary: list[str]) -> None:
    once, few = scenario(diary, cold=False), replace(scenario(diary, cold=False), few=True)
    bench = Bench(SETTING)
    assert [len(bench.measure(each, 4).samples["uv"]) for each in (once, few)] == [4, 3]


def test_another_shape_is_prepared_and_built_once_before_it_is_measured(diary: list[str]) -> None:
    bench = Bench(SETTING)
    bench.measure(scenario(diary, cold=True), 1)
    diary.clear()
    shape = Shape(None, lambda _project: diary.append("prepare"))
    result = bench.measure(replace(scenario(diary, cold=False), shape=shape), 2)
    assert diary == ["prepare", UV, OURS, "change", UV, OURS, "change", OURS, UV]
    assert [sample.figures["seconds"] for sample in result.samples["uv"]] == [5.0, 9.0]
