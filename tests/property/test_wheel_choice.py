"""The fast choice among wheels agrees with a slow one that packaging's parser feeds."""

from dataclasses import dataclass
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import parse_wheel_filename
from uvlayers.python.interpreter import Interpreter
from uvlayers.python.tags import compatible_tags
from uvlayers.python.wheels import TagRanks, choose_wheel

from tests.python.facts import make_interpreter

PYTHONS = ("cp313", "cp312", "cp38", "cp314", "py3", "py313", "py312", "py30", "py2", "pp310")
ABIS = ("cp313", "cp313t", "cp312", "abi3", "abi3t", "none")
PLATFORMS = (
    "any",
    "linux_x86_64",
    "manylinux1_x86_64",
    "manylinux2014_x86_64",
    "manylinux_2_17_x86_64",
    "manylinux_2_28_x86_64",
    "manylinux_2_39_x86_64",
    "manylinux_2_28_aarch64",
    "musllinux_1_1_x86_64",
    "musllinux_1_2_x86_64",
    "linux_aarch64",
    "win_amd64",
    "macosx_11_0_arm64",
)
INTERPRETERS = tuple(
    make_interpreter(**changes)
    for changes in (
        {},
        {"gil_disabled": True},
        {"os": {"name": "musllinux", "major": 1, "minor": 2}},
        {"os": {"name": "musllinux", "major": 1, "minor": 2}, "uv": "0.8.0"},
        {"version": "3.12.0", "arch": "aarch64"},
        {"manylinux_compatible": False},
    )
)


@dataclass(frozen=True)
class Wheel:
    filename: str


def atoms(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    chosen = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
    return chosen.map(".".join)


build_tags = st.one_of(st.just(""), st.from_regex(r"[0-9]{1,3}[a-z_0-9]{0,2}-", fullmatch=True))
filenames = st.builds(
    "sample-1.0-{}{}-{}-{}.whl".format, build_tags, atoms(PYTHONS), atoms(ABIS), atoms(PLATFORMS)
)
wheel_lists = st.lists(filenames.map(Wheel), max_size=12)


def slow_choice(wheels: list[Wheel], tags: tuple[str, ...]) -> Wheel | None:
    best: tuple[int, tuple[()] | tuple[int, str]] | None = None
    winner = None
    for wheel in wheels:
        _, _, build, wheel_tags = parse_wheel_filename(wheel.filename)
        known = [tags.index(str(tag)) for tag in wheel_tags if str(tag) in tags]
        if known and (best is None or (-min(known), build) > best):
            best, winner = (-min(known), build), wheel
    return winner


@given(wheel_lists, st.sampled_from(INTERPRETERS))
def test_the_choice_is_that_of_the_slow_model(
    wheels: list[Wheel], interpreter: Interpreter
) -> None:
    tags = compatible_tags(interpreter)

    assert choose_wheel(wheels, TagRanks(tags)) is slow_choice(wheels, tags)


@given(wheel_lists, st.randoms(use_true_random=False))
def test_only_equals_depend_on_the_order(wheels: list[Wheel], random: Random) -> None:
    ranks = TagRanks(compatible_tags(INTERPRETERS[0]))
    shuffled = list(wheels)
    random.shuffle(shuffled)
    first, second = choose_wheel(wheels, ranks), choose_wheel(shuffled, ranks)

    if first is None or second is None:
        assert first is second
    else:
        assert ranks.priority(first.filename) == ranks.priority(second.filename)


@given(wheel_lists)
def test_what_was_asked_before_changes_nothing(wheels: list[Wheel]) -> None:
    tags = compatible_tags(INTERPRETERS[0])
    known = TagRanks(tags)
    for wheel in reversed(wheels):
        known.priority(wheel.filename)

    assert choose_wheel(wheels, known) is choose_wheel(wheels, TagRanks(tags))
