"""The rules of who may import whom, and what a build may import at all, held against the source.

CONTRIBUTING.md states them; a module that needs an exception needs another place first.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "frontend"
PACKAGE = ROOT / "uvlayers"

PURE = ("lock", "python", "layers", "llb", "settings")
HOST_FACTS = frozenset(
    {
        "platform",
        "sysconfig",
        "os.environ",
        "os.uname",
        "os.getuid",
        "sys.platform",
        "sys.version_info",
    }
)
# Neither the network nor processes nor files: what a pure module is not handed, it has not.
EFFECTS = frozenset(
    {"grpc", "io", "os", "pathlib", "socket", "subprocess", "sys", "tempfile", "urllib.request"}
)
# Each costs every build more than it gives: see style.md on start-up.
SLOW = ("argparse", "importlib.metadata", "importlib.resources", "pathlib", "unittest")
THIRD_PARTY = {"google", "grpc", "packaging", "tomli", "tree_sitter", "tree_sitter_bash"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def sources() -> Mapping[str, ast.Module]:
    """Our own modules by name; what protoc wrote is nobody's style."""
    return {
        module_name(path): ast.parse(path.read_text(encoding="utf-8"), str(path))
        for path in PACKAGE.rglob("*.py")
        if "pb" not in path.relative_to(PACKAGE).parts[:-1]
    }


def imports(tree: ast.Module) -> Iterator[str]:
    """Dotted names, of a `from` import both the module and what is taken from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide who imports whom"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def importers(*targets: str) -> set[str]:
    return {
        module
        for module, tree in sources().items()
        if any(within(name, *targets) for name in imports(tree))
    }


def part(module: str) -> str:
    """The package or module below `uvlayers` that a module belongs to."""
    return module.split(".")[1] if "." in module else ""


def test_only_the_gateway_knows_grpc() -> None:
    assert {part(module) for module in importers("grpc")} == {"gateway"}


def test_only_emit_turns_planned_layers_into_vertices() -> None:
    both = importers("uvlayers.layers.plan.Layer") & importers("uvlayers.llb.ops")
    assert both == {"uvlayers.emit"}


def test_nobody_imports_the_story_but_the_entry_point() -> None:
    assert importers("uvlayers.build") == {"uvlayers.__main__"}
    assert importers("uvlayers.rewrite") == {"uvlayers.build"}
    assert importers("uvlayers.__main__") == set()


def test_no_two_packages_import_each_other() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    edges = {
        (part(module), part(name))
        for module, tree in sources().items()
        for name in imports(tree)
        if within(name, "uvlayers") and {part(module), part(name)} <= packages
    }
    assert {(one, other) for one, other in edges if one != other and (other, one) in edges} == set()


@pytest.mark.parametrize("package", PURE)
def test_pure_packages_have_no_effects(package: str) -> None:
    mine = {name: tree for name, tree in sources().items() if part(name) == package}
    assert mine
    for module, tree in mine.items():
        for name in imports(tree):
            assert not within(name, "uvlayers.gateway", *EFFECTS), f"{module} imports {name}"


def test_the_host_is_never_the_target() -> None:
    for module, tree in sources().items():
        if part(module) in {"guest", "__main__"}:
            continue
        for name in imports(tree):
            assert name not in HOST_FACTS, f"{module} imports {name}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                named = f"{node.value.id}.{node.attr}"
                assert named not in HOST_FACTS, f"{module} looks up {named}"


def test_the_guest_stands_alone() -> None:
    for module, tree in sources().items():
        if part(module) != "guest" or module == "uvlayers.guest":
            continue
        for name in imports(tree):
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or within(name, "uvlayers.guest"), module


def test_nothing_prints() -> None:
    """Standard output is the wire; guests print into the build's own log."""
    for module, tree in sources().items():
        if part(module) == "guest":
            continue
        called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert not any(isinstance(f, ast.Name) and f.id == "print" for f in called), module


def test_module_sizes() -> None:
    for path in PACKAGE.rglob("*.py"):
        if "pb" not in path.relative_to(PACKAGE).parts:
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path.name


def test_what_a_start_may_cost() -> None:
    """Every build pays for every import, so each has a reason or stays out."""
    for module, tree in sources().items():
        if part(module) == "guest":
            continue
        for name in imports(tree):
            assert not within(name, *SLOW), f"{module} imports {name}"
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names | THIRD_PARTY | {"uvlayers"}, module
