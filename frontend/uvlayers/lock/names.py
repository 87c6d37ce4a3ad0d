"""Names of projects, extras and groups (PEP 503, PEP 685, PEP 735)."""

import re

_NORMAL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_VALID = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE | re.ASCII)


def normalize_name(name: str) -> str | None:
    """Return the normalized form, or None for what is no name."""
    if _NORMAL.fullmatch(name):
        return name
    if not _VALID.fullmatch(name):
        return None
    return re.sub(r"[-_.]+", "-", name).lower()
