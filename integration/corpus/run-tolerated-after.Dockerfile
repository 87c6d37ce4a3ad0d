# syntax=uvlayers/frontend
# shape: `uv sync && … 2>/dev/null || true && …`
# run: .venv/bin/python -c "import alpha, beta, gamma, os; print(os.path.exists('/done'))"
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock* ./
# uvlayers: layers
RUN uv sync --frozen --no-dev --no-install-project && cat /nowhere 2>/dev/null || true && touch /done
