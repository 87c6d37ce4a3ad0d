# syntax=uvlayers/frontend
# shape: `uv venv && . .venv/bin/activate && uv sync`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv venv && . .venv/bin/activate && uv sync --frozen
