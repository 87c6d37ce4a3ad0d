# escape=`
# syntax=uvlayers/frontend
# shape: the directive "escape"
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked `
    --no-dev
