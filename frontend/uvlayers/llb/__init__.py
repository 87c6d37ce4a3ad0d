"""LLB as values: vertices, graphs and their rewriting. Knows nothing of Python packaging."""
