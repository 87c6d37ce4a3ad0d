# syntax=uvlayers/frontend
# shape: `if [ -f uv.lock ]; then uv sync; fi`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN if [ -f uv.lock ]; then uv sync --frozen; fi
