from integration.bench.nodes import only_on_one_side


def test_both_images_have_the_same_modules() -> None:
    assert only_on_one_side({"uv": {"a"}}) is None
    assert only_on_one_side({"uv": {"a", "b"}, "uvlayers": {"b", "a"}}) is None
    wrong = only_on_one_side({"uv": {"a", "b"}, "uvlayers": {"a", "c"}})
    assert wrong == "only one side imports b, c"
