# syntax=uvlayers/frontend
# shape: an environment of `uv pip sync pylock.toml`, copied to another stage
# run: /opt/venv/bin/python -c 'import alpha, gamma, delta'
FROM python:3.13-slim AS build
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV VIRTUAL_ENV=/opt/venv UV_COMPILE_BYTECODE=1
RUN uv venv $VIRTUAL_ENV
WORKDIR /app
COPY pylock.toml ./
# uvlayers: layers
RUN uv pip sync pylock.toml
FROM python:3.13-slim
# uvlayers: layers
COPY --from=build /opt/venv /opt/venv
