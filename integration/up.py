"""`up`: everything ready to use."""

import argparse

from integration.machine import bring_up
from integration.recipes import ON_DEMAND, STANDARD
from integration.steps import say


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="integration up", description=__doc__)
    parser.add_argument("--second", action="store_true", help="the engine without MergeOp, too")
    parser.add_argument("--all", action="store_true", help="every image, not only the usual ones")
    arguments = parser.parse_args(argv)
    machine = bring_up(recipes=STANDARD + ON_DEMAND if arguments.all else STANDARD)
    if arguments.second:
        machine.second_engine()
    say("up", f"engine {machine.engine.name}, registry {machine.registry.host}: ready")
    return 0
