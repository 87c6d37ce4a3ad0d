# syntax=uvlayers/frontend
# shape: a command before the sync whose files one after it deletes
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY backend backend
# uvlayers: as written: another command comes first: `cp backend/pyproject.toml backend/uv.lock .`
RUN cp backend/pyproject.toml backend/uv.lock . && uv sync --locked && rm pyproject.toml uv.lock
