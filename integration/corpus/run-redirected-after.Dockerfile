# syntax=uvlayers/frontend
# shape: `uv sync && date > FILE`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen && echo built > /built
