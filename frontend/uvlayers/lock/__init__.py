"""uv.lock: parse it, choose what `uv sync` would install, compare it with the workspace.

Pure functions over values: no file, no network, no fact about the host.
"""
