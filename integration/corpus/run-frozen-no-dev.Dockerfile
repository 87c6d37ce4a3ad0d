# syntax=uvlayers/frontend
# shape: `uv sync --frozen --no-dev --no-install-project`, later all of it
# run: .venv/bin/shop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY pyproject.toml uv.lock /app/
# uvlayers: layers
RUN uv sync --frozen --no-dev --no-install-project
COPY src src
# uvlayers: layers
RUN uv sync --frozen --no-dev
