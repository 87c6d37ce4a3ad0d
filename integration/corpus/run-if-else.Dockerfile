# syntax=uvlayers/frontend
# shape: `if [ "$ARG" = true ]; then uv sync; else uv sync --no-dev; fi`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ARG INSTALL_DEV=false
WORKDIR /app
COPY . .
# uvlayers: layers
RUN if [ "$INSTALL_DEV" = true ]; then uv sync --frozen; else uv sync --frozen --no-dev; fi
