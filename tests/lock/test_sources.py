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
    ("query", "path"),
    [
        ("", None),
        ("?tag=v1", None),
        ("?branch=x%2Fy", None),
        (f"?rev={COMMIT}", None),
        ("?rev=0123", None),
        (f"?rev={'f' * 40}&branch=b", None),
        ("?subdirectory=a%2Fb&lfs=true&other=1", None),
        ("?path=dist%2Fa.whl", "dist/a.whl"),
        ("?path=a.whl&path=b.whl", "b.whl"),
    ],
)
def test_git_sources(query: str, path: str | None) -> None:
    url = f"{REPOSITORY}{query}#{COMMIT}"
    found = read_source({"git": url})
    assert found == GitSource(url, path)
    assert str(found) == f"git+{url}"


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
