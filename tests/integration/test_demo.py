from integration.bench.sides import LAYERED
from integration.bench.work import Work
from integration.build import Build
from integration.demo import WIDTH, rebuilds, shortened, times
from integration.progress import Progress


def built(seconds: float) -> Build:
    return Build(True, seconds, Progress({}), "")


def test_long_names_are_cut_and_fill_one_line() -> None:
    assert shortened("RUN a  \\\n    b") == "RUN a \\ b"
    assert len(shortened("x" * 200)) == WIDTH
    assert shortened("x" * WIDTH) == "x" * WIDTH


def test_what_was_rebuilt_has_a_line_for_each_vertex() -> None:
    work = Work(("[uvlayers] install a 1", "COPY . /app"))
    assert rebuilds(LAYERED, work).splitlines() == [
        "Rebuilt with uvlayers:",
        "  [uvlayers] install a 1",
        "  COPY . /app",
    ]


def test_times_stand_below_each_other() -> None:
    rows = {
        "first build": {"uv": built(20.0), "uvlayers": built(18.04)},
        "nothing changed": {"uv": built(0.4), "uvlayers": built(0.5)},
    }
    assert times(rows).splitlines() == [
        "                 uv's Dockerfile    uvlayers",
        "first build               20.0 s      18.0 s",
        "nothing changed           0.40 s      0.50 s",
    ]
