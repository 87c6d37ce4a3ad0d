# syntax=uvlayers/frontend
# shape: a sync that removes what an earlier one installed
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
# uvlayers: as written: it removes what an earlier command installed: `delta`
RUN uv sync --frozen --no-dev
