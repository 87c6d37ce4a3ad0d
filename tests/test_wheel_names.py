import pytest
from uvlayers.wheel_names import SUFFIX


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("py3-none-any.whl", (None, "py3", "none", "any", None)),
        ("1-py2.py3-none-any.whl", ("1", "py2.py3", "none", "any", None)),
        ("2_b.c-cp313-abi3-linux_x86_64.whl", ("2_b.c", "cp313", "abi3", "linux_x86_64", None)),
        ("cp313-cp313-linux_x86_64-a.1.whl", (None, "cp313", "cp313", "linux_x86_64", "a.1")),
    ],
)
def test_parts(text: str, parts: tuple[str | None, ...]) -> None:
    match = SUFFIX.fullmatch(text)
    assert match is not None
    assert match.groups() == parts


@pytest.mark.parametrize(
    "text", ["none-any.whl", "b1-py3-none-Any.whl", "1-2-none-any.whl", "py3.-none-any.whl", ".whl"]
)
def test_what_ends_no_wheel_name(text: str) -> None:
    assert SUFFIX.fullmatch(text) is None
