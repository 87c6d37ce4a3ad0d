# syntax=uvlayers/frontend
# shape: `ENV UV_COMPILE_BYTECODE=1` between two syncs
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --no-install-project
ENV UV_COMPILE_BYTECODE=1
# uvlayers: as written: an earlier command made its environment in another way
RUN uv sync --frozen
