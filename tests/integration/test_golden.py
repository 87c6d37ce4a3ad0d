"""The table of golden layers as text."""

import pytest

from integration.errors import SetupError
from integration.golden import BEGIN, END, Golden, read_table, title_of, written

GOLDEN = [
    Golden("PyYAML-6.0.2-cp313-cp313-manylinux_2_17_x86_64.whl", "sha256:1", "sha256:2"),
    Golden("six-1.17.0-py2.py3-none-any.whl", "sha256:3", "sha256:4"),
]


def test_what_is_written_is_read_again() -> None:
    text = written(f"# Golden\n\n{BEGIN}\nstale\n{END}\nafter\n", GOLDEN)
    assert text.startswith(f"# Golden\n\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "stale" not in text
    assert list(read_table(text).values()) == GOLDEN
    assert written(text, GOLDEN) == text


def test_a_document_without_a_place_for_the_table() -> None:
    assert read_table("# Golden\n") == {}
    with pytest.raises(SetupError):
        written(f"# Golden\n{BEGIN}\n", GOLDEN)


def test_titles_are_those_of_the_history() -> None:
    assert [title_of(each.filename) for each in GOLDEN] == ["pyyaml 6.0.2", "six 1.17.0"]
    assert title_of("charset_normalizer-3.4.3-py3-none-any.whl") == "charset-normalizer 3.4.3"
