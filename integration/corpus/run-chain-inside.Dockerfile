# syntax=uvlayers/frontend
# shape: a command before the sync that makes a file which the sync reads
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY backend backend
# uvlayers: layers
RUN cp backend/pyproject.toml backend/uv.lock . && uv sync --locked && rm pyproject.toml uv.lock
