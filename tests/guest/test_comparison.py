import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from uvlayers.guest import comparison
from uvlayers.guest.comparison import Undone, compare, is_same

PATH = "/app"


@pytest.fixture
def states(tmp_path: Path) -> tuple[Path, Path]:
    """The same files twice, as two layers have them: the inodes are others."""
    for state in ("before", "after"):
        site = tmp_path / state / "app/.venv/lib"
        site.mkdir(parents=True)
        for path in (site / "module.py", site.parent.parent / "README"):
            path.write_text("text")
            os.utime(path, (1, 1))
        (site / "link").symlink_to("module.py")
        os.utime(site / "link", (1, 1), follow_symlinks=False)
    return tmp_path / "before", tmp_path / "after"


def compared(states: tuple[Path, Path]) -> bool:
    before, after = states
    return compare(str(before), str(after), PATH)


def test_nothing_has_happened(states: tuple[Path, Path]) -> None:
    assert compared(states) is False


@pytest.mark.parametrize(
    "change",
    [
        lambda app: (app / ".venv/lib/new.py").write_text(""),
        lambda app: (app / ".venv/new").mkdir(),
        lambda app: (app / "new").symlink_to("README"),
    ],
)
def test_something_is_added(states: tuple[Path, Path], change: Callable[[Path], object]) -> None:
    change(states[1] / "app")
    assert compared(states) is True


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda app: (app / ".venv/lib/module.py").unlink(), "/app/.venv/lib/module.py"),
        (lambda app: (app / ".venv/lib/module.py").write_text("more"), "/app/.venv/lib/module.py"),
        (lambda app: (app / ".venv/lib/module.py").chmod(0o700), "/app/.venv/lib/module.py"),
        (lambda app: os.utime(app / ".venv/lib/module.py", (2, 2)), "/app/.venv/lib/module.py"),
        (lambda app: (app / "README").unlink(), "/app/README"),
        (lambda app: (app / "README").write_text("other"), "/app/README"),
        (lambda app: (app / "README").chmod(0o600), "/app/README"),
        (lambda app: (app / ".venv").chmod(0o711), "/app/.venv"),
        (lambda app: app.chmod(0o711), "/app"),
        (lambda app: (app / ".venv/lib/link").unlink(), "/app/.venv/lib/link"),
    ],
)
def test_something_is_not_what_it_was(
    states: tuple[Path, Path], change: Callable[[Path], object], path: str
) -> None:
    change(states[1] / "app")
    with pytest.raises(Undone) as undone:
        compared(states)
    assert undone.value.args == (path,)


def test_another_kind(states: tuple[Path, Path]) -> None:
    readme = states[1] / "app/README"
    readme.unlink()
    readme.mkdir()
    with pytest.raises(Undone, match="/app/README"):
        compared(states)


def test_a_link_in_the_place_of_the_directory(states: tuple[Path, Path]) -> None:
    app = states[1] / "app"
    app.rename(states[1] / "elsewhere")
    app.symlink_to("elsewhere")
    with pytest.raises(Undone, match="/app"):
        compared(states)


def test_contents_are_read_where_dates_say_nothing(states: tuple[Path, Path]) -> None:
    before, after = (each / "app/.venv/lib/module.py" for each in states)
    after.write_text("test")
    os.utime(after, (1, 1))
    assert not is_same(str(before), before.lstat(), str(after), after.lstat())
    assert is_same(str(before), before.lstat(), str(before), before.lstat())


def test_attributes_are_compared(states: tuple[Path, Path]) -> None:
    before, after = (each / "app/.venv/lib/module.py" for each in states)
    try:
        os.setxattr(after, "user.x", b"1")
    except OSError:
        pytest.skip("the file system has no attributes")
    assert not is_same(str(before), before.lstat(), str(after), after.lstat())


@pytest.mark.parametrize(("gone", "told"), [(False, "added"), (True, "undone")])
def test_the_program(states: tuple[Path, Path], tmp_path: Path, *, gone: bool, told: str) -> None:
    before, after = states
    if gone:
        (after / "app/README").unlink()
    facts = tmp_path / "facts.json"
    document = {
        "before": str(before),
        "after": str(after),
        "path": PATH,
        "facts": str(facts),
    }
    program = [sys.executable, "-I", "-S", "-B", comparison.__file__, json.dumps(document)]
    subprocess.run(program, check=True)
    assert set(json.loads(facts.read_text())) == {told}


def test_it_is_python_3_8() -> None:
    ast.parse(Path(comparison.__file__).read_text(), feature_version=(3, 8))
