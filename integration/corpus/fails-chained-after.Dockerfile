# syntax=uvlayers/frontend
# shape: a command after the sync in its `RUN` fails
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: fails
RUN uv sync --frozen && rm /nowhere
