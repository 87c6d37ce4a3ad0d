from pathlib import Path

import pytest

from integration.bench.corpus import MATERIALIZE, VARIABLE, find_corpus, provide
from integration.errors import SetupError


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    directory = tmp_path / "shared" / "locks"
    (directory / "flask").mkdir(parents=True)
    (directory / "flask" / "uv.lock").touch()
    program = directory / MATERIALIZE
    program.write_text('#!/bin/sh\nmkdir "$2" && echo "$1" > "$2/pyproject.toml"\n')
    program.chmod(0o755)
    return directory


def test_the_corpus_lies_beside_the_checkout_or_where_the_environment_says(corpus: Path) -> None:
    repository = corpus.parent.parent / "checkout"
    assert find_corpus({}, repository) == corpus
    assert find_corpus({VARIABLE: "/elsewhere"}, repository) == Path("/elsewhere")
    assert find_corpus({}, repository / "deeper") is None


def test_a_name_is_copied_from_the_corpus(corpus: Path, tmp_path: Path) -> None:
    copy = provide("flask", tmp_path / "copy", {"PATH": "/usr/bin:/bin"}, corpus)
    assert (copy / "pyproject.toml").read_text() == "flask\n"


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    assert provide(str(tmp_path), tmp_path / "copy", {}, None) == tmp_path


@pytest.mark.parametrize("name", ["flask", "./flask"])
def test_without_a_corpus_only_paths_will_do(name: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"there is no pyproject\.toml in") as caught:
        provide(name, tmp_path / "copy", {}, None)
    assert VARIABLE in caught.value.hint


def test_an_unknown_name_is_told_the_known_ones(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="has no lock called `flusk`") as caught:
        provide("flusk", tmp_path / "copy", {}, corpus)
    assert caught.value.hint == "it has flask"
