# syntax=uvlayers/frontend
# shape: `uv sync --frozen 2>/dev/null || uv pip install .`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: its alternative runs where `shop` cannot be installed
RUN uv sync --frozen 2>/dev/null || uv pip install --system .
