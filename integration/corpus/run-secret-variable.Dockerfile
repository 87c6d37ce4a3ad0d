# syntax=uvlayers/frontend
# shape: a secret in a variable, `--mount=type=secret,…,env=UV_INDEX_X_PASSWORD`
# build: --secret id=token,src=$CONTEXT/token
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN --mount=type=secret,id=token,env=UV_INDEX_PRIVATE_PASSWORD uv sync --frozen
