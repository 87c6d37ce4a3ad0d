"""`corpus [NAME …]`: build the Dockerfiles of the corpus with and without uvlayers, and compare.

Afterwards a table says for every shape what becomes of it, and why. A NAME selects all cases that
have it in their own; `--write` puts the table of all cases into docs/shapes.md.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from integration.cases import Case, Mark, read_cases
from integration.errors import SetupError
from integration.frontends import frontends
from integration.index_server import serve_index
from integration.machine import bring_up
from integration.projects import Projects
from integration.side_by_side import WORKERS, SideBySide, make_context
from integration.steps import say
from integration.venv import REPOSITORY

DOCUMENT = REPOSITORY / "docs/shapes.md"
BEGIN = "<!-- corpus: the table that `python3 -m integration corpus --write` writes -->"
END = "<!-- /corpus -->"

# The groups of the corpus by the first word of a case's name, in the table's order.
GROUPS = {
    "run": "Commands",
    "stage": "Stages",
    "after": "After the environment",
    "place": "Users and places",
    "base": "Base images",
    "pip": "`uv pip` with a lock",
    "other": "Other instructions",
    "fails": "Builds that fail",
    "none": "Without a sync",
}

UNTOUCHED = "docker's own image"
DOCKERS_ERROR = "docker's own error"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="integration corpus",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--write", action="store_true", help="write the table into docs/shapes.md")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of a case's name")
    arguments = parser.parse_args(argv)
    known = read_cases()
    cases = [case for case in known if selected(case, arguments.names)]
    if not cases:
        raise SetupError(f"no case has `{arguments.names[0]}` in its name")
    differing = build(cases)
    sys.stdout.write(table(cases))
    if arguments.write:
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), known), encoding="utf-8")
    say("corpus", f"{len(cases)} Dockerfiles, {differing} of them with differences")
    return 1 if differing else 0


def selected(case: Case, names: Sequence[str]) -> bool:
    return not names or any(name in case.name for name in names)


def build(cases: Sequence[Case]) -> int:
    """Build and compare cases, a few at a time; how many of them differ from docker's own."""
    machine = bring_up()
    syntax = machine.frontend_image()
    with (
        TemporaryDirectory() as work,
        serve_index() as index,
        frontends(machine.engine, syntax, Path(work) / "builds") as both,
    ):
        projects = Projects(
            Path(work) / "projects", machine.cache.venv / "bin/uv", machine.environment
        )
        sides = SideBySide(machine, both, make_context(projects, index))
        differing = 0
        with ThreadPoolExecutor(WORKERS) as pool:
            for case, found in zip(cases, pool.map(sides.differences, cases), strict=True):
                say("corpus", f"{case.name}: {len(found)} differences" if found else case.name)
                sys.stdout.writelines(f"    {line}\n" for line in found)
                differing += bool(found)
    return differing


def table(cases: Sequence[Case]) -> str:
    """A table for each group, in Markdown."""
    parts = []
    for group, title in GROUPS.items():
        rows = [row(case) for case in cases if case.group == group]
        if rows:
            parts += ["", f"## {title}", "", "| shape | becomes |", "|---|---|", *rows]
    return "\n".join([*parts, "", ""])


def row(case: Case) -> str:
    shape = f"[{case.shape}](../integration/corpus/{case.name}.Dockerfile)"
    cells = (cell.replace("|", r"\|") for cell in (shape, "; ".join(outcomes(case))))
    return f"| {' | '.join(cells)} |"


def outcomes(case: Case) -> Iterator[str]:
    """What becomes of a case, each outcome once, in the order of its lines."""
    if not case.marks:
        yield UNTOUCHED
    yield from dict.fromkeys(outcome(mark) for mark in case.marks)


def outcome(mark: Mark) -> str:
    if mark.verdict == "fails":
        return str(mark) if mark.reason else DOCKERS_ERROR
    return f"copied as {mark}" if mark.copies else str(mark)


def written(document: str, cases: Sequence[Case]) -> str:
    """The document with the table of these cases between its markers."""
    head, begin, rest = document.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SetupError("docs/shapes.md has no place for the table")
    return f"{head}{BEGIN}\n{table(cases)}{END}{tail}"
