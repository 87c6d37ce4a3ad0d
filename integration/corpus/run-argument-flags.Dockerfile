# syntax=uvlayers/frontend
# shape: `uv sync ${UV_LOCK_MODE} --no-dev ${VERBOSE:-}` with `ARG`
# build: --build-arg UV_LOCK_MODE=--frozen
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ARG UV_LOCK_MODE=--locked
ARG GROUP=dev
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync ${UV_LOCK_MODE} --no-default-groups --group "$GROUP" ${VERBOSE:-}
