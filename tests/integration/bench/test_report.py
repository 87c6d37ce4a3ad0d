import json
from dataclasses import replace
from pathlib import Path

import pytest

from integration.bench.command import parse, tell
from integration.bench.quantities import BYTES, LEAST, MORE, SECONDS, Aim, Measured, share
from integration.bench.report import caption, document, memory_gib, table
from integration.bench.results import Result, Sample
from integration.bench.scenarios import SCENARIOS, SHAPES, USUAL, Scenario
from integration.bench.work import Work

ADD = next(scenario for scenario in SCENARIOS if scenario.name == "add")
AIMLESS = replace(ADD, measured=(Measured(SECONDS),))
ONE = Work(("[uvlayers] fetch a.whl", "[uvlayers] install a 1"))
NONE = Work(("COPY . /app",))


def built(seconds: float, work: Work) -> Sample:
    return Sample({"seconds": seconds}, work)


def result(*ours: Sample) -> Result:
    plain = tuple(built(seconds, NONE) for seconds in (30.0, 10.0, 20.04))
    return Result(AIMLESS, {"uv": plain, "uvlayers": ours})


GOOD = result(built(1.0, ONE), built(9.0, ONE), built(1.5, ONE))
BAD = result(built(1.0, ONE), built(1.0, NONE), built(1.0, ONE))


def test_the_table_shows_medians_and_the_wheels_that_were_touched() -> None:
    assert table([GOOD]).splitlines() == [
        "|                      | uv's Dockerfile | uvlayers | compared | wheels, installs |",
        "| -------------------- | --------------: | -------: | -------: | ---------------: |",
        "| one dependency added |          20.0 s |   1.50 s |    13.4x |             1, 1 |",
    ]


def test_aims_stand_beside_what_was_measured() -> None:
    aimed = replace(GOOD, scenario=next(each for each in SHAPES if each.name == "add-run"))
    rows = table([GOOD, aimed]).splitlines()
    assert rows[-2].endswith("|    13.4x |     |             1, 1 |")
    assert rows[-1].endswith("|    13.4x |  4x |             1, 1 |")
    (measured,) = json.loads(document([aimed], {}))["scenarios"][0]["measured"]
    assert (measured["aim"], measured["met"]) == (4, True)


def test_what_was_not_built_has_other_figures_and_no_wheels() -> None:
    measured = (
        Measured(SECONDS, share(1.3)),
        Measured(BYTES, Aim(LEAST, 1.1), "bytes"),
        Measured(SECONDS, Aim(MORE, 0.35), "again"),
    )
    pull = Scenario("pull", "first pull", measured=measured)
    plain = Sample({"seconds": 2.0, "bytes": 100e6})
    ours = Sample({"seconds": 2.5, "bytes": 2.2e6}, least={"bytes": 2e6})
    pulled = Result(pull, {"uv": (plain,), "uvlayers": (ours,)})
    assert [line.replace(" ", "") for line in table([pulled]).splitlines()[2:]] == [
        "|firstpull|2.00s|2.50s|1.25ofuv's|1.3ofuv's||",
        "|firstpull,bytes|100MB|2.2MB|1.10oftheleast|1.1oftheleast||",
        "|firstpull,again|2.00s|2.50s|0.50smore|0.35smore||",
    ]
    (told,) = json.loads(document([pulled], {}))["scenarios"]
    assert [each["met"] for each in told["measured"]] == [True, True, False]
    assert told["measured"][1]["least"] == 2e6
    assert told["rounds"]["uvlayers"] == [{"seconds": 2.5, "bytes": 2.2e6}]
    assert pulled.complaints() == ()


def test_rounds_that_differ_show_it() -> None:
    assert table([BAD]).splitlines()[-1].endswith("1, 1 / 0, 0 |")


def test_complaints_name_scenario_and_round() -> None:
    assert GOOD.complaints() == ()
    assert BAD.complaints() == ("add, round 2: fetched 0, made 0, not 1 each",)


