# syntax=uvlayers/frontend
# shape: a base image for others: ONBUILD, HEALTHCHECK NONE, STOPSIGNAL
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
ONBUILD COPY . .
ONBUILD RUN uv sync --frozen
HEALTHCHECK NONE
STOPSIGNAL 9
