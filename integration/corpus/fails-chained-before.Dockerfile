# syntax=uvlayers/frontend
# shape: a command before the sync in its `RUN` fails
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: fails
RUN touch /first && cat nowhere && uv sync --frozen
