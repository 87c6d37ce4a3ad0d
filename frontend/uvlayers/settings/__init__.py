"""uv's flags, variables, configuration and discovery: what one `uv sync` was told to do.

Pure functions over a command and a view of its files; the sources are named at each table.
"""
