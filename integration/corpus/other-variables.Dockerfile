# syntax=uvlayers/frontend
# shape: settings in `ENV` and `ARG`: `UV_NO_DEV`, `UV_FROZEN`, `UV_NO_EDITABLE`
# build: --build-arg UV_NO_EDITABLE=1
# run: /app/.venv/bin/shop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ARG UV_NO_EDITABLE=0
ENV UV_NO_DEV=1 UV_FROZEN=1
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync
