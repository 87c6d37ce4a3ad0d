"""Which pairs of code objects differ. Run by the interpreter that made them; 3.8 grammar.

Standard input: `[{"path": …, "codes": [hex, hex]}]`; standard output: the paths that differ.
"""

import json
import marshal
import sys
import types

FIELDS = [
    name
    for name in dir(types.CodeType)
    # co_lnotab is derived, and deprecated since Python 3.12; constants are compared one by one
    if name.startswith("co_") and name not in ("co_lnotab", "co_consts", "co_lines", "co_positions")
]
if sys.version_info < (3, 10):  # noqa: UP036
    FIELDS.append("co_lnotab")


def same(one: object, other: object) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, types.CodeType) and isinstance(other, types.CodeType):
        return same(one.co_consts, other.co_consts) and all(
            getattr(one, name) == getattr(other, name)
            for name in FIELDS
            if not callable(getattr(one, name))
        )
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return sorted(map(describe, one)) == sorted(map(describe, other))
    # repr tells 0.0 from -0.0, and says that nan is nan
    return repr(one) == repr(other)


def describe(constant: object) -> str:
    return type(constant).__name__ + repr(constant)


def main() -> None:
    differing = []
    for pair in json.load(sys.stdin):
        one, other = (marshal.loads(bytes.fromhex(code)) for code in pair["codes"])
        if not same(one, other):
            differing.append(pair["path"])
    json.dump(differing, sys.stdout)


if __name__ == "__main__":
    main()
