# syntax=uvlayers/frontend
# shape: `if [ -f uv.lock ]; then uv sync --frozen; else uv sync; fi`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock* ./
# uvlayers: layers
RUN set -eux; if [ -f uv.lock ]; then uv sync --frozen --no-install-project; else uv sync --no-install-project; fi
COPY . .
# uvlayers: layers
RUN if [ -f uv.lock ]; then uv sync --frozen; else uv sync; fi
