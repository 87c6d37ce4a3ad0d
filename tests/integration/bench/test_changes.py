"""Which package is upgraded or removed, on locks that nobody resolves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.bench import changes
from integration.bench.changes import (
    FILE,
    attempt,
    direct,
    fits,
    installed,
    movable,
    moved,
    remove,
    shrunk,
    upgrade,
    wheel_size,
)
from integration.bench.project import Entry, Project
from integration.commands import CommandFailedError
from integration.errors import SetupError

INDEX = {"registry": "https://index.example/simple"}


def entry(
    name: str, size: int | None = 1000, version: str = "2", tags: str = "py3-none-any"
) -> Entry:
    url = f"https://files.example/{name}-{version}-{tags}.whl"
    wheel = {"url": url} if size is None else {"url": url, "size": size}
    return {"name": name, "version": version, "source": INDEX, "wheels": [wheel]}


ROOT: Entry = {"name": "web", "source": {"virtual": "."}}


Outcomes = Mapping[tuple[str, ...], Sequence[Entry]]


@dataclass(frozen=True)
class Written(Project):
    """Its uv writes the lock that a command is said to lead to."""

    outcomes: Outcomes

    def uv(self, *arguments: str) -> str:
        if arguments[0] == "export":
            return "\n".join(f"{each['name']}==1" for each in self.locked())
        if arguments not in self.outcomes:
            raise CommandFailedError(arguments, 1, "no solution")
        write(self.directory, self.outcomes[arguments])
        return ""


def write(directory: Path, entries: Sequence[Entry]) -> None:
    lines = []
    for each in entries:
        source = ", ".join(f'{key} = "{value}"' for key, value in each["source"].items())
        wheels = ", ".join(
            f'{{url = "{wheel["url"]}", size = {wheel["size"]}}}'
            for wheel in each.get("wheels", ())
        )
        lines += [
            "[[package]]",
            f'name = "{each["name"]}"',
            f'version = "{each.get("version", "0")}"',
            f"source = {{ {source} }}",
            f"wheels = [{wheels}]",
        ]
    (directory / "uv.lock").write_text("\n".join(lines))


def project(directory: Path, entries: Sequence[Entry], outcomes: Outcomes) -> Project:
    names = ", ".join(f'"{each["name"]}>=1"' for each in entries)
    (directory / "pyproject.toml").write_text(f"[project]\ndependencies = [{names}]\n")
    write(directory, entries)
    return Written(directory, {}, outcomes)


A, B, C = entry("a", 100), entry("b", 1_500_000), entry("c", 40_000_000)


def test_an_upgrade_moves_the_wheel_that_is_nearest_to_the_size(tmp_path: Path) -> None:
    moved_b = ("lock", "--upgrade-package", "b<2")
    made = project(tmp_path, [A, B, C], {moved_b: [A, entry("b", 9, "1.9"), C]})
    assert upgrade(made) == "b"
    assert [each["version"] for each in made.locked()] == ["2", "1.9", "2"]


def test_an_upgrade_that_changes_more_is_undone_and_another_one_made(tmp_path: Path) -> None:
    older = {name: entry(name, 10, "1") for name in "abc"}
    outcomes: Outcomes = {
        ("lock", "--upgrade-package", "b<2"): [older["a"], older["b"], C],
        ("lock", "--upgrade-package", "c<2"): [A, B, older["c"]],
    }
    made = project(tmp_path, [A, B, C], outcomes)
    assert upgrade(made) == "c"
    assert [each["version"] for each in made.locked()] == ["2", "2", "1"]


def test_a_lock_that_cannot_be_moved(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no locked wheel has an older version"):
        upgrade(project(tmp_path, [A, B], {}))


def test_what_is_removed_takes_a_package_with_it(tmp_path: Path) -> None:
    outcomes: Outcomes = {
        ("remove", "a", "--no-sync"): [A, B, C],
        ("remove", "b", "--no-sync"): [A, C],
        ("remove", "c", "--no-sync"): [A, B],
    }
    made = project(tmp_path, [A, B, C], outcomes)
    assert remove(made) == "b"
    assert [each["name"] for each in made.locked()] == ["a", "c"]
    with pytest.raises(SetupError, match="no dependency of the project can be removed"):
        remove(project(tmp_path, [A, B], {}))


def test_what_fails_leaves_the_project_as_it_was(tmp_path: Path) -> None:
    made = project(tmp_path, [A], {})
    before = (tmp_path / "uv.lock").read_bytes()
    assert not attempt(made, ["lock", "--nonsense"], lambda _before, _after: True)
    assert (tmp_path / "uv.lock").read_bytes() == before


def test_only_what_every_environment_has_can_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a==1\nb-c[d]==2.0\ne==1 ; sys_platform == 'win32'\n-e ./member\n"
    monkeypatch.setattr(Project, "uv", lambda *_: text)
    assert installed(Project(Path(), {})) == {"a", "b-c"}


def test_direct_dependencies_have_normal_names(tmp_path: Path) -> None:
    text = '[project]\ndependencies = ["Zope.Interface[x]>=1", "attrs; sys_platform == \'x\'"]\n'
    (tmp_path / "pyproject.toml").write_text(text)
    assert direct(Project(tmp_path, {})) == ["attrs", "zope-interface"]


def test_candidates_are_installed_from_an_index_once_and_have_a_size() -> None:
    locked = [ROOT, A, B, C, entry("d", 5), entry("d", 5, "3"), entry("e", None)]
    names = {"web", "b", "c", "d", "e"}
    assert [each["name"] for each in movable(locked, names, 1e6)] == ["b", "c"]
    assert [each["name"] for each in movable(locked, names, 30e6)] == ["c", "b"]


@pytest.mark.parametrize(
    ("tags", "usable"),
    [
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("py2-none-any", False),
        ("cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", True),
        ("cp39-abi3-manylinux_2_28_x86_64", True),
        ("cp313-cp313t-manylinux_2_17_x86_64", False),
        ("cp312-cp312-manylinux_2_17_x86_64", False),
        ("cp313-cp313-musllinux_1_2_x86_64", False),
        ("cp313-cp313-manylinux_2_17_aarch64", False),
        ("cp313-cp313-win_amd64", False),
    ],
)
def test_wheels_that_the_image_can_install(tags: str, usable: bool) -> None:
    match = FILE.search(f"a-1-{tags}.whl")
    assert match
    assert fits(match, "x86_64") is usable
    assert (wheel_size(entry("a", 7, tags=tags), "x86_64") == 7) is usable


def test_a_change_is_of_one_package_and_no_other() -> None:
    assert moved("a")([ROOT, A, B], [ROOT, entry("a", 1, "1"), B])
    assert not moved("a")([A, B], [A, B])
    assert not moved("a")([A, B], [entry("a", 1, "1", "cp27-none-win32"), B])
    assert shrunk([A, B, C], [A])
    assert not shrunk([A, B], [A, B])
    assert not shrunk([A, B], [entry("a", 1, "1")])


def test_ten_are_added_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[Sequence[str]] = []
    monkeypatch.setattr(Project, "locked", lambda _self: [A])
    monkeypatch.setattr(Project, "add_all", lambda _self, names: added.append(names))
    names = changes.add_ten(Project(Path(), {}))
    assert added == [names]
    assert len(set(names)) == 10
