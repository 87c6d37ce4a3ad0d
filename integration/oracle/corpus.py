"""The real locks to ask about; without them only our own workspaces are."""

from pathlib import Path

from integration.bench.corpus import find_corpus

LOCKS = find_corpus() or Path("/nonexistent")
CORPUS = sorted(path.parent.name for path in LOCKS.glob("*/uv.lock"))
