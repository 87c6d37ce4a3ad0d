# syntax=uvlayers/frontend
# shape: two syncs in one `RUN`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --project backend && uv sync --frozen --project worker
