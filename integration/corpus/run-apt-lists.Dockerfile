# syntax=uvlayers/frontend
# shape: a program, `uv sync` and `rm -rf /var/lib/apt/lists/*`, joined by `&&`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN mkdir -p /var/lib/apt/lists && touch /var/lib/apt/lists/index && \
    uv sync --frozen && \
    rm -rf /var/lib/apt/lists/*
