"""What `echo` and `printf` print, where all shells print the same (POSIX.1-2024, `echo`, `printf`).

`dash` interprets backslashes in what it echoes and `bash` does not; they differ in options, too.
"""

import re
from collections.abc import Iterator, Sequence

from uvlayers.dockerfile.shell.scope import NotUnderstood

_FORMAT = re.compile(r"(?:%s|%%|\\n|[^%\\])+")
_PARTS = re.compile(r"%s|%%|\\n")


def echoed(fields: Sequence[str]) -> str:
    """What `echo` prints; raises `NotUnderstood`."""
    first = fields[0] if fields else ""
    # no shell has options of more than one letter: `--no-dev` is printed
    if (first.startswith("-") and not first.startswith("--")) or first == "--":
        raise NotUnderstood("`echo` may take it for an option")
    text = " ".join(fields)
    if "\\" in text:
        raise NotUnderstood("`echo` may interpret a backslash")
    return f"{text}\n"


def formatted(fields: Sequence[str]) -> str:
    """What `printf` prints; raises `NotUnderstood`."""
    if fields[:1] == ["--"]:
        fields = fields[1:]
    elif fields and fields[0].startswith("-"):
        raise NotUnderstood("`printf` may take it for an option")
    if not fields or not _FORMAT.fullmatch(fields[0]):
        raise NotUnderstood("the format is not plain")
    layout, values = fields[0], fields[1:]
    wanted = _PARTS.findall(layout).count("%s")
    if not values:
        values = [""] * wanted
    if len(values) % wanted if wanted else values:
        raise NotUnderstood("the format has another number of values")
    pending = iter(values)
    times = len(values) // wanted if wanted else 1
    return "".join(_PARTS.sub(lambda part: _part(part[0], pending), layout) for _ in range(times))


def _part(written: str, values: Iterator[str]) -> str:
    match written:
        case "%s":
            return next(values)
        case "%%":
            return "%"
        case _:
            return "\n"
