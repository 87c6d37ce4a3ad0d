# syntax=uvlayers/frontend
# shape: uv in a bind mount of one `RUN`
FROM python:3.13-slim
WORKDIR /app
COPY . .
# uvlayers: layers
RUN --mount=from=ghcr.io/astral-sh/uv:latest,source=/uv,target=/bin/uv \
    --mount=type=cache,target=/root/.cache/uv UV_LINK_MODE=copy uv sync --frozen
