# syntax=uvlayers/frontend
# shape: a loop that tries again
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it runs in a loop
RUN for attempt in 1 2 3; do uv sync --frozen && break || sleep 1; done
