# syntax=uvlayers/frontend
# shape: a subshell with an `exit` of its own
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it runs in a subshell
RUN (cd backend || exit 1; uv sync --frozen)
