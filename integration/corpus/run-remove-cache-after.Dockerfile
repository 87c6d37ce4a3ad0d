# syntax=uvlayers/frontend
# shape: `uv sync; rm -rf ~/.cache/uv`, then another sync
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --no-install-project; rm -rf ~/.cache/uv
# uvlayers: as written: an earlier command did more in its environment than install wheels
RUN uv sync --frozen
