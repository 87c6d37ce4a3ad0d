# syntax=uvlayers/frontend
# shape: `export UV_INDEX_X_PASSWORD="$(cat …)" && uv sync`
# build: --secret id=token,src=$CONTEXT/token
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN --mount=type=secret,id=token \
    export UV_INDEX_PRIVATE_PASSWORD="$(cat /run/secrets/token)" && \
    uv sync --locked
