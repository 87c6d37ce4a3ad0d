"""Reading shell text: what a script does before, at and after each `uv sync`."""
