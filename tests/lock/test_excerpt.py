import pytest
from uvlayers.errors import Unsupported
from uvlayers.lock.excerpt import ROOT, excerpt, local_archive
from uvlayers.lock.model import Lock, Package
from uvlayers.lock.parse import parse_lock

DIRECTORY, ELSEWHERE = "/app", "/uvlayers/build/project"
COMMIT = "0" * 40
HASH = "sha256:" + "a" * 64
GIT = f"https://example.org/r?tag=v1&subdirectory=in#{COMMIT}"


def lock_of(package: str, more: str = "") -> Lock:
    text = f'version = 1\nrequires-python = ">=3.11"\n{more}\n[[package]]\nname = "x"\n{package}\n'
    return parse_lock(text.encode())


def taken_out(lock: Lock) -> Package:
    """The package as uv would find it in the excerpt."""
    text = excerpt(lock, lock.named("x")[0], DIRECTORY, ELSEWHERE)
    found = parse_lock(text.encode())
    (root,) = found.named(ROOT)
    assert [found.packages[edge.target].name for edge in root.dependencies] == ["x"]
    assert found.requires_python == ">=3.11"
    (package,) = found.named("x")
    return package


@pytest.mark.parametrize(
    ("package", "source", "archive"),
    [
        (
            (
                'version = "1"\nsource = { registry = "https://example.org/simple" }\n'
                f'sdist = {{ url = "https://example.org/x-1.tar.gz", hash = "{HASH}", size = 3 }}'
            ),
            "registry+https://example.org/simple",
            None,
        ),
        (
            'version = "1"\nsource = { registry = "links" }\nsdist = { path = "x-1.tar.gz" }',
            "registry+../../../app/links",
            "/app/links/x-1.tar.gz",
        ),
        (
            f'version = "1"\nsource = {{ path = "../x.zip" }}\nsdist = {{ hash = "{HASH}" }}',
            "path+../../../x.zip",
            "/x.zip",
        ),
        (
            (
                'version = "1"\n'
                'source = { url = "https://example.org/x.zip", subdirectory = "in" }\n'
                f'sdist = {{ hash = "{HASH}" }}'
            ),
            "direct+https://example.org/x.zip",
            None,
        ),
        (f'source = {{ git = "{GIT}" }}', f"git+{GIT}", None),
    ],
)
def test_the_source_is_the_same(package: str, source: str, archive: str | None) -> None:
    lock = lock_of(package)
    (before,) = lock.named("x")
    found = taken_out(lock)
    assert str(found.source) == source
    assert found.version == before.version
    assert local_archive(before, DIRECTORY) == archive
    if before.sdist is not None and found.sdist is not None:
        assert (found.sdist.url, found.sdist.hash) == (before.sdist.url, before.sdist.hash)


def test_wheels_and_dependencies_play_no_part() -> None:
    package = (
        'version = "1"\nsource = { registry = "https://example.org/simple" }\n'
        'sdist = { url = "https://example.org/x-1.tar.gz" }\n%s\n'
    )
    wheels = 'wheels = [{ url = "https://example.org/x-1-py3-none-any.whl" }]'
    other = '[[package]]\nname = "y"\nversion = "1"\nsource = { virtual = "y" }'
    bare = lock_of(package % "")
    full = lock_of(package % f'dependencies = [{{ name = "y" }}]\n{wheels}\n{other}')
    texts = {excerpt(lock, lock.named("x")[0], DIRECTORY, ELSEWHERE) for lock in (bare, full)}
    assert len(texts) == 1


def test_build_constraints_are_kept() -> None:
    constraints = '[manifest]\nbuild-constraints = [{ name = "setuptools", specifier = "<70" }]\n'
    lock = lock_of(f'source = {{ git = "{GIT}" }}', constraints)
    text = excerpt(lock, lock.named("x")[0], DIRECTORY, ELSEWHERE)
    constraint = '{ "name" = "setuptools", "specifier" = "<70" }'
    assert f"[manifest]\nbuild-constraints = [{constraint}]\n" in text


def test_a_local_build_constraint_is_refused() -> None:
    constraints = '[manifest]\nbuild-constraints = [{ name = "setuptools", directory = "s" }]\n'
    lock = lock_of(f'source = {{ git = "{GIT}" }}', constraints)
    with pytest.raises(Unsupported, match="local package"):
        excerpt(lock, lock.named("x")[0], DIRECTORY, ELSEWHERE)


@pytest.mark.parametrize("source", ['{ directory = "x" }', f'{{ git = "{GIT}&path=x.zip" }}'])
def test_what_needs_the_project_is_refused(source: str) -> None:
    source = source.replace(f"#{COMMIT}&path=x.zip", f"&path=x.zip#{COMMIT}")
    sdist = f'\nsdist = {{ hash = "{HASH}" }}' if "path=" in source else ""
    lock = lock_of(f"source = {source}{sdist}")
    with pytest.raises(Unsupported, match="files of the project"):
        excerpt(lock, lock.named("x")[0], DIRECTORY, ELSEWHERE)
