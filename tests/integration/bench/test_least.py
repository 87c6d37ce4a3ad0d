import pytest

from integration.bench.least import ImageLayer, least_pushed, with_history
from integration.errors import SetupError

MANIFEST = {"layers": [{"digest": f"sha256:{name}", "size": 100} for name in "abcd"]}
CONFIGURATION = {
    "history": [
        {"created_by": "base"},
        {"created_by": "ENV A=1", "empty_layer": True},
        {"created_by": "one 1, two 2", "comment": "uvlayers"},
        {"created_by": "three 3", "comment": "uvlayers"},
        {"created_by": "COPY . /app", "comment": "buildkit.dockerfile.v0"},
    ]
}


def test_layers_go_in_step_with_the_history() -> None:
    layers = list(with_history(MANIFEST, CONFIGURATION))
    assert [(layer.text, layer.ours) for layer in layers] == [
        ("base", False),
        ("one 1, two 2", True),
        ("three 3", True),
        ("COPY . /app", False),
    ]


def test_the_least_is_the_wheel_alone_and_all_that_is_none() -> None:
    layers = list(with_history(MANIFEST, CONFIGURATION))
    own = [ImageLayer("sha256:z", 30, "two 2", ours=True)]
    sent = {"blobs/sha256:b": 100, "blobs/sha256:d": 5, "blobs/sha256:config": 2, "manifests/l": 1}
    assert least_pushed(sent, layers, own, "two 2") == 30 + 5 + 2 + 1
    with pytest.raises(SetupError, match="no layer holds `one 1` alone"):
        least_pushed(sent, layers, own, "one 1")
