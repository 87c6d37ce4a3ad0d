# syntax=uvlayers/frontend
# shape: `COPY --link` of the lock; the project's files in the last stage, then `COPY --from=builder` of the environment
# run: /app/.venv/bin/shop
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY --link pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --locked --no-install-project
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-editable

FROM python:3.13-slim
WORKDIR /app
COPY . .
# uvlayers: layers
COPY --from=builder /app/.venv /app/.venv
