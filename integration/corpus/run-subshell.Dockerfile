# syntax=uvlayers/frontend
# shape: `(cd X && uv sync)`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN (cd backend && uv sync --frozen)
