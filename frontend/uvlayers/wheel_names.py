"""What a wheel is called after its name and version: for who checks a lock, and who chooses of it.

After uv's `WheelFilename` (uv-distribution-filename).
"""

import re

# One or more atoms between dots.
_TAGS = r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*"

SUFFIX = re.compile(
    r"(?:([0-9][A-Za-z0-9_.]*)-)?"
    rf"(?![0-9])({_TAGS})-({_TAGS})-({_TAGS})(?:-([a-z0-9_.]+))?\.whl"
)
"""[build-]python-abi-platform[-variant], each a group."""
