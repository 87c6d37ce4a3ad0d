# syntax=uvlayers/frontend
# shape: `RUN useradd app && mkdir -p /data && chown app /data` after a sync into the system's Python
# run: sh -c 'shop && id && stat -c "%A %u:%g %n" /data'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_PROJECT_ENVIRONMENT=/usr/local
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --inexact
RUN useradd --uid 1234 --create-home app && mkdir -p /data && chown app /data
USER app
