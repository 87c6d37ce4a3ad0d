"""Files that a command reads before its sync, in whole builds on the model."""

import pytest

from tests import dockerfiles
from tests.builds import (
    CLICK,
    CONTEXT,
    FROZEN,
    IDNA,
    PACKAGED,
    PLAIN,
    build_of,
    recommended,
    with_files,
)
from tests.dockerfiles import Bind, copy, run
from tests.model.tree import tree


def test_a_condition_on_the_environments_own_place() -> None:
    text = f"if [ ! -e .venv/bin ]; then {FROZEN}; fi"
    built = build_of(recommended(text), PLAIN, IDNA, CLICK)
    assert built.unpacked == []
    (warned,) = built.gateway.warnings
    assert (
        "a condition depends on what is at its environment's place: `/app/.venv/bin`"
        in warned.short
    )


@pytest.mark.parametrize(("path", "held"), [("/flag", True), ("../flag", True), ("../none", False)])
def test_a_condition_on_a_file_in_another_mount(path: str, *, held: bool) -> None:
    flag = dockerfiles.context("flag")
    text = f"if [ -f {path} ]; then {FROZEN}; fi"
    mount = Bind("/flag", flag, "/flag")
    extra = {"local://flag": tree({"/flag": b""})}
    built = build_of(recommended(text, mount), PLAIN, IDNA, CLICK, extra=extra)
    assert bool(built.unpacked) is held
    assert built.commands == ([] if held else [text])


def test_a_path_that_leads_down_and_up_again() -> None:
    text = f"if [ ! -f none/../uv.lock ]; then {FROZEN}; fi"
    built = build_of(recommended(text), PLAIN, IDNA, CLICK)
    assert built.commands == [text]
    assert len(built.gateway.warnings) == 1


def test_a_condition_on_files() -> None:
    text = f"if [ -f uv.lock ]; then {FROZEN}; fi"
    built = build_of(recommended(text), PLAIN, IDNA, CLICK)
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert built.commands == []
    assert built.gateway.warnings == []


ON_PATH = b"""\
case ":${PATH}:" in
    *:"$HOME/.local/bin":*)
        ;;
    *)
        export PATH="$HOME/.local/bin:$PATH"
        ;;
esac
"""


@pytest.mark.parametrize("place", ["/opt/env", "/app/.venv/bin/activate"])
def test_a_file_that_is_sourced(place: str) -> None:
    extra = with_files(**{place: ON_PATH})
    built = build_of(recommended(f". {place} && {FROZEN}"), PLAIN, IDNA, CLICK, extra=extra)
    assert built.files == built.expected
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert built.commands == []
    assert built.gateway.warnings == []


def test_a_file_that_is_sourced_after_other_commands() -> None:
    extra = with_files(**{"/opt/env": ON_PATH})
    command = f"touch /x && . /opt/env && {FROZEN}"
    built = build_of(recommended(command), PLAIN, IDNA, CLICK, extra=extra)
    assert built.files == built.expected
    assert sorted(built.unpacked) == [["click"], ["idna"]]
    assert built.commands == ["touch /x"]


@pytest.mark.parametrize(
    ("place", "text", "user", "reason"),
    [
        ("/app/.venv/bin/env", ON_PATH, "", "a file is sourced that is in its environment: `/app/"),
        ("/opt/env", b"umask 077", "", "it comes after a sourced file"),
        ("/opt/env", ON_PATH, "app", "it comes after a sourced file"),
    ],
)
def test_a_file_that_is_not_followed(place: str, text: bytes, user: str, reason: str) -> None:
    command = f"touch /x && . {place} && {FROZEN}"
    head = recommended(command, user=user)
    built = build_of(head, PLAIN, IDNA, CLICK, extra=with_files(**{place: text}))
    assert built.head == head
    assert built.unpacked == []
    assert reason in built.gateway.warnings[-1].short


def test_a_file_in_an_environment_of_layers_is_not_read() -> None:
    first = recommended(f"{FROZEN} --no-install-project")
    command = f". .venv/bin/activate && {FROZEN}"
    head = run(copy(first, CONTEXT, "/", "/app", line=5), command, line=6)
    built = build_of(head, PACKAGED, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == [command]
    (warned,) = built.gateway.warnings
    assert "it comes after a sourced file" in warned.short
