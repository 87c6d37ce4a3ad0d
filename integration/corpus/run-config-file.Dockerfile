# syntax=uvlayers/frontend
# shape: `UV_CONFIG_FILE=…`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN UV_CONFIG_FILE=/app/uv-settings.toml uv sync --frozen
