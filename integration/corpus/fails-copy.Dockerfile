# syntax=uvlayers/frontend
# shape: a `COPY` after the environment finds nothing
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen
# uvlayers: fails
COPY nowhere /nowhere
