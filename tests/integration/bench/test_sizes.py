import re
import tomllib
from pathlib import Path

import pytest

from integration.bench.project import Project
from integration.bench.sizes import SIZES, make_project, pinned


def test_every_package_is_pinned_and_named_once() -> None:
    lines = pinned(max(SIZES))
    assert len(lines) == max(SIZES)
    names = [re.fullmatch(r"([a-z0-9-]+)==[0-9][0-9a-z.]*", line) for line in lines]
    assert len({match[1] for match in names if match}) == len(lines)


def test_a_smaller_project_is_the_beginning_of_a_larger_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "lock", lambda _self: None)
    read = []
    for count in SIZES[:2]:
        project = make_project(count, tmp_path / str(count), {})
        settings = tomllib.loads((project.directory / "pyproject.toml").read_text())
        assert "linux" in settings["tool"]["uv"]["environments"][0]
        read.append(settings["project"]["dependencies"])
    assert [len(each) for each in read] == list(SIZES[:2])
    assert read[1][: len(read[0])] == read[0]
