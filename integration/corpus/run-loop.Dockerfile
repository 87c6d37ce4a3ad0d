# syntax=uvlayers/frontend
# shape: `for attempt in 1 2 3; do uv sync --no-install-project && break || sleep 1; done`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN for attempt in 1 2 3; do uv sync --frozen --no-install-project && break || sleep 1; done
