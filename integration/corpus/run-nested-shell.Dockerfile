# syntax=uvlayers/frontend
# shape: `bash -c "uv sync"` in a `RUN`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it runs inside another command
RUN bash -lc "uv sync --frozen"
