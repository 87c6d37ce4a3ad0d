"""What commands have done to an environment on top of its layers, seen by comparing both."""

import json

from uvlayers.emit import Install
from uvlayers.errors import Unsupported
from uvlayers.llb.graph import Output
from uvlayers.questions import COMPARISON_NAME, Place, Runner, emit_comparison
from uvlayers.workshop import Workshop


def adds_to_environment(
    place: Place,
    before: Output,
    after: Output,
    path: str,
    install: Install,
    shop: Workshop,
) -> bool:
    """Whether there is more at `path` in `after` than in `before`, all of which is still there.

    Raises Unsupported where it is not what it was, GatewayError where the commands fail.
    """
    python = install.interpreter.base_executable
    runner = Runner(install.root, python, install.library_path, install.platform)
    output = emit_comparison(place, runner, before, after, path, shop.comparer)
    found = json.loads(shop.states.answer(output, f"/{COMPARISON_NAME}") or b"{}")
    if "added" not in found:
        raise Unsupported(f"a command has changed what was there: `{found.get('undone', path)}`")
    return bool(found["added"])
