# syntax=uvlayers/frontend
# shape: a sync for each of several
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it runs in a loop
RUN for each in . backend; do uv sync --frozen --directory $each; done
