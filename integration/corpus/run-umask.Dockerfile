# syntax=uvlayers/frontend
# shape: `umask 027 && uv sync`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it sets a umask: `027`
RUN umask 027 && uv sync --frozen
