# syntax=uvlayers/frontend
# shape: `COPY . .`, a program that leaves files elsewhere, then the sync
# run: sh -c 'ls -A /app && .venv/bin/shop'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN python -c 'open("/srv/made", "w").close()'
# uvlayers: layers
RUN uv sync --locked
