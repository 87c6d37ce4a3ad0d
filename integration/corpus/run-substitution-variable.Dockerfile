# syntax=uvlayers/frontend
# shape: `FLAGS=$([ "$ARG" = true ] && echo "--extra X"); uv sync $FLAGS`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ARG INSTALL_WEB=true
ARG INSTALL_DEV=false
WORKDIR /app
COPY . .
# uvlayers: layers
RUN EXTRAS=$([ "$INSTALL_WEB" = "true" ] && echo "--extra web"); \
    DEV=$([ "$INSTALL_DEV" = "true" ] || echo "--no-dev"); \
    uv sync --frozen $EXTRAS $DEV
