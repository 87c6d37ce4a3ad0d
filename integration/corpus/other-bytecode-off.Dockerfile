# syntax=uvlayers/frontend
# shape: `ENV UV_COMPILE_BYTECODE=0`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/
ENV UV_COMPILE_BYTECODE=0
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
