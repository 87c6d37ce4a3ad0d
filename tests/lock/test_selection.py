import pytest
from uvlayers.lock.selection import BuildPolicy, Extras

A = frozenset({"a"})


@pytest.mark.parametrize(
    ("policy", "no_wheel", "no_build"),
    [
        (BuildPolicy(), False, False),
        (BuildPolicy(no_binary=True), True, False),
        (BuildPolicy(no_build=True), False, True),
        (BuildPolicy(no_binary=True, no_build=True), True, True),
        (BuildPolicy(no_binary_packages=A), True, False),
        (BuildPolicy(no_build_packages=A), False, True),
        (BuildPolicy(no_binary=True, no_build_packages=A), False, True),
        (BuildPolicy(no_build=True, no_binary_packages=A), True, False),
        (BuildPolicy(no_binary_packages=A, no_build_packages=A), True, True),
        (BuildPolicy(no_binary=True, no_build=True, no_build_packages=A), True, True),
    ],
)
def test_wheels_and_builds_that_are_refused(
    policy: BuildPolicy, no_wheel: bool, no_build: bool
) -> None:
    assert policy.refuses_wheels("a") is no_wheel
    assert policy.refuses_builds("a") is no_build
    assert policy.refuses_wheels("b") is policy.no_binary
    assert policy.refuses_builds("b") is policy.no_build


def test_extras() -> None:
    assert Extras(A).contains("a")
    assert not Extras().contains("a")
    assert Extras(all=True).contains("a")
    assert not Extras(A, A, all=True).contains("a")
