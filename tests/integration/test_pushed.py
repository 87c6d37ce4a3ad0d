from integration.pushed import with_history

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
    assert [(layer.made_by, layer.ours) for layer in layers] == [
        ("base", False),
        ("one 1, two 2", True),
        ("three 3", True),
        ("COPY . /app", False),
    ]
