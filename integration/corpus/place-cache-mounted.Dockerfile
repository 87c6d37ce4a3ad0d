# syntax=uvlayers/frontend
# shape: the environment in a cache mount, copied out by the same `RUN`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: a mount is at the environment's place: `/app/.venv`
RUN --mount=type=cache,id=corpus-environment,target=/app/.venv uv sync --frozen --no-dev && cp -r .venv /opt/venv
