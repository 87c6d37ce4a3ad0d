"""The command that the README names first does what it says."""

import re

import pytest

from integration import demo
from integration.machine import Machine


def test_the_demo_rebuilds_one_layer(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main([]) == 0
    shown = capsys.readouterr().out
    plain, layered = shown.split("Rebuilt with uvlayers:")
    assert "[stage-0 3/6] RUN" in plain
    assert len(re.findall(r"\[uvlayers\] install ", layered)) == 1
    assert len(re.findall(r"\[uvlayers\] fetch ", layered)) <= 1
    assert "RUN" not in layered
    assert [line.split("  ")[0] for line in layered.strip().splitlines()[-3:]] == [
        "first build",
        "`humanize` added",
        "nothing changed",
    ]
    assert machine.engine.image_labels("uvlayers-demo/web:uvlayers") is not None
