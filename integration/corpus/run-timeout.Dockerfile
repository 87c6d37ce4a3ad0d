# syntax=uvlayers/frontend
# shape: `timeout 600 uv sync`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN timeout 600 uv sync --frozen
