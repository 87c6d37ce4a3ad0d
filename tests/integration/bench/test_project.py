import tomllib
from pathlib import Path

import pytest

from integration.bench.project import (
    ADDITIONS,
    Entry,
    Project,
    copy_project,
    module_name,
    next_additions,
    require_single_wheels,
)
from integration.errors import SetupError


def entry(name: str, version: str = "1", *wheels: str) -> Entry:
    files = wheels or (f"{name}-{version}-py3-none-any.whl",)
    return {
        "name": name,
        "version": version,
        "source": {"registry": "https://index.example/simple"},
        "wheels": [{"url": f"https://files.example/{file}"} for file in files],
    }


def root(*dependencies: str) -> Entry:
    return {
        "name": "web",
        "source": {"virtual": "."},
        "dependencies": [{"name": name} for name in dependencies],
    }


def test_an_addition_is_not_in_the_lock_yet() -> None:
    assert next_additions({"b", "web"}, 1, ["b", "c", "d"]) == ["c"]
    assert next_additions({"b", "web"}, 2, ["b", "c", "d", "e"]) == ["c", "d"]
    assert len(set(ADDITIONS)) == len(ADDITIONS)


def test_additions_run_out() -> None:
    with pytest.raises(SetupError, match="of 3 packages that could be added the lock lacks 1"):
        next_additions({"b", "c"}, 2, ["b", "c", "d"])


def test_one_pure_wheel_and_the_project_itself_may_change() -> None:
    before, after = [root("a"), entry("a")], [root("a", "b"), entry("a"), entry("b")]
    require_single_wheels(["b"], before, after)


def test_several_may_be_added_at_once() -> None:
    before, after = [entry("a")], [entry("a"), entry("b"), entry("c")]
    require_single_wheels(["c", "b"], before, after)
    with pytest.raises(SetupError, match="adding `b, d` changed other packages of the lock: b, c"):
        require_single_wheels(["b", "d"], before, after)


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ([root("a", "b"), entry("a"), entry("b"), entry("c")], "other packages of the lock: b, c"),
        ([root("a", "b"), entry("a", "2"), entry("b")], "other packages of the lock: a, b"),
        ([root("a", "b"), entry("b")], "other packages of the lock: a, b"),
        (
            [root("a", "b"), entry("a"), entry("b", "1", "b-1-cp313-cp313-linux_x86_64.whl")],
            "`b` has no wheel for every platform any more",
        ),
    ],
)
def test_nothing_else_may_change(after: list[Entry], message: str) -> None:
    with pytest.raises(SetupError, match=message):
        require_single_wheels(["b"], [root("a"), entry("a")], after)


def test_a_copy_can_be_changed_and_leaves_what_it_does_not_need(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / ".venv").mkdir(parents=True)
    (source / "src" / "__pycache__").mkdir(parents=True)
    (source / "uv.lock").write_text('version = 1\n[[package]]\nname = "web"\n', encoding="utf-8")
    (source / "uv.lock").chmod(0o444)
    source.chmod(0o555)
    project = copy_project(source, tmp_path / "copy", {})
    assert isinstance(project, Project)
    assert sorted(str(p.relative_to(project.directory)) for p in project.directory.rglob("*")) == [
        "src",
        "uv.lock",
    ]
    assert all(p.stat().st_mode & 0o200 for p in (project.directory, *project.directory.iterdir()))
    assert project.locked() == [{"name": "web"}]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "My.web-app"\n')
    monkeypatch.setattr(Project, "lock", lambda self: (self.directory / "uv.lock").touch())
    return Project(tmp_path, {})


def test_a_project_is_packaged_once(bare: Project) -> None:
    assert module_name("My.web-app") == "my_web_app"
    bare.package()
    assert (bare.directory / "src/my_web_app/__init__.py").exists()
    assert (bare.directory / "uv.lock").exists()
    packaged = (bare.directory / "pyproject.toml").read_text()
    assert tomllib.loads(packaged)["build-system"]["requires"] == ["hatchling"]
    bare.package()
    assert (bare.directory / "pyproject.toml").read_text() == packaged


def test_code_that_is_there_stays_alone(bare: Project) -> None:
    (bare.directory / "src").mkdir()
    bare.add_code()
    assert not list((bare.directory / "src").iterdir())
