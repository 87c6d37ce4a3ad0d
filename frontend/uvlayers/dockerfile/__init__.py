"""Dockerfiles by way of dockerfile.v0: delegating to it, finding and understanding `uv sync`."""
