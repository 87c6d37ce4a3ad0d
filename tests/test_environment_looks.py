"""An environment of which a command changes owner and permissions, on the model."""

import pytest
from uvlayers.gateway.errors import GatewayError

from tests import dockerfiles
from tests.builds import (
    ATTRS,
    CLICK,
    CONTEXT,
    FROZEN,
    IDNA,
    PACKAGED,
    PLAIN,
    Built,
    build_of,
    recommended,
)
from tests.dockerfiles import PATH, Bind, Tmpfs, copy, run
from tests.model.tree import Directory, File, Link, Node, tree
from tests.model.uv import project

INSIDE = (PATH.replace("=", "=/app/.venv/bin:"),)
OWNER = "chown -R 1000:7 /app"


def owners(built: Built) -> set[tuple[int, int]]:
    return {(each["uid"], each["gid"]) for each in built.unpacking}


def modes(built: Built) -> set[tuple[int, ...] | None]:
    found = (each["modes"] for each in built.unpacking)
    return {None if each is None else tuple(each) for each in found}


def test_wheels_are_laid_out_for_the_new_owner_alone() -> None:
    head = run(recommended(), OWNER, env=INSIDE, line=9)
    built = build_of(head, PLAIN, IDNA, CLICK, history=["base", "uv", "cwd", "sync", "chown"])
    assert built.files == built.expected
    assert built.commands == [OWNER]
    assert owners(built) == {(1000, 7)}
    assert len(built.unpacked) == 2
    assert built.gateway.warnings == []
    names = [each["created_by"] for each in built.history]
    assert names == [
        *("base", "uv", "cwd", "click 8.0", "idna 3.6", "virtual environment", "sync", "chown"),
    ]


def test_wheels_are_laid_out_with_the_new_permissions() -> None:
    head = run(recommended(), "chmod -R 770 /app/.venv && chmod 711 /app", line=9)
    built = build_of(head, PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert modes(built) == {(0o770, 0o770, 0o770)}
    same = build_of(run(recommended(), "chmod -R u+rwX /app", line=9), PLAIN, IDNA, CLICK)
    assert modes(same) == {None}


def test_permissions_that_cannot_be_told_are_changed_on_top() -> None:
    for text in ("chmod -R u+s /app", "chmod -R +w /app"):
        built = build_of(run(recommended(), text, line=9), PLAIN, IDNA, CLICK)
        assert modes(built) == {None}


def test_what_commands_have_added_is_given_as_well() -> None:
    first = recommended(f"{FROZEN} --no-install-project")
    state = run(copy(first, CONTEXT, "/", "/app", line=5), FROZEN, line=6)
    head = copy(run(state, OWNER, line=7), CONTEXT, "/proj.py", "/app/more", line=8)
    built = build_of(head, PACKAGED, IDNA, CLICK)
    assert built.files == built.expected
    assert owners(built) == {(1000, 7)}
    again = build_of(run(head, "chown -R 8 /app/.venv", line=9), PACKAGED, IDNA, CLICK)
    assert again.files == again.expected
    assert owners(again) == {(8, 7)}


def test_a_sync_after_it_is_left_to_uv() -> None:
    state = copy(run(recommended(), OWNER, line=5), dockerfiles.context("more"), "/", "/app")
    more = {"local://more": tree(project(IDNA, CLICK, ATTRS))}
    built = build_of(run(state, FROZEN, line=6), PLAIN, IDNA, CLICK, ATTRS, extra=more)
    assert built.files == built.expected
    (warned,) = built.gateway.warnings
    assert "made its environment in another way" in warned.short


def test_a_copy_of_it_keeps_its_layers() -> None:
    builder = run(recommended(), OWNER, line=5)
    built = build_of(copy(dockerfiles.image("python"), builder, "/app", "/app"), PLAIN, IDNA, CLICK)
    assert built.files == built.expected
    assert owners(built) == {(1000, 7)}


@pytest.mark.parametrize(
    "command",
    [
        "chown -R 7 /app/.venv/bin",
        "chown -R 7 /app && chown -R 8 /app/.venv/bin",
        "chown -R 7 /app && touch /app/.venv/x",
        "chown -R 7 /link",
        "chown -R 7 /app && look",
    ],
)
def test_what_may_do_more_runs_on_top(command: str) -> None:
    link = {"docker-image://docker.io/library/link:latest": tree({"/link": Link("/app")})}
    state = copy(recommended(), dockerfiles.image("link"), "/", "/", line=5)
    built = build_of(run(state, command, line=6), PLAIN, IDNA, CLICK, extra=link)
    assert built.files == built.expected
    assert owners(built) == {(0, 0)}


@pytest.mark.parametrize("mount", [Tmpfs("/app/.venv/lib"), Bind("/before", recommended())])
def test_a_command_with_a_mount_in_its_way_runs_on_top(mount: Bind | Tmpfs) -> None:
    built = build_of(run(recommended(), OWNER, mounts=[mount], line=6), PLAIN, IDNA, CLICK)
    assert owners(built) == {(0, 0)}


def test_a_user_who_is_not_root_gives_nothing_away() -> None:
    built = build_of(run(recommended(), OWNER, user="app", line=6), PLAIN, IDNA, CLICK)
    assert owners(built) == {(0, 0)}


def test_an_environment_of_several_owners_is_left_alone() -> None:
    there: dict[str, Node | bytes] = {
        "/app/.venv": Directory(0o755, 8, 8),
        "/app/.venv/x": File(b"", 0o644, 8, 8),
    }
    state = copy(recommended(), dockerfiles.image("there"), "/", "/", line=5)
    extra = {"docker-image://docker.io/library/there:latest": tree(there)}
    built = build_of(run(state, OWNER, line=6), PLAIN, IDNA, CLICK, extra=extra)
    assert built.files == built.expected


def test_what_fails_is_run_as_it_is_written() -> None:
    head = run(recommended(), OWNER, line=6)
    with pytest.raises(GatewayError, match=f"exit code 1: {OWNER}"):
        build_of(head, PLAIN, IDNA, CLICK, failing=[OWNER])
