# syntax=uvlayers/frontend
# shape: `export UV_…=…; uv sync`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN export UV_LINK_MODE=copy UV_NO_DEV=1; uv sync --frozen
