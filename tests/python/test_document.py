import pytest
from uvlayers.errors import Unsupported
from uvlayers.python.document import JsonObject

MEMBERS = {
    "text": "a",
    "flag": True,
    "number": 7,
    "texts": ["a", "b"],
    "table": {"inner": "b"},
    "path": "/a/b",
    "null": None,
    "negative": -1,
    "mixed": [1, "a"],
    "relative": "a/b",
    "surrogate": "/a\udc80",
}


@pytest.fixture
def members() -> JsonObject:
    return JsonObject(MEMBERS, "facts")


def test_members_of_every_kind_are_read(members: JsonObject) -> None:
    assert members.text("text") == "a"
    assert members.flag("flag") is True
    assert members.number("number") == 7
    assert members.texts("texts") == ("a", "b")
    assert members.table("table").text("inner") == "b"
    assert members.path("path") == "/a/b"


def test_an_optional_member_may_be_null_or_missing(members: JsonObject) -> None:
    assert members.optional("null", JsonObject.text) is None
    assert members.optional("missing", JsonObject.text) is None
    assert members.optional("text", JsonObject.text) == "a"


@pytest.mark.parametrize(
    ("read", "key", "message"),
    [
        (JsonObject.text, "number", "expected str in `facts.number`"),
        (JsonObject.text, "missing", "expected str in `facts.missing`"),
        (JsonObject.number, "flag", "expected int in `facts.flag`"),
        (JsonObject.flag, "number", "expected bool in `facts.number`"),
        (JsonObject.number, "negative", "expected no negative number in `facts.negative`: -1"),
        (JsonObject.texts, "text", "expected list in `facts.text`"),
        (JsonObject.texts, "mixed", "expected only str in `facts.mixed`"),
        (JsonObject.table, "texts", "expected an object in `facts.texts`"),
        (JsonObject.path, "relative", "expected an absolute path in `facts.relative`: `a/b`"),
        (
            JsonObject.path,
            "surrogate",
            r"expected a path in UTF-8 in `facts.surrogate`: '/a\udc80'",
        ),
    ],
)
def test_a_member_of_another_kind_is_named(
    members: JsonObject, read: "object", key: str, message: str
) -> None:
    assert callable(read)
    with pytest.raises(Unsupported) as caught:
        read(members, key)
    assert caught.value.message == message


def test_paths_grow_with_the_objects(members: JsonObject) -> None:
    with pytest.raises(Unsupported, match=r"facts\.table\.missing"):
        members.table("table").text("missing")
