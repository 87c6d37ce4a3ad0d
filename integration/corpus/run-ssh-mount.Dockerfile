# syntax=uvlayers/frontend
# shape: `--mount=type=ssh`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN --mount=type=ssh uv sync --frozen
