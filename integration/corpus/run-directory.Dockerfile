# syntax=uvlayers/frontend
# shape: `uv sync --directory X`, `uv --project Y sync`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --directory backend --frozen
# uvlayers: layers
RUN uv --project worker sync --frozen
