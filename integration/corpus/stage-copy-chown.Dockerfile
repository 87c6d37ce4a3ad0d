# syntax=uvlayers/frontend
# shape: `COPY --from=builder --chown=app:app` of the environment
# run: sh -c 'id -u && .venv/bin/shop'
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv UV_LINK_MODE=copy uv sync --locked --no-dev --no-editable

FROM python:3.13-slim
RUN groupadd --system --gid 999 app && useradd --system --gid 999 --uid 999 --create-home app
# uvlayers: layers
COPY --from=builder --chown=app:app /app/.venv /app/.venv
USER app
WORKDIR /app
