"""What the bench reads from a registry's log, of a real push and a real pull."""

from pathlib import Path

from integration.build import build
from integration.machine import Machine
from integration.pushed import pushed_layers
from integration.recipes import PYTHON
from integration.registry import spare_registry
from integration.traffic import Watched, pulled

REPOSITORY = "bench/traffic"


def test_bytes_that_go_to_a_registry_and_come_from_it(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {PYTHON.image_ref}\nCOPY data /data\n")
    with spare_registry(machine.cache, "registry-test") as registry:
        watched = Watched(registry)
        image_ref = registry.image_ref(f"{REPOSITORY}:latest")
        sent = []
        for content in ("one", "another"):
            (tmp_path / "data").write_text(content * 1000)
            mark = watched.mark()
            build(machine.engine, tmp_path, image_ref=image_ref, flags=["--push"])
            sent.append(watched.pushed(mark, REPOSITORY))
        layers = {
            f"blobs/{layer.digest}": layer.size for layer in pushed_layers(watched, REPOSITORY)
        }
        # The base image's layers are sent once, the other one again.
        assert layers.keys() <= sent[0].keys() | sent[1].keys()
        assert len(layers.keys() & sent[1].keys()) == 1
        assert all(sent[1][path] == layers[path] for path in layers.keys() & sent[1].keys())

        with machine.spare_engine() as node:
            mark = watched.mark()
            node.pull(image_ref)
        # And a few manifests.
        total = sum(layers.values())
        assert total < pulled(watched.since(mark), REPOSITORY) < total + 100_000
        machine.engine.docker("image", "rm", image_ref)
    assert not (machine.cache.home / "registry-test").exists()
