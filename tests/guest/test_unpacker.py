"""The unpacker as one stand-alone program."""

import ast
import hashlib
import sys

from uvlayers.guest import unpacker

GOLDEN = "43decd4d30b121d62ac63aa2464ca39ff4b730f81f188f1bde50bbb32ef28397"


def top_level_names(tree: ast.Module) -> list[str]:
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [
                leaf.id
                for target in node.targets
                for leaf in ast.walk(target)
                if isinstance(leaf, ast.Name)
            ]
    return names


def test_its_bytes_are_those_that_layers_are_cached_under() -> None:
    # A different hash builds every layer of every user again: be sure, then update it.
    assert hashlib.sha256(unpacker()).hexdigest() == GOLDEN


def test_it_is_python_3_8() -> None:
    ast.parse(unpacker(), feature_version=(3, 8))


def test_its_parts_do_not_share_names() -> None:
    names = top_level_names(ast.parse(unpacker()))
    names = [name for name in names if name != "TYPE_CHECKING"]
    assert sorted(names) == sorted(set(names))


def test_it_imports_the_standard_library_alone() -> None:
    imported = set()
    for node in ast.walk(ast.parse(unpacker())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported <= set(sys.stdlib_module_names)
