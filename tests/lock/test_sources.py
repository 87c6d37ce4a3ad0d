import pytest
from uvlayers.errors import LockError
from uvlayers.lock.model import (
    DirectorySource,
    EditableSource,
    GitSource,
    PathSource,
    RegistrySource,
    Source,
    UrlSource,
    VirtualSource,
)
from uvlayers.lock.sources import read_source

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "https://git.example/a/b.git"


@pytest.mark.parametrize(
    ("table", "source", "text"),
    [
        (
            {"registry": "https://index.example/simple"},
            RegistrySource(url="https://index.example/simple"),
            "registry+https://index.example/simple",
        ),
        ({"registry": "file:///wheels"}, RegistrySource(url="file:///wheels"), None),
        ({"registry": "../wheels"}, RegistrySource(path="../wheels"), "registry+../wheels"),
        ({"url": "https://files.example/a.whl"}, UrlSource("https://files.example/a.whl"), None),
        (
            {"url": "https://files.example/a.zip", "subdirectory": "b"},
            UrlSource("https://files.example/a.zip", "b"),
            "direct+https://files.example/a.zip",
        ),
        ({"path": "dist/a.whl"}, PathSource("dist/a.whl"), "path+dist/a.whl"),
        ({"directory": "libs/a"}, DirectorySource("libs/a"), "directory+libs/a"),
        ({"editable": ""}, EditableSource("."), "editable+."),
        ({"virtual": "."}, VirtualSource("."), "virtual+."),
        ({"virtual": ".", "later": True}, VirtualSource("."), None),
        ({"registry": "x", "path": "y"}, RegistrySource(path="x"), None),
    ],
)
def test_sources(table: dict[str, object], source: Source, text: str | None) -> None:
    assert read_source(table) == source
    if text is not None:
        assert str(source) == text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", GitSource("", REPOSITORY, COMMIT)),
        ("?tag=v1", GitSource("", REPOSITORY, COMMIT, ("tag", "v1"))),
        ("?branch=x%2Fy", GitSource("", REPOSITORY, COMMIT, ("branch", "x/y"))),
        (f"?rev={COMMIT}", GitSource("", REPOSITORY, COMMIT, ("rev", COMMIT))),
        ("?rev=0123", GitSource("", REPOSITORY, COMMIT, ("rev", "0123"))),
        (
            "?subdirectory=a%2Fb&lfs=true&other=1",
            GitSource("", REPOSITORY, COMMIT, subdirectory="a/b", lfs=True),
        ),
        ("?path=dist%2Fa.whl", GitSource("", REPOSITORY, COMMIT, path="dist/a.whl")),
        ("?tag=a&branch=b", GitSource("", REPOSITORY, COMMIT, ("branch", "b"))),
    ],
)
def test_git_sources(query: str, expected: GitSource) -> None:
    url = f"{REPOSITORY}{query}#{COMMIT}"
    found = read_source({"git": url})
    assert isinstance(found, GitSource)
    assert str(found) == f"git+{url}"
    for name in ("repository", "commit", "reference", "subdirectory", "path", "lfs"):
        assert getattr(found, name) == getattr(expected, name)


@pytest.mark.parametrize(
    ("table", "at", "problem"),
    [
        ({}, "", "expected a source of a known kind"),
        ({"metadata": "x"}, "", "expected a source of a known kind"),
        ([], "", "expected a table, got an array"),
        ({"registry": 1}, "registry", "expected a string"),
        ({"url": "x", "subdirectory": 1}, "subdirectory", "expected a string"),
        ({"git": "no-scheme#" + COMMIT}, "git", "not a valid URL"),
        ({"git": "https://[#" + COMMIT}, "git", "not a valid URL"),
        ({"git": REPOSITORY}, "git", "expected a git URL that ends with a commit"),
        ({"git": f"{REPOSITORY}#main"}, "git", "expected a git URL that ends with a commit"),
        ({"git": f"{REPOSITORY}?rev={'f' * 40}#{COMMIT}"}, "git", "the requested commit differs"),
    ],
)
def test_what_is_no_source(table: object, at: str, problem: str) -> None:
    with pytest.raises(LockError) as caught:
        read_source(table)
    assert caught.value.at == at
    assert caught.value.problem.startswith(problem)
