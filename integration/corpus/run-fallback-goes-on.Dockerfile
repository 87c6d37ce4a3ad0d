# syntax=uvlayers/frontend
# shape: `uv sync --frozen 2>/dev/null || uv sync && touch FILE`
# run: .venv/bin/python -c "import alpha, beta, gamma, os; print(os.path.exists('/done'))"
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock* ./
# uvlayers: layers
RUN uv sync --frozen --no-dev --no-install-project 2>/dev/null || uv sync --no-install-project && touch /done
