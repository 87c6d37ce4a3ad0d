import pytest

from integration.bench.least import least_pushed
from integration.errors import SetupError
from integration.pushed import ImageLayer

LAYERS = [
    ImageLayer(f"sha256:{name}", 100, made_by, ours=ours)
    for name, made_by, ours in (
        ("a", "base", False),
        ("b", "one 1, two 2", True),
        ("c", "three 3", True),
        ("d", "COPY . /app", False),
    )
]


def test_the_least_is_the_wheel_alone_and_all_that_is_none() -> None:
    own = [ImageLayer("sha256:z", 30, "two 2", ours=True)]
    sent = {"blobs/sha256:b": 100, "blobs/sha256:d": 5, "blobs/sha256:config": 2, "manifests/l": 1}
    assert least_pushed(sent, LAYERS, own, "two 2") == 30 + 5 + 2 + 1
    with pytest.raises(SetupError, match="no layer holds `one 1` alone"):
        least_pushed(sent, LAYERS, own, "one 1")
