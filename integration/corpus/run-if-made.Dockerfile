# syntax=uvlayers/frontend
# shape: `[ -f F ]`, which the same RUN may have made
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it depends on a condition
RUN touch marker && if [ -f marker ]; then uv sync --frozen; fi
