"""The frontend on a machine so busy that to import grpc takes longer than BuildKit waits for us.

It runs in the frontend image, in place of the usual entry point.
"""

import sys
import time
from importlib.machinery import ModuleSpec

sys.path.append("/opt/uvlayers")

from uvlayers.__main__ import main

# A second more than `prefaceTimeout` of x/net/http2.
SECONDS = 11.0


class Delay:
    """Finds nothing, but takes its time where grpc is looked for."""

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> ModuleSpec | None:
        if name == "grpc":
            time.sleep(SECONDS)
        return None


if __name__ == "__main__":
    sys.meta_path.insert(0, Delay())
    main()
