"""Generates frontend/uvlayers/pb from proto/uvlayers/pb: `python proto/generate.py`."""

from pathlib import Path

import grpc_tools
from grpc_tools import protoc

SOURCES = Path(__file__).parent
PACKAGE = SOURCES.parent / "frontend" / "uvlayers" / "pb"


def generate(output: Path) -> None:
    """Write one module and one stub for each .proto file to `output`/uvlayers/pb."""
    status = protoc.main(
        [
            "protoc",
            f"--proto_path={SOURCES}",
            f"--proto_path={Path(grpc_tools.__file__).parent / '_proto'}",
            f"--python_out={output}",
            f"--pyi_out={output}",
            *sorted(str(path) for path in SOURCES.glob("uvlayers/pb/*.proto")),
        ]
    )
    if status != 0:
        raise RuntimeError(f"protoc failed with status {status}")


if __name__ == "__main__":
    generate(PACKAGE.parent.parent)
