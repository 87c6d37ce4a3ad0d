"""Commands joined by `&&` and `||`, which the parser nests and the shell reads from the left."""

from tree_sitter import Node

from uvlayers.dockerfile.shell.syntax import source


def joined(node: Node) -> tuple[Node, str, Node] | None:
    """What a list joins, its `&&` or `||` between; None for whatever else `node` is."""
    parts = [child for child in node.children if child.type != "comment"]
    if node.type != "list" or len(parts) != 3:
        return None
    left, operator, right = parts
    return left, operator.type, right


def and_list(node: Node) -> tuple[list[Node], bool]:
    """The elements of an and-list; True when `|| exit 1` ends the script if one of them fails."""
    parts = joined(node)
    if parts is None:
        return [node], False
    left, operator, right = parts
    if operator == "||":
        elements, aborts = and_list(left)
        plain = elements != [left] or left.type != "list"
        return (elements, True) if plain and not aborts and _fails(right) else ([node], False)
    first, first_aborts = and_list(left)
    second, second_aborts = and_list(right)
    # `A || B && C` is what it looks like: C follows either
    others = first[1:] if _is_or_list(first[0]) else first
    whole = first_aborts or second_aborts or "list" in {e.type for e in others + second}
    return ([node], False) if whole else (first + second, False)


def _is_or_list(node: Node) -> bool:
    parts = joined(node)
    return parts is not None and parts[1] == "||"


def _fails(node: Node) -> bool:
    """`exit` with a status that is plainly not zero."""
    words = source(node).split()
    return len(words) == 2 and words[0] == "exit" and words[1].isdigit() and int(words[1]) % 256 > 0
