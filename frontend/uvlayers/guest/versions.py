"""Names and versions, compared as PEP 503 and PEP 440 say, without the `packaging` library."""

# PEP 440, appendix B, in lower case.
VERSION = r"""v?(?:(\d+)!)?(\d+(?:\.\d+)*)
(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?
(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?
(?:[-_.]?(dev)[-_.]?(\d*))?
(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?"""
PHASES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def normalize_name(name: str) -> str:
    """PEP 503: lower case, runs of `-`, `_` and `.` become one `-`."""
    name = name.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


def same_version(found: str, expected: str) -> bool:
    """Whether `found` is `expected`, or `expected` less its local segment, as uv allows."""
    if found == expected:
        return True
    one, other = _release_key(found), _release_key(expected)
    return one is not None and other is not None and (one == other or one == (*other[:-1], None))


def _release_key(version: str) -> "tuple[object, ...] | None":
    """Equal for equal versions; the last item is the local segment. None: not a version."""
    import re

    match = re.fullmatch(VERSION, version.strip().lower(), re.VERBOSE)
    if match is None:
        return None
    epoch, release, phase, number, implicit, post, post_number, dev, dev_number, local = (
        match.groups()
    )
    numbers = [int(part) for part in release.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return (
        int(epoch or 0),
        tuple(numbers),
        phase and (PHASES.get(phase, phase), int(number or 0)),
        int(implicit) if implicit else post and int(post_number or 0),
        dev and int(dev_number or 0),
        local and _local_key(local.replace("-", ".").replace("_", ".")),
    )


def _local_key(local: str) -> "tuple[object, ...]":
    return tuple(int(part) if part.isdigit() else part for part in local.split("."))