def test_a_sample_that_is_wrong_itself_is_complained_of_on_either_side() -> None:
    odd = Sample({"seconds": 1.0}, complaint="odd")
    found = Result(AIMLESS, {"uv": (odd,), "uvlayers": (built(1.0, NONE),)}).complaints()
    assert found == ("add, round 1: odd", "add, round 1: fetched 0, made 0, not 1 each")


def test_the_document_has_every_sample() -> None:
    read = json.loads(document([GOOD], {"uv": "1.2.3"}))
    (scenario,) = read["scenarios"]
    assert read["circumstances"] == {"uv": "1.2.3"}
    assert scenario["measured"] == [
        {
            "title": "one dependency added",
            "quantity": "seconds",
            "median": {"uv": 20.04, "uvlayers": 1.5},
            "comparison": "times",
            "compared": 13.36,
            "aim": None,
            "met": None,
        }
    ]
    assert scenario["rounds"]["uvlayers"][1] == {
        "seconds": 9.0,
        "fetched": 1,
        "layers": 1,
        "executed": 2,
    }


def test_memory_is_read_where_the_kernel_tells_it(tmp_path: Path) -> None:
    facts = tmp_path / "meminfo"
    facts.write_text("MemTotal:       16303428 kB\nMemFree: 1 kB\n", encoding="utf-8")
    assert memory_gib(facts) == 16
    assert memory_gib(tmp_path / "missing") is None


def test_scenarios_run_in_the_order_in_which_they_follow_from_each_other() -> None:
    named = parse(["unchanged", "cold", "--rounds", "2"])
    assert [scenario.name for scenario in named.scenarios] == ["cold", "unchanged"]
    assert parse([]).scenarios == parse(["usual"]).scenarios == list(USUAL)


def test_a_group_is_all_of_its_scenarios() -> None:
    assert parse(["shapes"]).scenarios == parse(["shapes", "add-copy"]).scenarios == list(SHAPES)
    assert parse(["shapes", "usual"]).scenarios == [*USUAL, *SHAPES]
    assert parse(["all"]).scenarios == list(SCENARIOS)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["sideways"], "unknown scenario: sideways"),
        (["--rounds", "0"], "at least one round is needed"),
        (["--patience", "-1"], "nobody waits for less than no time"),
        (["--dockerfile", "/nowhere"], "there is no Dockerfile /nowhere"),
        (["--json", "/nowhere/bench.json"], "no file can be written to /nowhere/bench.json"),
        (["--svg", "/"], "no file can be written to /"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(argv)
    assert message in capsys.readouterr().err


FACTS: dict[str, object] = {
    "project": "web",
    "locked_packages": 43,
    "uv": "1.2.3",
    "engine": "28.5.2",
    "cpus": 2,
    "memory_gib": 8,
    "first_build": "an empty engine",
    "patience": 20.0,
}


def test_the_caption_says_what_it_was_measured_on() -> None:
    assert caption(FACTS).startswith("web: 43 locked packages, uv 1.2.3, Docker Engine 28.5.2, ")
    without = {name: fact for name, fact in FACTS.items() if name != "project"}
    assert caption(without).startswith("uv 1.2.3, Docker Engine 28.5.2, ")
    assert "by docker/dockerfile:1" in caption({**FACTS, "plain_frontend": "docker/dockerfile:1"})


def test_work_that_may_not_be_ends_with_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell([GOOD], FACTS, None) == 0
    assert tell([], FACTS, tmp_path / "nothing.json") == 0
    assert tell([BAD], FACTS, tmp_path / "bench.json", tmp_path / "bench.svg") == 1
    assert "one dependency added" in (tmp_path / "bench.svg").read_text()
    assert not (tmp_path / "nothing.json").exists()
    assert json.loads((tmp_path / "bench.json").read_text())["circumstances"] == FACTS
    said = capsys.readouterr()
    assert "| one dependency added |" in said.out
    assert "failed: add, round 2: fetched 0, made 0, not 1 each" in said.err
