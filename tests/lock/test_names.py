import pytest
from uvlayers.lock.names import normalize_name


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("idna", "idna"),
        ("a", "a"),
        ("Flask", "flask"),
        ("zope.interface", "zope-interface"),
        ("a-._b", "a-b"),
        ("4suite-xml", "4suite-xml"),
    ],
)
def test_names_are_normalized(name: str, normal: str) -> None:
    assert normalize_name(name) == normal


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "a/b", "é", "a\n", "../a"])
def test_what_is_no_name(name: str) -> None:
    assert normalize_name(name) is None
