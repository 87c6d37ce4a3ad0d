"""Whether the uv that runs reads the command as we did."""

import pytest
from uvlayers.errors import Unsupported
from uvlayers.settings.agreement import require_agreement
from uvlayers.settings.releases import Release, Requirement, parse_release

from tests.settings.project import request, with_tool


def test_any_uv() -> None:
    require_agreement(request("--locked"), (0, 4, 30))


def test_too_old() -> None:
    with pytest.raises(Unsupported, match=r"uv 0\.8\.0 is older than 0\.8\.14"):
        require_agreement(request("--no-install-local"), (0, 8, 0))
    require_agreement(request("--no-install-local"), (0, 8, 14))


def test_too_new() -> None:
    found = request(env={"UV_NOVELTY": "1"})
    require_agreement(found, (0, 13, 99))
    with pytest.raises(Unsupported, match="UV_NOVELTY"):
        require_agreement(found, (0, 14, 0))
    require_agreement(request(), (1, 0, 0))


@pytest.mark.parametrize(
    ("required", "uv", "permitted"),
    [
        (">=0.5", (0, 13, 9), True),
        ("<0.13", (0, 13, 9), False),
        (">=0.13.0rc1", (0, 13, 9), True),
        ("0.13.9", (0, 13, 9), True),
        ("0.13.9", (0, 13, 8), False),
        ("nonsense", (0, 13, 9), False),
    ],
)
def test_required_version(required: str, uv: Release, permitted: bool) -> None:
    found = request(files=with_tool(f"required-version = '{required}'"))
    if permitted:
        require_agreement(found, uv)
    else:
        with pytest.raises(Unsupported, match="required-version"):
            require_agreement(found, uv)


@pytest.mark.parametrize(
    ("text", "release"),
    [("0.13.9", (0, 13, 9)), ("0.13.0rc1", (0, 13, 0)), ("1", (1,)), ("x", ()), ("0.x", (0,))],
)
def test_releases(text: str, release: tuple[int, ...]) -> None:
    assert parse_release(text) == release


def test_the_newest_requirement_counts() -> None:
    requirement = Requirement()
    requirement.at_least("0.5.0", "a")
    requirement.at_least("0.4.0", "b")
    assert (requirement.release, requirement.reasons) == ((0, 5, 0), ["a"])
