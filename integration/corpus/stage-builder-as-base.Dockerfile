# syntax=uvlayers/frontend
# shape: a final stage `FROM builder`
# run: sh -c 'pwd && .venv/bin/python -c "import delta"'
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --locked --no-install-project --no-dev

FROM builder AS development
COPY . .
# uvlayers: layers
RUN uv sync --locked --group dev
