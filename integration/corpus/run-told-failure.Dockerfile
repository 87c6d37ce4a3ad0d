# syntax=uvlayers/frontend
# shape: `uv sync || (echo …; exit 1)`, `uv sync || { …; exit 1; }`
# run: .venv/bin/shop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --no-install-project || (echo "cannot install" >&2; exit 1)
# uvlayers: layers
RUN uv sync --frozen || { cat uv.lock; exit 1; }
