# syntax=uvlayers/frontend
# shape: `cp … && uv sync && uv cache clean`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN cp pyproject.toml copied.toml && uv sync --frozen && uv cache clean
