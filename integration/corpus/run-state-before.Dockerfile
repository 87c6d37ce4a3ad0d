# syntax=uvlayers/frontend
# shape: directories, variables and programs before the sync, one line after the other
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
ENV UV_PROJECT_ENVIRONMENT=/opt/env
# uvlayers: layers
RUN set -eux; \
    mkdir -p /srv/data; cd /srv/data; touch first; \
    export UV_LINK_MODE=copy DATA=/srv/data; \
    cd /app; if [ ! -f nowhere ]; then touch "$DATA/second"; fi; \
    uv sync --frozen; \
    touch "$DATA/third"
