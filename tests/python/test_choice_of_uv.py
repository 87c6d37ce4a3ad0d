"""Tags and choices are those of the real uv, asked about interpreters that do not exist here."""

import random
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin
from uvlayers.python.tags import compatible_tags
from uvlayers.python.wheels import TagRanks, choose_wheel

from tests.python.facts import make_facts, make_interpreter
from tests.python.uv_oracle import choices_of_uv

INTERPRETERS: dict[str, dict[str, Any]] = {
    "glibc": {"version": "3.12.1"},
    "prerelease": {"version": "3.15.0a3", "arch": "s390x"},
    "veto": {"version": "3.12.1", "manylinux_compatible": False},
    "musl": {"version": "3.12.1", "arch": "aarch64", "os": ("musllinux", 1, 2)},
    "32-bit": {"version": "3.11.2", "arch": "armv8l", "os": ("manylinux", 2, 31)},
    "free-threaded": {"version": "3.13.0", "gil_disabled": True},
    "debug": {"version": "3.14.0", "arch": "riscv64", "debug_enabled": True},
    "free-threaded debug": {"version": "3.14.0", "gil_disabled": True, "debug_enabled": True},
}
FOREIGN_TAGS = (
    "cp312-abi3-manylinux_2_4_x86_64",
    "cp312-abi3-manylinux_2_50_x86_64",
    "cp31-abi3-linux_x86_64",
    "cp32-none-linux_x86_64",
    "py3-none-win_amd64",
    "py3-none-any-variant",
    "cp312-cp312-any",
    "py3-abi3-any",
    "cp3-none-any",
    "py4-none-any",
    "pp312-none-any",
    "CP312-none-any",
    "py3-none-Any",
)


@dataclass(frozen=True)
class Wheel:
    filename: str


def both_views(name: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The changes to uv's query, and our tags for the same interpreter."""
    changes = dict(INTERPRETERS[name])
    if "os" in changes:
        changes["os"] = dict(zip(("name", "major", "minor"), changes["os"], strict=True))
    answer = subprocess.run([find_uv_bin(), "--version"], capture_output=True, text=True)
    facts = {**changes, "uv": answer.stdout.split()[1]}
    changes["markers"] = make_facts(**facts)["markers"]
    changes["os"] = make_facts(**facts)["os"]
    changes.setdefault("arch", "x86_64")
    changes["pointer_size"] = "32" if changes["arch"] == "armv8l" else "64"
    del changes["version"]
    return changes, compatible_tags(make_interpreter(**facts))


@pytest.mark.parametrize("name", INTERPRETERS)
def test_the_order_of_tags_is_uvs(name: str, tmp_path: Path) -> None:
    changes, tags = both_views(name)
    # Where python or ABI change, and every so often within a row of platforms.
    places = [
        place
        for place in range(len(tags) - 1)
        if tags[place].split("-")[:2] != tags[place + 1].split("-")[:2] or place % 17 == 0
    ]
    places = sorted({*places, *range(40), len(tags) - 2} & set(range(len(tags) - 1)))
    # The better one is second in the lock, so that a tie would be seen.
    packages = {
        f"p{place}": [f"p{place}-1-{tags[place + 1]}.whl", f"p{place}-1-{tags[place]}.whl"]
        for place in places
    }
    for number, tag in enumerate(FOREIGN_TAGS):
        assert tag not in tags
        packages[f"f{number}"] = [f"f{number}-1-{tag}.whl", f"f{number}-1-{tags[-1]}.whl"]

    expected = {name: filenames[1] for name, filenames in packages.items()}
    assert choices_of_uv(tmp_path, changes, packages) == expected


def random_wheels(name: str, tags: tuple[str, ...], chance: random.Random) -> list[Wheel]:
    """Some compressed sets of tags that are compatible in part, ties and build tags among them."""
    foreign = ("cp39", "none", "win_amd64")
    suffixes = []
    for _ in range(chance.randint(1, 6)):
        picked = [chance.choice(tags).split("-") for _ in range(chance.randint(1, 2))]
        columns = zip(*picked, *([foreign] if chance.random() < 0.3 else []), strict=True)
        sets = [".".join(chance.sample(list(column), len(column))) for column in columns]
        build = chance.choice(("", "", "1-", "02-", "2-", "10-", "2a-", "2b-"))
        suffixes.append(build + "-".join(sets))
    suffixes.append(tags[-1])  # for uv refuses to sync a package without any
    return [Wheel(f"{name}-1-{suffix}.whl") for suffix in dict.fromkeys(suffixes)]


@pytest.mark.parametrize("name", ["glibc", "musl", "free-threaded"])
def test_the_choice_is_uvs(name: str, tmp_path: Path) -> None:
    changes, tags = both_views(name)
    chance = random.Random(name)  # the same wheels every time
    packages = {f"r{number}": random_wheels(f"r{number}", tags, chance) for number in range(60)}
    ranks = TagRanks(tags)
    expected = {}
    for package, wheels in packages.items():
        chosen = choose_wheel(wheels, ranks)
        assert chosen is not None
        expected[package] = chosen.filename

    filenames = {key: [wheel.filename for wheel in wheels] for key, wheels in packages.items()}
    assert choices_of_uv(tmp_path, changes, filenames) == expected
