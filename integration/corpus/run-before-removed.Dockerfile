# syntax=uvlayers/frontend
# shape: `COPY . .`, a file that was copied is removed, then the sync
# run: sh -c 'ls -A /app && .venv/bin/shop'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN rm -r data
# uvlayers: layers
RUN uv sync --locked
