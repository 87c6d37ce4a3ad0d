# syntax=uvlayers/frontend
# shape: `SHELL ["/bin/bash", "-Eeuo", "pipefail", "-c"]`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
SHELL ["/bin/bash", "-Eeuo", "pipefail", "-c"]
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev
CMD shop | cat
