# syntax=uvlayers/frontend
# shape: `COPY --from=builder /app /app`, the environment with all around it
# run: /app/.venv/bin/shop
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev

FROM python:3.13-slim
# uvlayers: layers
COPY --from=builder --chown=1000:1000 /app /app
USER 1000:1000
ENV PATH="/app/.venv/bin:$PATH"
