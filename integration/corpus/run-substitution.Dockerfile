# syntax=uvlayers/frontend
# shape: flags from the output of a command, `uv sync $(cat flags)`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: in its words it holds a command substitution
RUN uv sync --frozen $(grep -q '^dev' pyproject.toml || echo --no-dev)
