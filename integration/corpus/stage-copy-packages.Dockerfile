# syntax=uvlayers/frontend
# shape: `COPY --from=builder` of `site-packages` only
# run: python -c 'import alpha'
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_PROJECT_ENVIRONMENT=/usr/local
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev --no-editable

FROM python:3.13-slim
# uvlayers: one layer: a part of the environment is copied
COPY --from=builder /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages
COPY --from=builder /usr/local/bin/shop /usr/local/bin/
