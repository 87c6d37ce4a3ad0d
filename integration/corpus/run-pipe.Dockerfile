# syntax=uvlayers/frontend
# shape: `uv sync 2>&1 | tee log`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it is part of a pipeline
RUN uv sync --frozen --quiet 2>&1 | tee /sync.log
