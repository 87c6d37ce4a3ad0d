# syntax=uvlayers/frontend
# shape: `COPY . .`, the project's directory is made anew, then the sync
# run: sh -c 'ls -A /app && .venv/bin/shop'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN cp -r /app /copy && rm -r /app && mv /copy /app
# uvlayers: layers
RUN uv sync --locked
