import pytest
from uvlayers.layers.plan import Wheel

from integration.bench.history.ages import described, rates
from integration.bench.history.command import DATA
from integration.bench.history.record import History, InstallSet, load_all


def install_set(**times: str) -> InstallSet:
    return {name: Wheel(name, time, "", "", "", 1, time) for name, time in times.items()}


def test_rates_count_each_project_the_same() -> None:
    before = install_set(a="2026-01-02", b="2026-01-01", c="2026-01-01", d="2020-01-01", e="")
    after = install_set(a="2026-01-03", b="2026-01-01", d="2020-01-01")
    other = install_set(a="2026-01-02", b="2026-01-01")
    histories = [
        History("p", "uv sync", "3.13.1", 2, 0, 0, (before, after)),
        History("q", "uv sync", "3.13.1", 2, 0, 0, (other, install_set())),
    ]
    found = dict(rates(histories))
    assert found[0] == pytest.approx((2 / 3 + 1) / 2)
    assert found[1000] == 0
    assert found[30] is None
    assert described(rates(histories)) == "from 0 days 83.3%, from 1000 days 0.0%"


def test_what_is_older_changes_less() -> None:
    found = [rate for _, rate in rates(load_all(DATA)) if rate is not None]
    assert found == sorted(found, reverse=True)
    assert found[0] > 20 * found[-1]
