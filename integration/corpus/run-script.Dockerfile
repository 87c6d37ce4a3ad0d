# syntax=uvlayers/frontend
# shape: a script of the project's own that runs the sync
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN ./sync.sh
