"""uvlayers: a BuildKit frontend that gives every wheel of a uv.lock its own layer."""

__version__ = "0.1.0"
