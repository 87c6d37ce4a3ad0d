# syntax=uvlayers/frontend
# shape: `uv sync --frozen || uv sync`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock* ./
# uvlayers: layers
RUN uv sync --frozen --no-dev --no-install-project || uv sync --no-dev --no-install-project
