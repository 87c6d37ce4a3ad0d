"""Held against the chmod of this machine, on files of a directory that is gone afterwards."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uvlayers.layers.modes import Modes

UMASK = 0o022
USUAL = Modes(0o644, 0o755, 0o755)


def test_what_the_umask_leaves() -> None:
    assert Modes.under(UMASK) == USUAL
    assert Modes.under(0o027) == Modes(0o640, 0o751, 0o750)


@pytest.mark.parametrize(
    ("text", "modes"),
    [
        ("777", Modes(0o777, 0o777, 0o777)),
        ("0750", Modes(0o750, 0o750, 0o750)),
        ("g=u", Modes(0o664, 0o775, 0o775)),
        ("a+rX", USUAL),
        ("g+rwX,o-rwx", Modes(0o660, 0o770, 0o770)),
        ("+x", Modes(0o755, 0o755, 0o755)),
        ("u=rwX,go=rX", USUAL),
        ("go=", Modes(0o600, 0o700, 0o700)),
        ("u-w+x", Modes(0o544, 0o555, 0o555)),
        ("+w", None),
        ("4755", None),
        ("u+s", None),
        ("+t", None),
        ("g+u-o", Modes(0o624, 0o725, 0o725)),
        ("u", None),
        ("888", None),
        ("", None),
    ],
)
def test_what_chmod_makes_of_permissions(text: str, modes: Modes | None) -> None:
    assert USUAL.changed(text, UMASK) == modes


CLAUSES = st.builds(
    lambda who, actions: who + "".join(actions),
    st.text("ugoa", max_size=3),
    st.lists(
        st.builds(
            "{}{}".format,
            st.sampled_from("-+="),
            st.text("rwxX", max_size=3) | st.sampled_from("ugo"),
        ),
        min_size=1,
        max_size=2,
    ),
)
TEXTS = st.lists(CLAUSES, min_size=1, max_size=3).map(",".join) | st.integers(0, 0o777).map(
    "{:o}".format
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    directory = tmp_path_factory.mktemp("modes")
    (directory / "directory").mkdir()
    for name in ("file", "program"):
        (directory / name).touch()
    return directory / "file", directory / "program", directory / "directory"


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_it_is_what_chmod_does(files: tuple[Path, Path, Path], text: str) -> None:
    told = USUAL.changed(text, UMASK)
    for path, mode in zip(files, USUAL, strict=True):
        os.chmod(path, mode)  # noqa: PTH101
    done = subprocess.run(
        ["chmod", "-R", "--", text, *files], umask=UMASK, capture_output=True, check=False
    )
    found = Modes(*(path.stat().st_mode & 0o7777 for path in files))
    if told is not None:
        assert done.returncode == 0, done.stderr
        assert found == told
