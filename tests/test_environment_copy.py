"""Environments that are copied to another stage, in whole builds on the model."""

from collections.abc import Callable

import pytest
from uvlayers.gateway.errors import GatewayError
from uvlayers.llb.graph import Output

from tests import dockerfiles
from tests.builds import (
    BASE,
    CLICK,
    CONTEXT,
    FROZEN,
    IDNA,
    PLAIN,
    build_of,
    into_venv,
    recommended,
    same_files,
)
from tests.dockerfiles import Bind, copy, run, workdir
from tests.model.tree import Directory, tree


def test_a_stage_that_copies_the_environment_keeps_its_layers() -> None:
    builder = copy(recommended(), CONTEXT, "/", "/app", line=5)
    head = copy(workdir(BASE, "/app", line=7), builder, "/app", "/app", line=8)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert built.commands == []
    head = copy(BASE, recommended(), "/app/.venv", "/app/.venv", chown=(1000, 1000), line=8)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected


@pytest.mark.parametrize(
    ("src", "dest"), [("/app/.venv", "/other"), ("/app/.venv/lib", "/x"), ("/app", "/srv")]
)
def test_an_environment_that_is_copied_elsewhere_is_a_plain_copy(src: str, dest: str) -> None:
    built = build_of(copy(BASE, recommended(), src, dest, line=8), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert len(built.unpacked) == 2


def test_an_environment_that_is_linked_keeps_its_layers() -> None:
    head = dockerfiles.copy_link(BASE, recommended(), "/app/.venv", "/app/.venv", line=8)
    built = build_of(head, PLAIN, IDNA, CLICK, history=["base", "COPY --link"])
    assert built.files == built.expected
    names = [each["created_by"] for each in built.history]
    assert names == ["base", "click 8.0", "idna 3.6", "COPY --link"]


def test_an_environment_copied_over_a_link_follows_it() -> None:
    links = {"docker-image://docker.io/library/links:latest": tree({"/app/.venv": "/srv/venv"})}
    onto = copy(BASE, dockerfiles.image("links"), "/", "/", line=7)
    head = copy(onto, recommended(), "/app/.venv", "/app/.venv", line=8)
    built = build_of(head, PLAIN, IDNA, CLICK, extra=links)
    assert built.files == built.expected
    assert "/srv/venv/pyvenv.cfg" in built.files


def test_a_copy_of_an_environment_that_was_there_keeps_the_looks_of_its_directories() -> None:
    made = into_venv(run(workdir(BASE, "/app"), "mkdir -m 750 /opt/venv", line=3))
    head = copy(workdir(BASE, "/srv"), made, "/opt", "/opt", line=7)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert same_files(built)
    assert built.files["/opt/venv"] == Directory(0o750)


@pytest.mark.parametrize(
    "head",
    [
        recommended(),
        copy(BASE, recommended(), "/app/.venv", "/app/.venv", line=8),
        copy(BASE, recommended(), "/app/.venv", "/app/.venv", chown=(1000, 1000), line=8),
        dockerfiles.copy_link(BASE, recommended(), "/app/.venv", "/app/.venv", line=8),
        run(recommended(), "chown -R 1000 /app/.venv", line=8),
    ],
    ids=["here", "copied", "of another owner", "linked", "given away"],
)
def test_a_wheel_with_a_name_that_is_taken_is_left_to_the_sync(head: Output) -> None:
    built = build_of(head, PLAIN, IDNA, CLICK, refused=["click"])
    assert built.files == built.expected
    assert FROZEN in built.commands
    (warned,) = built.gateway.warnings
    assert "taken" in warned.short
    assert warned.lines == (4,)


COPIES = {
    "the environment": lambda head: copy(BASE, head, "/app/.venv", "/app/.venv", line=8),
    "all of /app": lambda head: copy(BASE, head, "/app", "/app", line=8),
    "for a user": lambda head: copy(BASE, head, "/app", "/app", chown=(7, 7), line=8),
    "linked": lambda head: dockerfiles.copy_link(BASE, head, "/app", "/app", line=8),
    "below other files": lambda head: copy(
        copy(BASE, CONTEXT, "/", "/srv", line=7), head, "/app", "/app", line=8
    ),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize(
    ("command", "added"),
    [
        ("echo nothing", False),
        ("touch /app/.venv/made", True),
        ("mkdir -m 700 /app/.venv/lib/made", True),
        ("touch /elsewhere", False),
    ],
)
def test_what_a_command_has_added_is_one_layer_more(
    copied: Callable[[Output], Output], command: str, *, added: bool
) -> None:
    # `uv run` is not known to keep off the environment
    head = run(recommended(), f"{command} && uv run x", line=5)
    built = build_of(copied(head), PLAIN, IDNA, CLICK, history=["base", "COPY --from"])
    assert built.files == built.expected
    assert not built.gateway.warnings
    names = [each["created_by"] for each in built.history]
    assert {"click 8.0", "idna 3.6"} < set(names)
    assert ("virtual environment" in names) is added
    assert names[-1] == "COPY --from"


@pytest.mark.parametrize(
    "command",
    [
        "chmod 600 /app/uv.lock",
        "rm -r /app/.venv/pyvenv.cfg",
        "chmod 700 /app/.venv/lib",
        "chown -R 5 /app/.venv",
    ],
)
def test_what_a_command_has_changed_is_copied_with_the_whole(command: str) -> None:
    head = copy(recommended(), CONTEXT, "/", "/app", line=5)
    head = run(head, f"{command} && uv run x", line=6)
    built = build_of(COPIES["all of /app"](head), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    (warned,) = built.gateway.warnings
    assert "the environment is copied as one layer" in warned.short
    assert warned.lines == (8,)


def test_a_directory_that_is_there_already_leaves_the_layers_alone() -> None:
    head = workdir(COPIES["all of /app"](recommended()), "/app", line=9)
    built = build_of(run(head, "chown -R 7 /app", line=10), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert {each["uid"] for each in built.unpacking[-2:]} == {7}


def test_commands_that_fail_do_so_in_their_own_words() -> None:
    head = run(recommended(), "uv run x", line=5)
    with pytest.raises(GatewayError, match="exit code 1: uv run x"):
        build_of(COPIES["all of /app"](head), PLAIN, IDNA, CLICK, failing=["uv run x"])


def test_a_wheel_that_cannot_be_had_for_a_command_is_left_to_the_sync() -> None:
    head = run(recommended(), "uv run x", line=5)
    built = build_of(COPIES["for a user"](head), PLAIN, IDNA, CLICK, refused=["click"])
    assert built.files == built.expected
    assert [warned.lines for warned in built.gateway.warnings] == [(4,)]


def test_a_sync_after_the_copy_of_what_a_command_has_gone_on_with() -> None:
    head = COPIES["all of /app"](run(recommended(), "touch /app/.venv/x && uv run x", line=5))
    binds = [Bind(f"/app/{name}", CONTEXT, f"/{name}") for name in ("uv.lock", "pyproject.toml")]
    head = run(workdir(head, "/app"), FROZEN, mounts=binds, line=9)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    (warned,) = built.gateway.warnings
    assert "a command has gone on with its environment" in warned.short


def test_an_owner_after_the_copy_of_what_a_command_has_gone_on_with() -> None:
    head = COPIES["all of /app"](run(recommended(), "touch /app/.venv/x && uv run x", line=5))
    head = run(workdir(head, "/app"), "chown -R 7 /app", line=9)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert {each["uid"] for each in built.unpacking[-2:]} == {7}
