"""`bench`: how long builds take, side by side with uv's recommended Dockerfile."""

from integration.bench.command import main

__all__ = ["main"]
