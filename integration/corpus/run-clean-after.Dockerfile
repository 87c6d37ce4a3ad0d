# syntax=uvlayers/frontend
# shape: `uv sync && uv cache clean`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen && uv cache clean
