# syntax=uvlayers/frontend
# shape: `COPY --from=builder` of the environment to another path
# run: env PYTHONPATH=/srv/venv/lib/python3.13/site-packages python -c 'import alpha'
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev --no-editable

FROM python:3.13-slim
# uvlayers: one layer: the path is another one
COPY --from=builder /app/.venv /srv/venv
