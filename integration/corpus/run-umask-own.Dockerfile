# syntax=uvlayers/frontend
# shape: `umask 022 && uv sync`, which is the image's own
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN umask 022 && uv sync --frozen
