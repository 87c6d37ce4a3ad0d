# syntax=uvlayers/frontend
# shape: a base image whose `ONBUILD RUN` syncs
FROM python:3.13-slim AS onbuild
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
ONBUILD COPY . .
ONBUILD RUN uv sync --frozen

# uvlayers: layers
FROM onbuild
