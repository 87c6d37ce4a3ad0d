# syntax=uvlayers/frontend
# shape: `uv venv`, then `. /app/.venv/bin/activate && uv sync` twice
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN uv venv
# uvlayers: layers
RUN . /app/.venv/bin/activate && uv sync --frozen --no-install-project
# uvlayers: as written: it comes after a sourced file
RUN . /app/.venv/bin/activate && uv sync --frozen
