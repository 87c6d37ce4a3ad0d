# syntax=uvlayers/frontend
# shape: `python -m venv .venv && . .venv/bin/activate && uv sync`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it comes after a sourced file
RUN python -m venv .venv && . .venv/bin/activate && uv sync --frozen
