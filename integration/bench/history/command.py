"""`bench history`: replay the committed histories under each plan, or make one of a git repository.

usage: python3 -m integration bench history [--project NAME …] [--json FILE]
       python3 -m integration bench history --derive GIT_DIRECTORY --name NAME [--sync=FLAGS] …
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from integration.bench.history.ages import described, rates
from integration.bench.history.derive import Reader, Repository, derive
from integration.bench.history.policies import all_policies
from integration.bench.history.record import dump, load_all
from integration.bench.history.report import document, histories_table, measure_all, table
from integration.oracle.costumes import Costume
from integration.steps import say

DATA = Path(__file__).parent / "data"
PYTHON = "3.13.1"


def main(argv: Sequence[str]) -> int:
    arguments = parse(argv)
    if arguments.derive is not None:
        return make(arguments)
    known = load_all(DATA)
    chosen = [each for each in known if each.project in (arguments.project or [each.project])]
    if not chosen:
        say("history", f"there are {', '.join(each.project for each in known)}")
        return 1
    measured = measure_all(chosen, all_policies())
    sys.stdout.write(f"{histories_table(chosen)}\n\n{table(measured)}\n\n")
    sys.stdout.write(f"Wheels that change, by age: {described(rates(chosen))}.\n")
    if arguments.json is not None:
        arguments.json.write_text(f"{document(measured)}\n", encoding="utf-8")
    return 0


def make(arguments: argparse.Namespace) -> int:
    reader = Reader(shlex.split(arguments.sync), arguments.directory, Costume(arguments.python))
    history = derive(arguments.name, Repository(arguments.derive), reader)
    if not history.sets:
        say("history", f"none of {history.commits} locks can be read with {arguments.python}")
        return 1
    target = DATA / f"{history.project}.json"
    target.write_text(dump(history), encoding="utf-8")
    say("history", f"{len(history.sets)} install sets of {history.commits} locks in {target}")
    return 0


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="integration bench history", description=__doc__)
    parser.add_argument("--project", action="append", help="only this history; may be repeated")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--derive", type=Path, metavar="GIT_DIRECTORY", help="make a history")
    parser.add_argument("--name", help="what to call it")
    parser.add_argument("--directory", default=".", help="where in the repository its uv.lock lies")
    parser.add_argument("--sync", default="--no-dev", help="flags of the `uv sync` that is meant")
    parser.add_argument("--python", default=PYTHON, help="for which CPython on x86_64")
    arguments = parser.parse_args(argv)
    if arguments.derive is not None and not arguments.name:
        parser.error("--derive needs a --name")
    return arguments


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
