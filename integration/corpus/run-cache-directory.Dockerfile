# syntax=uvlayers/frontend
# shape: `ENV UV_CACHE_DIR`, a cache mount below the Python's own prefix
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_CACHE_DIR=/usr/local/share/uv/cache
WORKDIR /app
COPY . .
# uvlayers: layers
RUN --mount=type=cache,target=/usr/local/share/uv/cache uv sync --frozen
