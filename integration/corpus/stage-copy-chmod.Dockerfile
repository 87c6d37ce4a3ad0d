# syntax=uvlayers/frontend
# shape: `COPY --from=builder --chmod=…` of the environment
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev --no-editable

FROM python:3.13-slim
# uvlayers: layers
COPY --from=builder --chmod=755 /app/.venv /app/.venv
