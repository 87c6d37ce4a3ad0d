"""Command lines as clap reads them for uv."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.errors import Unsupported
from uvlayers.settings.arguments import Arguments, parse_arguments, split_index
from uvlayers.settings.releases import Requirement, parse_release
from uvlayers.uv_flags import FLAGS, GLOBAL, LONG, Arity, subcommand


def parse(text: str) -> Arguments:
    return parse_arguments(text.split(" "), Requirement())


class TestForms:
    @pytest.mark.parametrize(
        "text",
        ["-p 3.12", "-p3.12", "-p=3.12", "--python 3.12", "--python=3.12", "-np3.12", "-vnp 3.12"],
    )
    def test_value(self, text: str) -> None:
        assert parse(f"sync {text}").one("python") == "3.12"

    def test_missing(self) -> None:
        found = parse("sync")
        assert found.one("python") is None
        assert found.many("extra") == ()
        assert not found.has("frozen")

    def test_lists(self) -> None:
        assert parse("sync --extra a,B_b --extra c").many("extra") == ("a", "b-b", "c")
        words = ["sync", "--no-group", "x y", "--no-group", "z"]
        assert parse_arguments(words, Requirement()).many("no-group") == ("x", "y", "z")

    def test_aliases(self) -> None:
        assert parse("sync --compile --no-exact --config-settings a=b").has("compile-bytecode")

    def test_global_flags_before_the_command(self) -> None:
        assert parse("--directory x -q sync --project y").one("directory") == "x"

    def test_opposites(self) -> None:
        found = parse("sync --dev --no-dev --locked --no-locked --frozen")
        assert (found.has("dev"), found.has("no-dev")) == (False, True)
        assert (found.has("locked"), found.has("frozen")) == (False, True)

    def test_counted(self) -> None:
        assert parse("sync -qq -q").has("quiet")

    def test_end_of_flags(self) -> None:
        assert parse("sync --frozen --").has("frozen")

    def test_dash_is_a_value(self) -> None:
        assert parse("sync --python -").one("python") == "-"


@pytest.mark.parametrize(
    "text",
    [
        "sync --nonsense",
        "sync -z",
        "sync x",
        "sync sync",
        "sync -- x",
        "--frozen sync",
        "sync --frozen=1",
        "sync --frozen --frozen",
        "sync --python 3 --python 4",
        "sync --python",
        "sync --extra -x",
        "sync --extra a,,b",
        "sync --extra _",
        "sync --locked --frozen",
        "sync --frozen --no-sources",
        "sync --all-extras --extra x",
        "sync --extra x --only-group y",
        "sync --only-dev --group x",
        "sync --all-packages --package x",
        "sync --no-install-project --only-install-project",
        "sync -q -v",
        "sync --color pink",
        "sync --resolution worst",
    ],
)
def test_what_uv_refuses(text: str) -> None:
    with pytest.raises(Unsupported):
        parse(text)


@pytest.mark.parametrize("name", sorted(flag.name for flag in FLAGS.values() if flag.refused))
def test_flags_that_are_left_to_uv(name: str) -> None:
    value = " 1" if FLAGS[name].arity in (Arity.ONE, Arity.MANY) else ""
    with pytest.raises(Unsupported, match=f"`--{name}` is set"):
        parse(f"sync --{name}{value}")


class TestTables:
    def test_references_between_flags_exist(self) -> None:
        for flag in FLAGS.values():
            for name in (*flag.opposite, *flag.conflicts):
                assert name in LONG
                assert LONG[name].name == name
        assert FLAGS.keys() >= GLOBAL

    def test_opposites_are_mutual(self) -> None:
        for flag in FLAGS.values():
            for name in flag.opposite:
                assert flag.name in FLAGS[name].opposite

    def test_no_flag_is_both_harmless_and_refused(self) -> None:
        assert not [flag.name for flag in FLAGS.values() if flag.harmless and flag.refused]

    def test_releases_are_releases(self) -> None:
        assert all(len(parse_release(flag.since)) == 3 for flag in FLAGS.values())


class TestRequirement:
    def test_the_newest_flag_decides(self) -> None:
        requirement = Requirement()
        parse_arguments(["sync", "--no-install-local", "--locked"], requirement)
        assert requirement.release == (0, 8, 14)
        assert requirement.reasons[-1] == "`--no-install-local`"

    def test_lists_came_later(self) -> None:
        requirement = Requirement()
        parse_arguments(["sync", "--extra", "a,b"], requirement)
        assert requirement.release == (0, 9, 30)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("sync", "sync"),
        ("-q sync", "sync"),
        ("--directory x sync", "sync"),
        ("--directory=x sync", "sync"),
        ("-qp 3 sync", "sync"),
        ("-p3 sync", "sync"),
        ("--unknown sync", "sync"),
        ("-q", None),
        ("--directory", None),
        ("pip sync", "pip"),
        ("-z sync", "sync"),
    ],
)
def test_subcommand(text: str, command: str | None) -> None:
    assert subcommand(text.split(" ")) == command


@pytest.mark.parametrize(
    ("text", "name", "url"),
    [
        ("https://i.example/simple", None, "https://i.example/simple"),
        ("a-b_c.d=https://i.example/?x=y", "a-b_c.d", "https://i.example/?x=y"),
        ("https://i.example/?x=y", None, "https://i.example/?x=y"),
    ],
)
def test_an_index_may_have_a_name(text: str, name: str | None, url: str) -> None:
    assert split_index(text) == (name, url)


@given(st.lists(st.text(max_size=6), max_size=5))
def test_never_raises_anything_else(words: list[str]) -> None:
    try:
        parse_arguments(["sync", *words], Requirement())
    except Unsupported:
        return


@given(st.sampled_from(sorted(LONG)), st.text(max_size=5))
def test_flags_with_any_value(name: str, value: str) -> None:
    try:
        parse_arguments(["sync", f"--{name}={value}"], Requirement())
    except Unsupported:
        return
