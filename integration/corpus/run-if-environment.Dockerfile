# syntax=uvlayers/frontend
# shape: `if [ ! -d .venv ]; then uv sync; fi`: what the layers bring decides
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: a condition depends on what is at its environment's place: `/app/.venv`
RUN if [ ! -d .venv ]; then uv sync --frozen; fi
