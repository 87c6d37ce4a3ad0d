# syntax=uvlayers/frontend
# shape: `COPY --link --from=builder` of the environment
# run: /opt/venv/bin/shop
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_PROJECT_ENVIRONMENT=/opt/venv
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-editable

FROM python:3.13-slim
# uvlayers: layers
COPY --link --from=builder /opt/venv /opt/venv
