"""Commands joined by `&&` and `||`, which the parser nests and the shell reads from the left."""

from collections.abc import Callable

from uvlayers.dockerfile.shell.alternatives import Ending, ending
from uvlayers.dockerfile.shell.syntax import Redirected, Statement, bare, shares_line


def joined(node: Statement) -> tuple[Statement, str, Statement] | None:
    """What a list joins, its `&&` or `||` between; None for whatever else `node` is.

    None as well for one that goes on below a heredoc: what joins it to the rest is not looked for.
    """
    inner, redirections = bare(node)
    parts = [child for child in inner.children if child.type != "comment"]
    if inner.type != "list" or len(parts) != 3 or any(map(shares_line, redirections)):
        return None
    left, operator, right = parts
    # the parser takes what is the last command's for the whole list's (POSIX, 2.10.2 Shell Grammar)
    last = Redirected(right, node) if redirections else right
    return left, operator.type, last


def succeeds(parts: tuple[Statement, str, Statement], outcome: Callable[[Statement], bool]) -> bool:
    """How what is `joined` ends, by the `outcome` of either side; the right one may be skipped."""
    left, operator, right = parts
    first = outcome(left)
    return first if first is (operator == "||") else outcome(right)


def and_list(node: Statement) -> tuple[list[Statement], Ending]:
    """The elements of an and-list, and how it ends where one of them fails.

    OPEN unless an alternative of all of them fails, such as `|| exit 1`.
    """
    parts = joined(node)
    if parts is None:
        return [node], Ending.OPEN
    left, operator, right = parts
    if operator == "||":
        elements, before = and_list(left)
        plain = elements != [left] or not _is_list(left)
        found = ending(right) if plain and before is Ending.OPEN else Ending.OPEN
        return ([node] if found is Ending.OPEN else elements), found
    first, first_ending = and_list(left)
    second, second_ending = and_list(right)
    if first_ending is Ending.FAILS:
        first, first_ending = [left], Ending.OPEN
    # `A || B && C` is what it looks like: C follows either
    others = first[1:] if _is_or_list(first[0]) else first
    ends = {first_ending, second_ending} != {Ending.OPEN}
    whole = ends or any(map(_is_list, others + second))
    return ([node] if whole else first + second), Ending.OPEN


def _is_list(node: Statement) -> bool:
    return bare(node)[0].type == "list"


def _is_or_list(node: Statement) -> bool:
    parts = joined(node)
    return parts is not None and parts[1] == "||"
