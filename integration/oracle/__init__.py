"""Real uv as the judge of our reading of a lock: one question to both, the answers compared."""
