# syntax=uvlayers/frontend
# shape: the environment in an image without Python
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-editable

FROM uvlayers-test/debian:trixie-slim
RUN mkdir -m 700 /app
# uvlayers: layers
COPY --from=builder /app/.venv /app/.venv
