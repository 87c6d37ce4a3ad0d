"""Histories of a repository that git makes."""

from pathlib import Path

import pytest
from uvlayers.layers.plan import Wheel

from integration.bench.history.derive import Checkout, Reader, Repository, derive, is_dated
from integration.commands import run
from integration.oracle.costumes import Costume

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@mail.example", "-c", "commit.gpgsign=false")
PROJECT = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\n'
ZEROS = "0" * 64
READER = Reader(("--no-dev",), "server", Costume("3.13.1"))


def lock(*packages: str, time: str = "2026-01-02T03:04:05Z", revision: int = 3) -> str:
    """Of a project that needs these, each a name and a version."""
    found = [each.split() for each in packages]
    needed = ", ".join(f'{{ name = "{name}" }}' for name, _ in found)
    dated = f', upload-time = "{time}"' if time else ""
    return "\n".join(
        (
            f'version = 1\nrevision = {revision}\nrequires-python = ">=3.11"',
            '[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }',
            f"dependencies = [{needed}]",
            *(package(name, version, dated) for name, version in found),
        )
    )


def package(name: str, version: str, dated: str) -> str:
    url = f"https://files.example/{name}-{version}-py3-none-any.whl"
    return (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\n'
        'source = { registry = "https://index.example/simple" }\n'
        f'wheels = [{{ url = "{url}", hash = "sha256:{ZEROS}", size = 5{dated} }}]\n'
    )


class Git:
    def __init__(self, root: Path) -> None:
        self.root = root
        run(["git", "init", "--quiet", str(root)])
        (root / "server").mkdir()
        (root / "server/pyproject.toml").write_text(PROJECT)

    def commit(self, text: str) -> None:
        (self.root / "server/uv.lock").write_text(text)
        run(["git", "add", "--all"], directory=self.root)
        run(["git", *IDENTITY, "commit", "--quiet", "--message", "x"], directory=self.root)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path / "repository")


def test_each_lock_that_installs_something_else_counts(git: Git) -> None:
    git.commit(lock("a 1", time=""))
    git.commit(lock("a 1"))
    git.commit(lock("a 1", revision=2))
    git.commit("version = 99\n")
    git.commit(lock("a 2", "b 1"))
    found = derive("app", Repository(git.root), READER)
    assert (found.project, found.sync, found.python) == ("app", "uv sync --no-dev", "3.13.1")
    assert (found.commits, found.unread, found.same) == (5, 2, 1)
    a, b = (Wheel(name, "1", "", "", "", 5, "2026-01-02") for name in "ab")
    newer = Wheel("a", "2", "", "", "", 5, "2026-01-02")
    assert found.sets == ({"a": a}, {"a": newer, "b": b})


def test_a_checkout_shows_the_files_of_its_commit(git: Git) -> None:
    git.commit("one")
    git.commit("two")
    first, second = Repository(git.root).commits("server/uv.lock")
    files = Checkout(Repository(git.root), first)
    assert files.read("/workspace/server/uv.lock") == b"one"
    assert Checkout(files.repository, second).read("/workspace/server/uv.lock") == b"two"
    assert files.list("/workspace") == ("server",)
    assert files.list("/workspace/server") == ("pyproject.toml", "uv.lock")
    assert files.list("/workspace/client") is None
    assert files.read("/workspace/client/uv.lock") is None
    assert files.read("/etc/uv/uv.toml") is None
    assert files.list("/etc") is None


def test_a_lock_without_upload_times_tells_no_ages() -> None:
    dated, undated = (Wheel(time or "x", "1", "", "", "", 5, time) for time in ("2026-01-02", ""))
    assert is_dated({"a": dated})
    assert not is_dated({"a": dated, "b": undated})
    assert not is_dated({})
