# syntax=uvlayers/frontend
# shape: `uv sync`, `RUN find .venv -name … -delete`, then `COPY --from=builder` of it
# run: /app/.venv/bin/shop
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev
RUN find .venv -name INSTALLER -delete

FROM python:3.13-slim
# uvlayers: one layer: a command has changed what was there: `/app/.venv/lib/python3.13/site-packages/shop-1.0.0.dist-info/INSTALLER`
COPY --from=builder /app /app
