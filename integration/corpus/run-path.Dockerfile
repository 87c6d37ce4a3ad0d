# syntax=uvlayers/frontend
# shape: `export PATH="/opt/uv:$PATH" && uv sync`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /opt/uv/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN export PATH="/opt/uv:$PATH" && uv sync --frozen
