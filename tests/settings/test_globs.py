"""Patterns as the Rust crate `glob` matches them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.errors import Unsupported
from uvlayers.settings import globs

from tests.settings.uv import MemoryFiles

FILES = MemoryFiles(
    dict.fromkeys(
        ["/w/a/x", "/w/b/x", "/w/.c/x", "/w/d/e/f/x", "/w/ab/x", "/w/file", "/w/[a]/x"], ""
    )
)


@pytest.mark.parametrize(
    ("pattern", "path", "apart", "together"),
    [
        ("a/*", "a/b", True, True),
        ("a/*", "a/b/c", False, True),
        ("*", ".hidden", True, True),
        ("a?c", "abc", True, True),
        ("a?c", "a/c", False, True),
        ("[ab]c", "bc", True, True),
        ("[!ab]c", "cc", True, True),
        ("[!ab]c", "ac", False, False),
        ("[!a]c", "/c", False, True),
        ("[a-c]", "b", True, True),
        ("[c-a]", "b", False, False),
        ("[!c-a]", "b", True, True),
        ("[]a]", "]", True, True),
        ("**/x", "x", True, True),
        ("**/x", "a/b/x", True, True),
        ("a/**/x", "a/x", True, True),
        ("a/**", "a/b/c", True, True),
        ("a.b", "axb", False, False),
        ("a/b", "a/b", True, True),
    ],
)
def test_matches(pattern: str, path: str, apart: bool, together: bool) -> None:
    assert globs.matches(pattern, path, separators=True) is apart
    assert globs.matches(pattern, path, separators=False) is together


@pytest.mark.parametrize("pattern", ["a**", "**a", "***", "[a", "a/**b/c"])
def test_patterns_that_the_crate_refuses(pattern: str) -> None:
    with pytest.raises(Unsupported):
        globs.matches(pattern, "a", separators=True)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*", ["/w/.c", "/w/[a]", "/w/a", "/w/ab", "/w/b", "/w/d", "/w/file"]),
        ("a", ["/w/a"]),
        ("missing", []),
        ("missing/*", []),
        ("?", ["/w/a", "/w/b", "/w/d"]),
        ("[[]a]", ["/w/[a]"]),
        ("d/*/f", ["/w/d/e/f"]),
        ("**/f", ["/w/d/e/f"]),
        ("d/**/**/f", ["/w/d/e/f", "/w/d/e/f", "/w/d/e/f"]),
        ("a/*/x", []),
    ],
)
def test_expand(pattern: str, found: list[str]) -> None:
    expanded = list(globs.expand(FILES, "/w", pattern))
    assert sorted(set(expanded)) == sorted(set(found))


@pytest.mark.parametrize("pattern", ["a/**", ".*", "a/.?"])
def test_patterns_that_are_not_followed(pattern: str) -> None:
    with pytest.raises(Unsupported):
        list(globs.expand(FILES, "/w", pattern))


def test_endless_directories() -> None:
    class Loop(MemoryFiles):
        def list(self, path: str) -> tuple[str, ...] | None:
            return ("again",)

    with pytest.raises(Unsupported, match="nested too deeply"):
        list(globs.expand(Loop({}), "/", "**/x"))


@given(st.text(alphabet="ab/.[]-!é", max_size=6))
def test_escaped_text_matches_itself(text: str) -> None:
    pattern = "".join(f"[{c}]" if c in "[]" else c for c in text)
    assert globs.matches(pattern, text, separators=True)
