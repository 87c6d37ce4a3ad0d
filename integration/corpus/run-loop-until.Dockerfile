# syntax=uvlayers/frontend
# shape: `until uv sync; do n=$((n + 1)); [ $n -ge 3 ] && exit 1; sleep 1; done`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN n=0; until uv sync --frozen; do n=$((n + 1)); [ $n -ge 3 ] && exit 1; sleep 1; done
