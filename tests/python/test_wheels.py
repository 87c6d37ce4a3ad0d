from dataclasses import dataclass, replace
from typing import Any

import pytest
from uvlayers.errors import SelectError, Unsupported
from uvlayers.python.tags import compatible_tags
from uvlayers.python.wheels import Offer, TagRanks, choose_artifact, choose_wheel

from tests.python.facts import make_interpreter


@dataclass(frozen=True)
class Wheel:
    filename: str


def wheels(*suffixes: str) -> list[Wheel]:
    return [Wheel(f"sample-1.0-{suffix}.whl") for suffix in suffixes]


def ranks(**changes: Any) -> TagRanks:
    return TagRanks(compatible_tags(make_interpreter(**changes)))


def chosen(*suffixes: str, **changes: Any) -> str | None:
    wheel = choose_wheel(wheels(*suffixes), ranks(**changes))
    return None if wheel is None else wheel.filename.removeprefix("sample-1.0-")[: -len(".whl")]


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ("cp313-cp313-linux_x86_64", "cp313-cp313-manylinux1_x86_64"),
        ("cp313-abi3-manylinux_2_36_x86_64", "cp313-cp313-linux_x86_64"),
        ("cp38-abi3-manylinux_2_28_x86_64", "cp311-abi3-manylinux1_x86_64"),
        ("cp313-none-any", "py3-none-manylinux_2_5_x86_64"),
        ("py3-none-any", "cp313-none-any"),
        ("py2.py3-none-any", "py313-none-any"),
        # a compressed set is as good as its best tag
        (
            "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64",
            "cp313-cp313-manylinux_2_5_x86_64.manylinux_2_28_x86_64",
        ),
        ("py3-none-any", "py2.py3.cp313-none.abi3.cp313-any.manylinux1_x86_64"),
    ],
)
def test_the_better_tag_wins_whatever_the_order(worse: str, better: str) -> None:
    assert chosen(worse, better) == chosen(better, worse) == better


@pytest.mark.parametrize(
    "suffix",
    [
        "cp313-cp313-win_amd64",
        "cp313-cp313-macosx_11_0_arm64",
        "cp313-cp313-musllinux_1_2_x86_64",
        "cp313-cp313-manylinux_2_37_x86_64",
        "cp313-cp313-manylinux_2_28_aarch64",
        "cp312-cp312-manylinux_2_28_x86_64",
        "cp314-abi3-manylinux_2_28_x86_64",
        "cp313-cp313t-manylinux_2_28_x86_64",
        "cp313-abi3t-manylinux_2_28_x86_64",
        "cp312-none-any",
        "pp310-pypy310_pp73-manylinux_2_28_x86_64",
        "py2-none-any",
        "CP313-none-any",
        "py3-none-Any",
        "cp313-cp313-any",
        # PEP 825
        "py3-none-any-x86_64_v3",
        "1-py3-none-any-x86_64_v3",
    ],
)
def test_an_incompatible_wheel_is_none(suffix: str) -> None:
    assert chosen(suffix) is None


def test_of_equals_the_first_in_the_lock_is_taken() -> None:
    first = "cp313-cp313-manylinux_2_28_x86_64.manylinux_2_17_x86_64"
    second = "cp313-cp313-manylinux_2_17_x86_64.manylinux_2_28_x86_64"

    assert chosen(first, second) == first
    assert chosen(second, first) == second


def test_the_build_tag_decides_between_equal_tags_alone() -> None:
    assert chosen("py3-none-any", "1-py3-none-any") == "1-py3-none-any"
    assert chosen("9-py3-none-any", "10-py3-none-any") == "10-py3-none-any"
    assert chosen("1b-py3-none-any", "1a-py3-none-any") == "1b-py3-none-any"
    assert chosen("1a-py3-none-any", "1-py3-none-any") == "1a-py3-none-any"
    assert chosen("01-py3-none-any", "1-py3-none-any") == "01-py3-none-any"
    assert chosen("9-py3-none-any", "cp313-none-any") == "cp313-none-any"


def test_free_threading_has_its_own_stable_abi() -> None:
    abi3, abi3t = "cp313-abi3-manylinux1_x86_64", "cp311-abi3t-manylinux1_x86_64"

    assert chosen(abi3, abi3t, gil_disabled=True) == abi3t
    assert chosen("cp311-abi3.abi3t-manylinux1_x86_64", gil_disabled=True) is not None
    assert chosen(abi3, gil_disabled=True) is None
    assert chosen(abi3, abi3t) == abi3


def test_no_wheels_no_choice() -> None:
    assert chosen() is None


