# syntax=uvlayers/frontend
# shape: `uv venv /opt/venv && source /opt/venv/bin/activate && uv sync --active` in bash
# run: /opt/venv/bin/python -c 'import alpha'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv venv /opt/venv && source /opt/venv/bin/activate && uv sync --frozen --active
