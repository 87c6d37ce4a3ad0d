import os
import py_compile
import shutil
from pathlib import Path

import pytest

from integration.list_files import list_differing, list_files


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    """Two trees with the same module and its bytecode: not copies but the very same files."""
    left, right = tmp_path / "left", tmp_path / "right"
    (left / "lib").mkdir(parents=True)
    (left / "lib/shop.py").write_text("one = 1\n")
    py_compile.compile(str(left / "lib/shop.py"))
    shutil.copytree(left, right, copy_function=os.link)
    return left, right


def listed(left: Path, right: Path) -> list[str]:
    """The paths of files and links; a directory is never the same one."""
    found = list_differing(str(left), str(right))
    base = f"{left.parent}/".lstrip("/")
    return sorted(e["path"].removeprefix(base) for e in found if e["kind"] != "directory")


def bytecode(side: Path) -> Path:
    (found,) = side.rglob("*.pyc")
    return found


def test_what_two_trees_share_is_not_listed(sides: tuple[Path, Path]) -> None:
    assert listed(*sides) == []
    assert [e["path"] for e in list_differing(*map(str, sides))] != []


def test_what_only_one_has_is_listed(sides: tuple[Path, Path]) -> None:
    left, right = sides
    (left / "more").write_text("x")
    (right / "link").symlink_to("shop.py")
    assert listed(left, right) == ["left/more", "right/link"]


def test_a_copy_is_read(sides: tuple[Path, Path]) -> None:
    left, right = sides
    shutil.copy2(left / "lib/shop.py", right / "copy.py")
    os.link(left / "lib/shop.py", left / "copy.py")
    assert {"left/copy.py", "right/copy.py"} <= set(listed(left, right))


def test_bytecode_is_read_where_its_source_differs(sides: tuple[Path, Path]) -> None:
    left, right = sides
    (right / "lib/shop.py").unlink()
    (right / "lib/shop.py").write_text("one = 2\n" * 2)
    names = [str(bytecode(side).relative_to(left.parent)) for side in sides]
    assert listed(left, right) == sorted([*names, "left/lib/shop.py", "right/lib/shop.py"])
    digests = {entry["path"]: entry.get("sha256") for entry in list_files([str(right)])}
    assert " stale " in str(digests[str(bytecode(right)).lstrip("/")])