@pytest.mark.parametrize(
    "filename",
    [
        "sample.whl",
        "sample-1.0.whl",
        "sample-1.0-py3.whl",
        "sample-1.0-py3-none.whl",
        "sample-1.0-py3-none-any.zip",
        "sample-1.0-py3-none-any.WHL",
        "sample-1.0-1-py3-none-any-x-y.whl",
        "sample-1.0-py3-none-any-Label.whl",
        "sample-1.0-a1-py3-none-any-x.whl",
        "sample-1.0-1-2-py3-none-any.whl",
        "sample-1.0-3py-none-any.whl",
        "sample-1.0--none-any.whl",
        "sample-1.0-py3--any.whl",
        "sample-1.0-py3.-none-any.whl",
        "sample-1.0-py3..py2-none-any.whl",
        "sample-1.0-py3-none-a+b.whl",
        "sample-1.0-1!-py3-none-any.whl",
        f"sample-1.0-{'9' * 20}-py3-none-any.whl",
    ],
)
def test_a_name_that_is_no_wheels_is_refused(filename: str) -> None:
    with pytest.raises(Unsupported, match="a wheel's file name is invalid"):
        choose_wheel([Wheel(filename)], ranks())


@pytest.mark.parametrize(
    "suffix",
    [
        "cp3013-none-any",
        "py3.py309-none-any",
        "cp313-cp3013-manylinux1_x86_64",
        "cp312-cp312m-manylinux1_x86_64",
        "cp313-cp313td-manylinux1_x86_64",
        "py3-none-manylinux_2_017_x86_64",
        "py3-none-manylinux_02_17_x86_64",
        "py3-none-linux_armv8l",
    ],
)
def test_a_tag_that_uvs_read_differently_is_refused(suffix: str) -> None:
    with pytest.raises(Unsupported, match="a wheel has an unusually spelled tag"):
        chosen(suffix)


def test_usual_tags_with_zeros_are_none_of_those() -> None:
    for suffix in (
        "py30-none-any",
        "cp310-cp310-musllinux_1_0_x86_64",
        "py3-none-macosx_10_09_x86_64",
    ):
        choose_wheel(wheels(suffix), ranks())


def test_a_name_is_understood_once() -> None:
    known = ranks()
    first = known.priority("a-1-cp313-none-any.whl")

    assert known.priority("b-2-cp313-none-any.whl") is first


def offer(*suffixes: str, source: bool = True) -> Offer[Wheel]:
    return Offer("sample==1.0 @ registry+https://example.org", wheels(*suffixes), source)


def test_a_wheel_is_preferred_to_a_source() -> None:
    wheel = choose_artifact(offer("py3-none-any"), ranks())

    assert wheel == Wheel("sample-1.0-py3-none-any.whl")


def test_a_source_is_built_where_no_wheel_will_do() -> None:
    assert choose_artifact(offer("py2-none-any"), ranks()) is None
    assert choose_artifact(replace(offer("py3-none-any"), no_binary=True), ranks()) is None


def test_no_build_lets_wheels_and_workspace_members_through() -> None:
    assert choose_artifact(replace(offer("py3-none-any"), no_build=True), ranks()) is not None
    assert choose_artifact(replace(offer(), no_build=True, local=True), ranks()) is None
    both = replace(offer("py3-none-any"), no_build=True, no_binary=True, local=True)
    assert choose_artifact(both, ranks()) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"no_build": True, "no_binary": True},
            "it is marked as both `--no-binary` and `--no-build`",
        ),
        (
            {"no_binary": True, "source": False, "wheel_source": True},
            "it is marked as `--no-binary` but is itself a binary distribution",
        ),
        (
            {"no_binary": True, "source": False},
            "it is marked as `--no-binary` but has no source distribution",
        ),
        ({"no_build": True}, "it is marked as `--no-build` but has no binary distribution"),
        (
            {"source": False, "wheel_source": True},
            "the binary distribution is incompatible with the current platform",
        ),
        (
            {"source": False},
            "it doesn't have a source distribution or wheel for the current platform",
        ),
    ],
)
def test_where_nothing_will_do_uvs_reason_is_given(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(SelectError) as caught:
        choose_artifact(replace(offer("py2-none-any"), **changes), ranks())
    assert caught.value.message == (
        "distribution `sample==1.0 @ registry+https://example.org` can't be installed "
        f"because {reason}"
    )


def test_the_hint_lists_what_there_is() -> None:
    def hint(*suffixes: str, **changes: Any) -> str | None:
        with pytest.raises(SelectError) as caught:
            choose_artifact(replace(offer(*suffixes), source=False, **changes), ranks())
        return caught.value.hint

    best = "the interpreter takes wheels such as `cp313-cp313-manylinux_2_36_x86_64`"
    assert hint("py2-none-any", "py3-none-win32") == (
        f"{best}, the lock has `sample-1.0-py2-none-any.whl`, `sample-1.0-py3-none-win32.whl`"
    )
    many = hint(*(f"py2-none-{number}" for number in range(11)))
    assert many is not None
    assert many.endswith("`sample-1.0-py2-none-7.whl` and 3 more")
    assert hint() is None
    assert hint("py3-none-any", no_binary=True) is None
