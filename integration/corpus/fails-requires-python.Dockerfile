# syntax=uvlayers/frontend
# shape: `uv pip sync` of a wheel by URL that does not permit the Python
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
RUN uv venv
COPY future.txt ./
# uvlayers: fails
RUN uv pip sync future.txt
